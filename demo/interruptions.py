"""Ctrl-C and its like: noted at once, acted on where it is safe."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from types import FrameType, TracebackType
from typing import TypeVar

from session_sharing.signals import stop_signals

T = TypeVar("T")

SLICE = 0.2
"""How long an interruption may go unnoticed, in seconds: Windows wakes no thread that waits."""


class Interruptions:
    """As a context manager it takes the signals that ask to end, and only notes them.

    An exception that a signal raises anywhere could leave behind a process that was being started,
    or stopped. So the main thread looks, in `wait`, whether it is to end; what it does between two
    waits is done whole. There is no other thread's state here.
    """

    def __init__(self) -> None:
        self._asked = False
        self._before: dict[signal.Signals, object] = {}

    @property
    def asked(self) -> bool:
        """Whether somebody asked to end."""
        return self._asked

    def wait(self, done: Callable[[float], bool], timeout: float) -> bool:
        """Wait for something.

        Args:
            done: Waits for so many seconds, and returns whether it is done.
            timeout: How long to wait, in seconds.

        Returns:
            Whether it is done.

        Raises:
            KeyboardInterrupt: Somebody asked to end.
        """
        deadline = time.monotonic() + timeout
        while not self._asked:
            left = deadline - time.monotonic()
            if done(min(SLICE, max(0.0, left))):
                return True
            if left <= 0:
                return False
        raise KeyboardInterrupt

    def result(self, future: Future[T], timeout: float) -> T:
        """Wait for what another thread does, and return what comes of it.

        Raises:
            TimeoutError: It takes too long.
            KeyboardInterrupt: Somebody asked to end.
        """
        if not self.wait(lambda seconds: bool(wait_for([future], seconds).done), timeout):
            raise TimeoutError(f"It takes longer than {timeout:g} s.")
        return future.result()

    def _note(self, _signal: int, _frame: FrameType | None) -> None:
        self._asked = True

    def __enter__(self) -> Interruptions:
        for number in stop_signals():
            self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal() gave
