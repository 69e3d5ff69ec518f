"""How many requests for sessions one client may have under way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from session_sharing.errors import ResourceExhaustedError

REQUESTS_PER_CONNECTION = 1_000
"""Well below the number of calls that are taken of one connection: who has so many requests for
sessions waiting can still call to free some."""


class RequestLimit:
    """Counts the requests of each connection. One event loop uses it, and so it needs no lock.

    Args:
        limit: How many there may be at once.
    """

    def __init__(self, limit: int = REQUESTS_PER_CONNECTION) -> None:
        self._limit = limit
        self._requests: Counter[str] = Counter()

    @contextmanager
    def one_more(self, peer: str) -> Iterator[None]:
        """Count a request while the block runs.

        Args:
            peer: The connection that it came by.

        Raises:
            ResourceExhaustedError: There are too many.
        """
        if self._requests[peer] >= self._limit:
            raise ResourceExhaustedError(
                f"Nothing was reserved: {self._limit} requests of this client wait for sessions "
                "already, more than which the station does not take. Cancel some, or let their "
                "time run out; other calls, such as UnreserveSessions, are taken."
            )
        self._requests[peer] += 1
        try:
            yield
        finally:
            self._requests[peer] -= 1
            if not self._requests[peer]:
                del self._requests[peer]
