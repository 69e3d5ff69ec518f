"""Taking turns on the event loop."""

from __future__ import annotations

import asyncio


class Turns:
    """Lets one task after the other go on, in order, and in between all else that is ready.

    When many requests end in one moment, others would otherwise wait for the work of all of them.
    One event loop uses it, and so it needs no other lock.
    """

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def next(self) -> None:
        """Return when it is the caller's turn."""
        async with self._lock:
            await asyncio.sleep(0)
