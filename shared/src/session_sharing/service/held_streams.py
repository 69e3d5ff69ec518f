"""Streams by which clients send one request after the other; they end when the service stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, TypeVar

T = TypeVar("T")


class HeldStreams:
    """Knows which streams wait for a request, so that a stop need not wait for them.

    Used on one event loop only, which guards all state.

    Args:
        stopping: Set when the service stops.
    """

    def __init__(self, stopping: asyncio.Event) -> None:
        self._stopping = stopping
        self._idle: set[asyncio.Task[Any]] = set()

    async def next(self, requests: AsyncIterator[T]) -> T | None:
        """Return the next request of a stream; None when the client or the service ends it."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("A stream must be served in a task.")
        if self._stopping.is_set():
            return None
        self._idle.add(task)
        try:
            return await anext(requests)
        except StopAsyncIteration:
            return None
        except asyncio.CancelledError:
            if self._stopping.is_set():
                return None
            raise
        finally:
            self._idle.discard(task)

    def stop(self) -> None:
        """End the streams that wait; those that serve a request end after it."""
        for task in list(self._idle):
            task.cancel()
