"""Ending what runs for an execution that is cancelled."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Cancellation:
    """Whether an execution is cancelled, and what to do when it is.

    Any thread may use it. The lock guards the table of what to do, and is not held while that is
    done.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_set = False
        self._numbers = itertools.count()
        self._actions: dict[int, Callable[[], None]] = {}

    @property
    def is_set(self) -> bool:
        """Whether it is cancelled."""
        return self._is_set

    def cancel(self) -> None:
        """Cancel it; once and for all."""
        with self._lock:
            self._is_set = True
            actions = list(self._actions.values())
            self._actions.clear()
        for action in actions:
            action()

    @contextmanager
    def on_cancel(self, action: Callable[[], None]) -> Iterator[None]:
        """Do something if it is cancelled within this block; at once if it is already."""
        number = next(self._numbers)
        with self._lock:
            is_set = self._is_set
            if not is_set:
                self._actions[number] = action
        if is_set:
            action()
        try:
            yield
        finally:
            with self._lock:
                self._actions.pop(number, None)
