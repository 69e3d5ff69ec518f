"""Those who watch the sessions, each with a bounded queue of what they have not read yet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable

from session_sharing.core import SessionEvent
from session_sharing.errors import ResourceExhaustedError

CAPACITY = 10_000
"""How many events a watcher may lag behind."""


class Watchers:
    """Tells every watcher every event, in order. Used on one event loop only."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[SessionEvent | None]] = set()
        self._stopped = False

    def tell(self, event: SessionEvent) -> None:
        """Tell an event. A watcher that lags too far behind is dropped, and told so."""
        for queue in list(self._queues):
            if queue.qsize() >= CAPACITY:
                self._queues.discard(queue)
                queue.put_nowait(None)
            else:
                queue.put_nowait(event)

    def stop(self) -> None:
        """End every watch when it has read what was told so far."""
        self._stopped = True
        for queue in self._queues:
            queue.put_nowait(None)

    async def watch(self, first: Iterable[SessionEvent]) -> AsyncGenerator[SessionEvent, None]:
        """Yield the first events, then every event told from now on, until `stop`.

        Raises:
            ResourceExhaustedError: The watcher did not keep up.
        """
        queue: asyncio.Queue[SessionEvent | None] = asyncio.Queue()
        for event in first:
            queue.put_nowait(event)
        if self._stopped:
            queue.put_nowait(None)
        self._queues.add(queue)
        try:
            while True:
                event_or_end = await queue.get()
                if event_or_end is None:
                    break
                yield event_or_end
        finally:
            self._queues.discard(queue)
        if not self._stopped:
            raise ResourceExhaustedError(
                f"This watcher lagged more than {CAPACITY} events behind and was dropped. "
                "Watch again, and read faster.",
                retry_delay=1.0,
            )
