"""A session that is open: its handle, the operations that use it, and the streams that read it."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from session_sharing.errors import SessionAbortedError, SharingError

H = TypeVar("H")
T = TypeVar("T")

LEFTOVER_SECONDS = 1.0
"""How long a stream may go on with what is left when its session closes."""


def closed_under_it(by: str) -> SessionAbortedError:
    """Return what an operation is told whose session was closed by force."""
    return SessionAbortedError(
        f"The session was closed by {by} while this call ran; "
        "what it was to do may have happened, or not. Initialize again to go on."
    )


class OpenSession(Generic[H]):
    """One open handle with everything that uses it.

    Used on one event loop only, which guards all state.

    Attributes:
        name: The session name.
        key: The resource.
        idle: Set while no operation uses the handle.
        ending: Set when the session closes, after its last operation: streams that read it end.
        closed: Set when the handle is closed.
        closing: The task that closes the handle, as soon as there is one.
    """

    def __init__(self, name: str, key: str, handle: H | None = None) -> None:
        """Begin to count what uses the handle.

        Args:
            name: The session name.
            key: The resource.
            handle: What the driver opened; None if an earlier run of the service did.
        """
        self.name = name
        self.key = key
        self._handle = handle
        self.idle = asyncio.Event()
        self.idle.set()
        self.closed = asyncio.Event()
        self.closing: asyncio.Task[SharingError | None] | None = None
        self.ending = asyncio.Event()
        self._operations: dict[asyncio.Task[object], int] = {}
        self._aborted: SharingError | None = None

    @property
    def has_handle(self) -> bool:
        """Whether the resource is open: that of a session of an earlier run may not be, yet."""
        return self._handle is not None

    @property
    def handle(self) -> H:
        """What the driver opened."""
        if self._handle is None:
            raise RuntimeError(f"{self.key} is not open.")
        return self._handle

    def take(self, handle: H) -> None:
        """Take the handle, which was opened later than the session."""
        self._handle = handle

    @contextmanager
    def operation(self) -> Iterator[None]:
        """Count the running task among the operations of the session.

        Raises:
            SharingError: It took too long; the error is that of `abort_operations`.
        """
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("An operation must run in a task.")
        self._operations[task] = self._operations.get(task, 0) + 1
        self.idle.clear()
        try:
            yield
        except asyncio.CancelledError:
            if self._aborted is not None:
                raise copy.copy(self._aborted) from None
            raise
        finally:
            self._operations[task] -= 1
            if not self._operations[task]:
                del self._operations[task]
            if not self._operations:
                self.idle.set()

    def abort_operations(self, error: SharingError) -> None:
        """End the operations that still run; they fail with this error."""
        self._aborted = error
        for task in list(self._operations):
            task.cancel()

    async def wait_closed(self, timeout: float) -> bool:
        """Wait until the session is closed; return whether it was within the time, in seconds."""
        try:
            await asyncio.wait_for(self.closed.wait(), timeout)
        except asyncio.TimeoutError:
            return False
        return True

    async def until_ending(self, source: AsyncIterator[T]) -> AsyncGenerator[T, None]:
        """Yield what a source yields, until the session closes.

        Streams are no operations: they hold nothing open. A source that knows `ending` yields what
        is left and ends by itself; one that does not do so in time is cut off. However this ends,
        a source that is a generator is closed by then.
        """
        loop = asyncio.get_running_loop()
        ended = loop.create_task(self.ending.wait(), name="stream end")
        cut_off: float | None = None
        following: asyncio.Future[T] | None = None
        try:
            while cut_off is None or loop.time() < cut_off:
                following = asyncio.ensure_future(anext(source))
                await asyncio.wait({ended, following}, return_when=asyncio.FIRST_COMPLETED)
                if ended.done():
                    cut_off = cut_off or loop.time() + LEFTOVER_SECONDS
                    await asyncio.wait({following}, timeout=cut_off - loop.time())
                if not following.done() or following.cancelled():
                    return
                if isinstance(following.exception(), StopAsyncIteration):
                    return
                yield following.result()
        finally:
            ended.cancel()
            await _close(source, following)


async def _close(source: AsyncIterator[T], following: asyncio.Future[T] | None) -> None:
    """Close a source, whose step that is under way is broken off first."""
    if following is not None and not following.done():
        following.cancel()
        await asyncio.wait({following}, timeout=LEFTOVER_SECONDS)
        if not following.done():  # It ignores being cancelled, and cannot be closed while it runs.
            return
    if isinstance(source, AsyncGenerator):
        await source.aclose()
