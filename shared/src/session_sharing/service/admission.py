"""How much a service takes on at once, so that one runaway client cannot starve the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from session_sharing.errors import ResourceExhaustedError

CALLS_PER_CONNECTION = 2_000
BYTES_IN_FLIGHT = 512 << 20
RETRY_SECONDS = 0.5


class Admission:
    """Counts the calls of each connection and the bytes of all requests that are being served.

    Used on one event loop only, which guards all state.

    Args:
        calls: How many calls one connection may have in flight.
        size: How many bytes all requests in flight may have together.
    """

    def __init__(self, calls: int = CALLS_PER_CONNECTION, size: int = BYTES_IN_FLIGHT) -> None:
        self._calls_limit = calls
        self._size_limit = size
        self._calls: Counter[str] = Counter()
        self._size = 0

    @contextmanager
    def admit(self, peer: str, size: int) -> Iterator[None]:
        """Count a call while the block runs.

        Args:
            peer: The connection that the call came by.
            size: The size of its request, in bytes.

        Raises:
            ResourceExhaustedError: There is too much in flight already.
        """
        if self._calls[peer] >= self._calls_limit:
            raise ResourceExhaustedError(
                f"This client has {self._calls[peer]} calls in flight, more than which are not "
                "taken. Wait for answers before sending more, or send many records in one call.",
                retry_delay=RETRY_SECONDS,
                limit=self._calls_limit,
            )
        if self._size and self._size + size > self._size_limit:
            raise ResourceExhaustedError(
                f"The service has requests of {self._size} bytes in flight and cannot take "
                f"{size} more now. Try again in {RETRY_SECONDS} s.",
                retry_delay=RETRY_SECONDS,
                size=size,
                limit=self._size_limit,
            )
        self._calls[peer] += 1
        self._size += size
        try:
            yield
        finally:
            self._size -= size
            self._calls[peer] -= 1
            if not self._calls[peer]:
                del self._calls[peer]
