"""Resources that do one thing at a time, in one thread: most instruments are so."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from queue import SimpleQueue
from typing import Any, Generic, Protocol, TypeVar

from session_sharing.errors import (
    InternalError,
    OutcomeUnknownError,
    ResourceExhaustedError,
    UnavailableError,
)
from session_sharing.service.threads import as_error

_log = logging.getLogger(__name__)


class Closable(Protocol):
    """What can be closed; drivers of instruments, ports and sockets can."""

    def close(self) -> object:
        """Close it."""
        ...


R = TypeVar("R", bound=Closable)
T = TypeVar("T")


class OneThread(Generic[R]):
    """A resource with a thread of its own, in which it is opened, used and closed.

    So no two operations are under way at once, whoever asks for them, and a driver that belongs to
    one thread works. `submit` may be called from any thread: `_guard` guards whether the end was
    asked for, so that nothing is queued behind it; only the thread touches the resource. The thread
    is a daemon, so that a driver which hangs cannot keep the process alive.

    What takes longer than `limit` is given up, though the thread cannot be freed from it: from then
    on everything is refused. The resource is closed as soon as the thread comes back.

    Args:
        name: Names the thread, and the resource in errors.
        make: Opens the resource.
        limit: How long opening, closing and each operation may take, in seconds; None for ever.

    Raises:
        ResourceExhaustedError: No thread can be started.
        UnavailableError: Opening takes longer than the limit.
        InternalError: What opens the resource returned None.
        Exception: What opening raised; a `RuntimeError` for what would end the service.
    """

    def __init__(self, name: str, make: Callable[[], R], limit: float | None = None) -> None:
        self._name = name
        self._limit = limit
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._guard = threading.Lock()
        self._ended = False
        self._resource: R | None = None
        self._turn = asyncio.Lock()
        self._hanging: Future[Any] | None = None
        self._nothing_before_closing = threading.Event()
        try:
            threading.Thread(target=self._run, name=name, daemon=True).start()
        except RuntimeError as failure:
            raise ResourceExhaustedError(
                f"The service has no thread left for {name} ({failure}). Try again when less runs.",
                retry_delay=1.0,
            ) from failure
        opening = self._submit(lambda: self._open(make))
        try:
            self._wait(opening, "opening", f"Look at {name}, then initialize it again.")
        except BaseException:
            self._end()
            raise

    async def run(self, work: Callable[[R], T]) -> T:
        """Have something done with the resource; those who ask take turns, in their order.

        What was begun goes on when the caller is cancelled, and has its turn until it ends. What
        had not begun then is never done.

        Raises:
            OutcomeUnknownError: It takes longer than the limit.
            UnavailableError: The resource hangs since an earlier operation, or is closed.
            Exception: What the work raised; a `RuntimeError` for what would end the service.
        """
        await self._turn.acquire()
        try:
            if self._hanging is not None:
                raise self._broken()
            submitted = self.submit(work)
        except UnavailableError:
            self._turn.release()
            raise
        operation = asyncio.create_task(self._within_limit(submitted), name=f"use {self._name}")
        operation.add_done_callback(self._end_turn)
        try:
            return await asyncio.shield(operation)
        except asyncio.CancelledError:
            submitted.cancel()
            raise

    def submit(self, work: Callable[[R], T]) -> Future[T]:
        """Have something done with the resource when everything before it is done.

        Cancelling the future takes back what has not begun.

        Raises:
            UnavailableError: The resource is closed, or about to be.
        """
        return self._submit(lambda: work(self._opened))

    def close(self) -> None:
        """Close the resource after what still runs, and end the thread.

        What still runs has its own time: the limit of closing begins when it has ended.

        Raises:
            UnavailableError: It hangs, and is closed when it does no more; or it is closed already.
            Exception: What closing raised.
        """
        closing = self._end()
        what_next = (
            f"Its session is closed; {self._name} itself is let go when that call comes back, and "
            "cannot be opened anew before. Look at it, or start the service anew."
        )
        in_time = self._nothing_before_closing.wait(self._limit)
        if not in_time or (self._hanging is not None and not self._hanging.done()):
            self._hanging = self._hanging or closing
            raise self._hangs("an operation", what_next)
        self._wait(closing, "closing", what_next)

    @property
    def _opened(self) -> R:
        if self._resource is None:
            raise RuntimeError(f"{self._name} is not open.")
        return self._resource

    def _open(self, make: Callable[[], R]) -> None:
        self._resource = make()
        if self._resource is None:
            raise InternalError(
                f"What opens {self._name} returned None, so there is nothing to share: a defect of "
                "the service, perhaps a forgotten `return`. Please report it."
            )

    def _end(self) -> Future[None]:
        """Have the resource closed, if it is open by then, and the thread ended."""
        return self._submit(self._close, last=True)

    def _close(self) -> None:
        self._nothing_before_closing.set()
        if self._resource is None:
            return
        try:
            self._resource.close()
        except BaseException as error:
            if self._hanging is not None:  # Nobody may wait for it any more.
                _log.warning("%s hung, and could not be closed then: %s", self._name, error)
            raise

    async def _within_limit(self, submitted: Future[T]) -> T:
        """Wait for an operation, also when its caller does not, so that a hang is noticed."""
        done = asyncio.wrap_future(submitted)
        await asyncio.wait({done}, timeout=self._limit)
        if done.done():
            return done.result()
        submitted.cancel()
        self._note_hanging(submitted, "an operation")
        raise OutcomeUnknownError(
            f"{self._name} did not answer within {self._limit:g} s: whether what was asked "
            "was done is unknown. Its session is broken; look at the resource, close the "
            "session and initialize it again."
        )

    def _end_turn(self, operation: asyncio.Future[Any]) -> None:
        self._turn.release()
        if not operation.cancelled():
            operation.exception()  # Nobody may wait for it any more.

    def _wait(self, future: Future[T], what: str, what_next: str) -> T:
        if not wait([future], self._limit).done:
            self._note_hanging(future, what)
            raise self._hangs(what, what_next)
        return future.result()

    def _note_hanging(self, future: Future[Any], what: str) -> None:
        self._hanging = future
        self._nothing_before_closing.set()  # Who closes need not wait for it.
        _log.warning("%s hangs: %s took longer than %s s", self._name, what, self._limit)

    def _hangs(self, what: str, what_next: str) -> UnavailableError:
        return UnavailableError(
            f"{self._name} hangs: {what} took longer than {self._limit:g} s. {what_next}"
        )

    def _broken(self) -> UnavailableError:
        return self._hangs(
            "an operation",
            "Its session is broken, and nothing more is done in it. Look at the resource, close "
            "the session and initialize it again.",
        )

    def _submit(self, work: Callable[[], T], *, last: bool = False) -> Future[T]:
        future: Future[T] = Future()

        def carry_out() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = work()
            except BaseException as raised:  # noqa: BLE001 - handed over to the one who waits
                future.set_exception(as_error(raised))
            else:
                future.set_result(result)

        with self._guard:
            if self._ended:
                raise UnavailableError(f"{self._name} is closed. Initialize it again.")
            self._work.put(carry_out)
            if last:
                self._ended = True
                self._work.put(None)
        return future

    def _run(self) -> None:
        for work in iter(self._work.get, None):
            work()
