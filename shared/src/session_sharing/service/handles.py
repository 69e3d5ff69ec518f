"""Opening and closing by the driver, in threads, with errors for people."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Generic, TypeVar

from session_sharing.errors import InternalError, SharingError
from session_sharing.service.driver import ReopeningDriver, ResourceDriver, explain
from session_sharing.service.threads import NoThreadError, in_thread

H = TypeVar("H")
_log = logging.getLogger(__name__)


class Handles(Generic[H]):
    """Opens and closes handles; each call of the driver has a thread of its own. No state.

    Args:
        driver: Opens and closes the resources.
    """

    def __init__(self, driver: ResourceDriver[H]) -> None:
        self._driver = driver

    async def open(self, key: str, address: str) -> H | SharingError:
        """Open a resource; return its handle, or why there is none."""
        return await self._try_open(key, address, self._driver.open, with_trace=True)

    async def reopen(self, key: str, address: str) -> H | SharingError:
        """Open what an earlier run had open; return its handle, or why there is none."""
        driver = self._driver
        again = driver.reopen if isinstance(driver, ReopeningDriver) else driver.open
        return await self._try_open(key, address, again, with_trace=False)  # tried every second

    async def _try_open(
        self, key: str, address: str, method: Callable[[str], H], *, with_trace: bool
    ) -> H | SharingError:
        opening = in_thread(f"open {key}", lambda: method(address))
        await asyncio.wait([opening])
        error = opening.exception()
        if error is None:
            return opening.result()
        trace = with_trace and isinstance(error, OSError)
        return _explain(error, f"open {key!r}", with_trace=trace)

    async def close(self, key: str, handle: H) -> SharingError | None:
        """Close a handle; return what was lost by it, if anything."""
        error = await self._try_close(key, handle)
        while isinstance(error, NoThreadError):  # Not begun: to forget the handle would leak it.
            await asyncio.sleep(error.retry_delay or 0.0)
            error = await self._try_close(key, handle)
        return None if error is None else _explain(error, f"close {key!r}")

    async def _try_close(self, key: str, handle: H) -> BaseException | None:
        closing = in_thread(f"close {key}", lambda: self._driver.close(handle))
        await asyncio.wait([closing])
        return closing.exception()


def _explain(error: BaseException, what: str, *, with_trace: bool = False) -> SharingError:
    explained = explain(error, what)
    defect = isinstance(explained, InternalError)
    _log.log(
        logging.ERROR if defect else logging.WARNING,
        "%s",
        explained.message,
        exc_info=error if defect or with_trace else None,
    )
    return explained
