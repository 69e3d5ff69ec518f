"""Turns of calls that take long on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

LARGE = 1_000
"""From so many readings on a call takes several milliseconds."""


class LargeTurns:
    """Lets large calls run one at a time, and others between them. Used on one event loop only.

    After each large call the next one waits for as long as that has taken: however many there are,
    half of the time is for others.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def one(self, size: int) -> AsyncIterator[None]:
        """Wait for the turn of a call; a small one has it at once.

        Args:
            size: How many readings it takes.
        """
        if size < LARGE:
            yield
            return
        loop = asyncio.get_running_loop()
        await self._turn.acquire()
        began = loop.time()
        try:
            yield
        finally:
            loop.call_later(loop.time() - began, self._turn.release)
