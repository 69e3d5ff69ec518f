"""Work that takes long, done beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from session_sharing.service import in_thread

T = TypeVar("T")

LARGE = 2_000
"""From so many pins, connections or the like on, work is done in a thread: it takes over 10 ms."""


class LargeWork:
    """Does large work in a thread, one piece after the other in order of arrival; small at once.

    So large requests stay in order, and take one processor and the memory of one answer. The one
    event loop guards all state.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def do(self, name: str, size: int, work: Callable[[], T]) -> T:
        """Return the result of a piece of work; what it raises is raised here.

        Args:
            name: Names the thread.
            size: Of how many things it is about.
            work: The work. It may be called in another thread, and must not change anything.
        """
        if size < LARGE:
            return work()
        async with self._turn:
            return await in_thread(name, work)
