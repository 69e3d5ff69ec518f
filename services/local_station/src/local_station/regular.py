"""Small things that are done again and again, beside the event loop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from session_sharing.service.threads import NoThreadError, in_thread

logger = logging.getLogger(__name__)


class Regularly:
    """Does something in a thread every few seconds, from `begin` to `stop`.

    The one event loop guards all state.

    Args:
        name: What is done; names the threads.
        work: Does it, in a blocking way, and handles its errors.
        seconds: The pauses.
    """

    def __init__(self, name: str, work: Callable[[], None], seconds: float) -> None:
        self._name = name
        self._work = work
        self._seconds = seconds
        self._over = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Do it from now on, for the first time after a pause."""
        self._task = asyncio.create_task(self._run(), name=self._name)

    async def stop(self) -> None:
        """Do it no more; when this returns, nothing of it is under way."""
        self._over.set()
        if self._task is not None:
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        while not await self._is_over():
            try:
                await in_thread(self._name, self._work)
            except NoThreadError as error:
                logger.warning("%s", error)

    async def _is_over(self) -> bool:
        """Pause, or less if it is to stop; return whether it is."""
        try:
            await asyncio.wait_for(self._over.wait(), self._seconds)
        except asyncio.TimeoutError:
            return False
        return True
