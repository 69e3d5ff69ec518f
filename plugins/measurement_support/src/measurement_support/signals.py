"""Requests to stop, as the operating system sends them."""

from __future__ import annotations

import queue
import signal
from types import FrameType

from session_sharing.signals import stop_signals

_POLL_SECONDS = 0.5


class StopRequests:
    """Takes the signals that ask a process to stop, from its construction on.

    Make it and wait in the main thread, where Python runs its signal handlers. A handler does no
    more than put into `_received`, which is allowed to interrupt a `get`, unlike an event's `set`.
    """

    def __init__(self) -> None:
        self._received: queue.SimpleQueue[int] = queue.SimpleQueue()
        for number in stop_signals():
            signal.signal(number, self._receive)

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        self._received.put(number)

    def wait(self) -> str:
        """Wait for the first request, however long; return the signal's name."""
        while True:
            try:
                # With a limit: on Windows a thread that waits without one hears no signal.
                return signal.Signals(self._received.get(timeout=_POLL_SECONDS)).name
            except queue.Empty:
                continue
