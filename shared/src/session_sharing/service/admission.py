"""How much a service takes on at once, so that one runaway client cannot starve the others."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from session_sharing.errors import ResourceExhaustedError

CALLS_PER_CONNECTION = 1_500
"""Two runaway clients leave room for others: a server takes 4,000 calls at once."""

BYTES_IN_FLIGHT = 192 << 20
"""Three requests of the greatest size, 64 MiB."""

RETRY_SECONDS = 0.5

CROWD = 16
"""A connection with more calls in flight lets others in before it goes on."""

BYTES_AT_A_STRETCH = 32 << 10
"""After so many bytes of requests it does so."""

PAUSE_SECONDS, MOST_PAUSES = 0.001, 300
"""How long it waits for others to come in, and how often while there are some."""


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
        self._turns: dict[str, asyncio.Lock] = {}
        self._arrived = 0
        self._stretch = 0
        self._size = 0

    def arrive(self) -> None:
        """Note that a call was taken in; its request may still be on its way."""
        self._arrived += 1

    def has_room(self, peer: str, size: int) -> bool:
        """Say whether a call would be admitted now."""
        fits = not self._size or self._size + size <= self._size_limit
        return fits and self._calls[peer] < self._calls_limit

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
                self._turns.pop(peer, None)

    @asynccontextmanager
    async def turn(self, peer: str, size: int) -> AsyncIterator[None]:
        """Wait for the turn of a connection, and have it while one of its requests is parsed.

        The calls of one connection begin one after the other, in order of arrival. A connection
        with many calls in flight now and then lets those in that wait at the door: gRPC takes
        calls in one by one, whoever sent them. So however many a client sends, it delays the
        others by a few of its calls, not by all. To be used for an admitted call.

        Args:
            peer: The connection.
            size: The size of the request, in bytes.
        """
        async with self._turns.setdefault(peer, asyncio.Lock()):
            self._stretch += size
            if self._calls[peer] > CROWD and self._stretch > BYTES_AT_A_STRETCH:
                self._stretch = 0
                await self._let_others_in()
            yield

    async def _let_others_in(self) -> None:
        for _ in range(MOST_PAUSES):
            arrived = self._arrived
            await asyncio.sleep(PAUSE_SECONDS)
            if self._arrived == arrived:
                return
