"""Blocking work beside the event loop, a thread for each piece: one that hangs delays no other."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import TypeVar

from session_sharing.errors import ResourceExhaustedError

T = TypeVar("T")
_log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0


def in_thread(name: str, work: Callable[[], T]) -> asyncio.Future[T]:
    """Run blocking work in a thread of its own.

    A pool would not do: as many hanging file shares as it has threads would stop everything. The
    thread is a daemon, so that work which never ends cannot keep the process alive.

    Args:
        name: Names the thread.
        work: Called without arguments in the thread.

    Returns:
        A future of the calling event loop with the result of the work, or what it raised as
        `as_error` gives it; the exception is a `NoThreadError` if no thread can be started.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def deliver(result: T | None, error: Exception | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result: T | None = None
        error: Exception | None = None
        try:
            result = work()
        except BaseException as raised:  # noqa: BLE001 - handed over to the one who waits
            error = as_error(raised)
        tell_loop(loop, lambda: deliver(result, error))

    try:
        threading.Thread(target=run, name=name, daemon=True).start()
    except RuntimeError as failure:
        deliver(None, _no_thread(name, failure))
    return future


def as_error(raised: BaseException) -> Exception:
    """Return what work in a thread raised as what a future, and the one who waits, can take.

    `SystemExit` and its like would end the event loop in which they are raised again, and with it
    the service; `StopIteration` and `CancelledError` are what futures take for ends of their own.

    Args:
        raised: What was raised.

    Returns:
        The same, or a `RuntimeError` whose cause it is.
    """
    if isinstance(raised, Exception) and not isinstance(raised, (StopIteration, CancelledError)):
        return raised
    defect = RuntimeError(f"The work raised {raised!r}.")
    defect.__cause__ = raised
    return defect


class NoThreadError(ResourceExhaustedError):
    """The work was not begun, because no thread could be started for it."""


def _no_thread(name: str, failure: RuntimeError) -> NoThreadError:
    return NoThreadError(
        f"The service has no thread left to {name} ({failure}). Too much hangs or runs at once; "
        "try again when less does.",
        retry_delay=RETRY_SECONDS,
    )


def tell_loop(loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
    """Call back in an event loop, from another thread; not if the loop has ended.

    Args:
        loop: The loop.
        callback: What to call.
    """
    try:
        loop.call_soon_threadsafe(callback)
    except RuntimeError:
        _log.debug("Nobody waits any more for what a thread has to tell")


def runs_here(loop: asyncio.AbstractEventLoop) -> bool:
    """Say whether this is the thread of the loop."""
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False
