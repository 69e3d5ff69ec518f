"""Whether a log takes small writes so fast that an event loop may wait for them."""

from __future__ import annotations

SMALL_BYTES = 64 * 1024
"""More is never written on an event loop: it could take longer than handing it to a thread."""

FAST_SECONDS = 0.001
"""A small write that takes longer is slow."""


class Pace:
    """What the last small write to one file says of the next.

    One that is slow, or fails, sends those after it through the thread, until one there is fast
    again. So a disk that hangs holds up the event loop by one write, and one that has recovered is
    noticed by the writes that go on. Used by whoever writes the log, and asked when nobody does.

    Args:
        is_local: Whether the file lies on a disk of this machine; else nothing is fast.
    """

    def __init__(self, is_local: bool) -> None:
        self._is_local = is_local
        self._was_fast = True

    def allows(self, size: int) -> bool:
        """Return whether so many bytes may be written on an event loop."""
        return self._is_local and self._was_fast and size <= SMALL_BYTES

    def failed(self) -> None:
        """Note that a write failed."""
        self._was_fast = False

    def took(self, size: int, seconds: float) -> None:
        """Note how long it took to write so many bytes."""
        if size <= SMALL_BYTES:
            self._was_fast = seconds < FAST_SECONDS
