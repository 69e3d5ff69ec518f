"""Those who read a resource to its end and stay: how they learn that there is more."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from session_sharing.service.threads import tell_loop


class Followers:
    """Wakes who waits for more, from whatever thread there is more.

    `_guard` guards who they are; nothing is waited for under it.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._changed: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}

    @contextmanager
    def follow(self) -> Iterator[asyncio.Event]:
        """Belong to them within the block, which is on an event loop.

        Yields:
            An event that is set whenever there is more; who waits for it clears it.
        """
        changed = asyncio.Event()
        with self._guard:
            self._changed[changed] = asyncio.get_running_loop()
        try:
            yield changed
        finally:
            with self._guard:
                del self._changed[changed]

    def wake(self) -> None:
        """Tell them that there is more. Called in any thread."""
        with self._guard:
            for changed, loop in self._changed.items():
                tell_loop(loop, changed.set)

    def __len__(self) -> int:
        return len(self._changed)


async def first_of(*events: asyncio.Event) -> None:
    """Wait until one of the events is set."""
    waiting = [asyncio.create_task(event.wait(), name="follower") for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()
