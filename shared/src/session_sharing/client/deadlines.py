"""Ends what takes too long and has no time-out of its own, such as an answer in a stream."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PERIOD_SECONDS = 0.1
"""How often it looks, and so how much later than asked for it may end something."""


class Deadline:
    """When something has to end, and how it is ended.

    Attributes:
        is_over: Whether it was ended because its time was up.
    """

    def __init__(self, moment: float, end: Callable[[], object]) -> None:
        self.moment = moment
        self.end = end
        self.is_over = False


class Deadlines:
    """Watches deadlines from one daemon thread, `deadlines`, which starts with the first.

    To enter and leave costs two operations on a dictionary, each of which is whole under the
    interpreter's lock: that is all that the thread and the others share. So it looks now and then
    instead of being woken.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything, as a forked child must: the thread stays with its parent."""
        self._guard = threading.Lock()
        self._watched: dict[int, Deadline] = {}
        self._thread: threading.Thread | None = None

    @contextmanager
    def within(self, seconds: float, end: Callable[[], object]) -> Iterator[Deadline]:
        """End the block if it takes too long.

        Args:
            seconds: How long it may take.
            end: Makes it end; called in the thread, and must not block.
        """
        if self._thread is None:
            self._start()
        deadline = Deadline(time.monotonic() + seconds, end)
        self._watched[id(deadline)] = deadline
        try:
            yield deadline
        finally:
            del self._watched[id(deadline)]

    def _start(self) -> None:
        with self._guard:
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="deadlines", daemon=True)
                self._thread.start()

    def _watch(self) -> None:
        while True:
            time.sleep(PERIOD_SECONDS)
            now = time.monotonic()
            for deadline in list(self._watched.values()):
                if now >= deadline.moment and not deadline.is_over:
                    deadline.is_over = True
                    deadline.end()


DEADLINES = Deadlines()
"""The deadlines of this process."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=DEADLINES.reset)
