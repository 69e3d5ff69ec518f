"""Looking at many things at once, for a limited time."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")

PROBE_SECONDS = 2.0
"""How long one look may take."""

_LATE_SECONDS = 0.3
"""What a look that has time-outs of its own may take beyond them."""


class Looks(Generic[T]):
    """Looks at many things, each in a thread of its own, from now on.

    The threads are daemons, so one that hangs, as on a dead file share, keeps nobody. The queue
    guards what they saw; the rest belongs to the caller's thread.

    Args:
        looks: What to call.
    """

    def __init__(self, looks: Sequence[Callable[[], T]]) -> None:
        self._count = len(looks)
        self._deadline = time.monotonic() + PROBE_SECONDS + _LATE_SECONDS
        self._seen: queue.SimpleQueue[tuple[int, T | BaseException]] = queue.SimpleQueue()
        for number, look in enumerate(looks):
            threading.Thread(
                target=self._look, args=(number, look), name=f"doctor {number}", daemon=True
            ).start()

    def _look(self, number: int, look: Callable[[], T]) -> None:
        try:
            self._seen.put((number, look()))
        except BaseException as error:  # noqa: BLE001 - handed over whole to the one who waits
            self._seen.put((number, error))

    def results(self) -> list[T | None]:
        """Return what was seen, in order; None stands for a look that did not end in time.

        A look that raises is a defect, and is raised here.
        """
        results: list[T | None] = [None] * self._count
        for _ in results:
            try:
                left = max(0.0, self._deadline - time.monotonic())
                number, result = self._seen.get(timeout=left)
            except queue.Empty:
                break
            if isinstance(result, BaseException):
                raise result
            results[number] = result
        return results
