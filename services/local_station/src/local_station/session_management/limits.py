"""How many requests for sessions may be under way: of one client, and of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from session_sharing.errors import ResourceExhaustedError

REQUESTS_PER_CONNECTION = 1_000
"""Well below the number of calls that are taken of one connection: who has so many requests for
sessions waiting can still call to free some."""


REQUESTS = 2_000
"""Half of the calls that a server takes at once: so many requests may wait, and whoever they wait
for can still call to free its sessions."""


RETRY_SECONDS = 1.0


class RequestLimit:
    """Counts the requests of each connection. One event loop uses it, and so it needs no lock.

    Args:
        of_connection: How many there may be at once by one connection.
        of_all: How many there may be at once.
    """

    def __init__(
        self, of_connection: int = REQUESTS_PER_CONNECTION, of_all: int = REQUESTS
    ) -> None:
        self._of_connection = of_connection
        self._of_all = of_all
        self._requests: Counter[str] = Counter()
        self._number = 0

    @contextmanager
    def one_more(self, peer: str) -> Iterator[None]:
        """Count a request while the block runs.

        Args:
            peer: The connection that it came by.

        Raises:
            ResourceExhaustedError: There are too many.
        """
        if self._requests[peer] >= self._of_connection:
            raise _refusal(
                f"{self._of_connection} requests of this client",
                "Cancel some, or let their time run out",
            )
        if self._number >= self._of_all:
            raise _refusal(f"{self._of_all} requests of all clients", "Try again later")
        self._requests[peer] += 1
        self._number += 1
        try:
            yield
        finally:
            self._number -= 1
            self._requests[peer] -= 1
            if not self._requests[peer]:
                del self._requests[peer]


def _refusal(who: str, way_out: str) -> ResourceExhaustedError:
    return ResourceExhaustedError(
        f"Nothing was reserved: {who} wait for sessions already, more than which the station does "
        f"not take. {way_out}; other calls, such as UnreserveSessions, are taken.",
        retry_delay=RETRY_SECONDS,
    )
