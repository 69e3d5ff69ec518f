"""What holds the requests of one stream together: behind one that failed nothing is stored."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from session_sharing.errors import SharingError


class Chain:
    """The requests of one stream, in their order.

    `broken` is replaced as a whole, by the event loop or by the thread that stores. That thread
    looks at it when it comes to a request, so nothing is stored behind one that was not.

    Attributes:
        turn: Held while a request is converted and handed over to be stored.
        broken: At which request the chain is broken, and why; None as long as it is whole.
    """

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.broken: tuple[int, SharingError] | None = None
        self._length = 0

    def link(self) -> ChainLink:
        """Return the place of the next request."""
        self._length += 1
        return ChainLink(self, self._length)


@dataclass(frozen=True)
class ChainLink:
    """The place of one request in its chain.

    Attributes:
        chain: The chain.
        place: Counted from 1.
    """

    chain: Chain
    place: int

    @property
    def failure(self) -> SharingError | None:
        """Why a request before this one was not stored; None if all were, as far as is known."""
        broken = self.chain.broken
        return broken[1] if broken is not None and broken[0] < self.place else None

    def fail(self, failure: SharingError) -> None:
        """This request was not stored: nor is what comes behind it."""
        broken = self.chain.broken
        if broken is None or self.place < broken[0]:
            self.chain.broken = (self.place, failure)
