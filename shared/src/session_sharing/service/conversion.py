"""Converting requests beside the event loop: a big one holds up nobody, and few run at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from session_sharing.errors import TooLargeError
from session_sharing.records import RecordLimits
from session_sharing.service.threads import in_thread

T = TypeVar("T")

INLINE_BYTES = 256 * 1024
"""Requests up to this size are converted on the event loop; bigger ones would hold it up."""

BIG_CONVERSIONS = 2
"""How many big requests are converted at once: each may need many times its size of memory."""


class Conversion:
    """Converts the requests of all doors of one service.

    Used on one event loop only, which guards all state.

    Args:
        limits: How big records and requests may be.
    """

    def __init__(self, limits: RecordLimits | None = None) -> None:
        self.limits = limits or RecordLimits()
        self._slots = asyncio.Semaphore(BIG_CONVERSIONS)

    async def run(self, size: int, convert: Callable[[], T], *, limit: int | None = None) -> T:
        """Convert a small request at once, and a big one in a thread when there is a slot.

        Args:
            size: The size of the request, in bytes.
            convert: Turns it into what is stored. It is not called if the request is too big.
            limit: How big it may be, in bytes, if that is less than for other requests.

        Raises:
            TooLargeError: The request is too big; with its size and the limit.
            ResourceExhaustedError: No thread can be started.
            SharingError: What `convert` raises.
        """
        _check(size, min(self.limits.request_bytes, limit or self.limits.request_bytes))
        if size <= INLINE_BYTES:
            return convert()
        return await self._run_beside(convert)

    async def _run_beside(self, convert: Callable[[], T]) -> T:
        await self._slots.acquire()
        converting = in_thread("convert records", convert)
        converting.add_done_callback(self._free_slot)
        # Not awaited itself: a caller that gives up would cancel it, while its thread goes on and
        # keeps the memory that the slot stands for.
        await asyncio.wait([converting])
        return converting.result()

    def _free_slot(self, converted: asyncio.Future[T]) -> None:
        self._slots.release()
        if not converted.cancelled():
            converted.exception()  # The caller may be gone: then nobody else asks for it.


def _check(size: int, limit: int) -> None:
    if size > limit:
        raise TooLargeError(
            f"The request has {size} bytes; it may have {limit}. Log less in one call, or store "
            "large data in a file of its own.",
            size=size,
            limit=limit,
        )
