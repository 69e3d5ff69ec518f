"""Work that takes long, done beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from session_sharing.errors import ResourceExhaustedError
from session_sharing.service import in_thread

T = TypeVar("T")

LARGE = 2_000
"""From so many pins, connections or the like on, work is done in a thread: it takes over 10 ms."""

MOST_WAITING = 500
"""How much large work may wait: with all else that may, less than the calls that are taken."""

_RETRY_SECONDS = 1.0


class LargeWork:
    """Does large work in a thread, one piece after the other in order of arrival; small at once.

    So large requests stay in order, and take one processor and the memory of one answer; several
    threads would fight with the event loop for the interpreter. The one event loop guards all
    state.

    Args:
        large: From which size on work is large.
        limit: How much large work may wait or be done at once.
    """

    def __init__(self, large: int = LARGE, limit: int = MOST_WAITING) -> None:
        self._large = large
        self._limit = limit
        self._under_way = 0
        self._turn = asyncio.Lock()

    async def do(self, name: str, size: int, work: Callable[[], T]) -> T:
        """Return the result of a piece of work; what it raises is raised here.

        Args:
            name: Names the thread.
            size: Of how many things it is about.
            work: The work. It may be called in another thread, and must not change anything.

        Raises:
            ResourceExhaustedError: Too much large work waits already.
        """
        if size < self._large:
            return work()
        with self._one_more():
            await self._turn.acquire()
            working = in_thread(name, work)
            # Its turn ends with the thread: a caller who goes away does not end that.
            working.add_done_callback(lambda _: self._turn.release())
            return await asyncio.shield(working)

    @contextmanager
    def _one_more(self) -> Iterator[None]:
        if self._under_way >= self._limit:
            raise ResourceExhaustedError(
                f"{self._limit} large requests are under way at this station already, more than "
                f"which it does not take. Nothing was done; try again in {_RETRY_SECONDS} s.",
                retry_delay=_RETRY_SECONDS,
            )
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
