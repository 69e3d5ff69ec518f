"""Ends what takes too long and has no time-out of its own, such as an answer in a stream."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from session_sharing.client.patience import never

PERIOD_SECONDS = 0.1
"""How often it looks, and so how much later than asked for it may end something."""

IDLE_SECONDS = 5.0
"""How long the thread stays when nobody needs it."""


class Deadline:
    """When something has to end, and how it is ended.

    Attributes:
        is_over: Whether it was ended because its time was up.
        is_ended: Whether it was ended because nobody waited any more.
    """

    def __init__(
        self, moment: float, end: Callable[[], object], is_broken_off: Callable[[], bool]
    ) -> None:
        self.moment = moment
        self.end = end
        self.is_broken_off = is_broken_off
        self.is_over = False
        self.is_ended = False


class Deadlines:
    """Watches deadlines from one daemon thread, `deadlines`, which is there while it is needed.

    To enter and leave costs two operations on a dictionary and two on attributes, each of which is
    whole under the interpreter's lock: that is all that the thread and the others share. So it
    looks now and then instead of being woken. `_guard` guards that there is one thread.

    Args:
        idle_seconds: How long the thread stays when nobody needs it.
    """

    def __init__(self, idle_seconds: float = IDLE_SECONDS) -> None:
        self._idle_seconds = idle_seconds
        self.reset()

    def reset(self) -> None:
        """Forget everything, as a forked child must: the thread stays with its parent."""
        self._guard = threading.Lock()
        self._watched: dict[int, Deadline] = {}
        self._thread: threading.Thread | None = None
        self._was_used = False

    @contextmanager
    def within(
        self,
        seconds: float,
        end: Callable[[], object],
        is_broken_off: Callable[[], bool] = never,
    ) -> Iterator[Deadline]:
        """End the block if it takes too long, or nobody waits for it any more.

        Args:
            seconds: How long it may take.
            end: Makes it end; called in the thread, and must not block.
            is_broken_off: Tells whether nobody waits any more; asked in the thread.
        """
        deadline = Deadline(time.monotonic() + seconds, end, is_broken_off)
        self._watched[id(deadline)] = deadline
        try:
            self._was_used = True
            if self._thread is None:  # Asked after the entry, for which an ending thread looks.
                self._start()
            yield deadline
        finally:
            del self._watched[id(deadline)]

    def _start(self) -> None:
        with self._guard:
            if self._thread is None:
                thread = threading.Thread(target=self._watch, name="deadlines", daemon=True)
                thread.start()
                self._thread = thread

    def _watch(self) -> None:
        idle_since = time.monotonic()
        while True:
            time.sleep(PERIOD_SECONDS)
            now = time.monotonic()
            if self._watched or self._was_used:
                idle_since, self._was_used = now, False
                self._end_late(now)
            elif now - idle_since >= self._idle_seconds and self._may_end():
                return

    def _end_late(self, now: float) -> None:
        for deadline in list(self._watched.values()):
            if deadline.is_over or deadline.is_ended:
                continue
            if now >= deadline.moment:
                deadline.is_over = True
                deadline.end()
            elif deadline.is_broken_off():
                deadline.is_ended = True
                deadline.end()

    def _may_end(self) -> bool:
        """Leave; but stay if somebody entered meanwhile, who has seen that a thread is there."""
        with self._guard:
            thread, self._thread = self._thread, None
            if self._watched:
                self._thread = thread
            return self._thread is None


DEADLINES = Deadlines()
"""The deadlines of this process."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=DEADLINES.reset)
