"""Resources that do one thing at a time, in one thread: most instruments are so."""

from __future__ import annotations

import asyncio
import copy
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from queue import SimpleQueue
from typing import Generic, Protocol, TypeVar

from session_sharing.errors import (
    OutcomeUnknownError,
    ResourceExhaustedError,
    SharingError,
    UnavailableError,
)
from session_sharing.service.driver import Located

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
    one thread works. `submit` may be called from any thread: the queue guards itself, and only the
    thread touches the resource. The thread is a daemon, so that a driver which hangs cannot keep
    the process alive.

    What takes longer than `limit` is given up, though the thread cannot be freed from it: from then
    on everything is refused. The resource is closed as soon as the thread comes back.

    Args:
        name: Names the thread, and the resource in errors.
        make: Opens the resource.
        limit: How long opening, closing and each operation may take, in seconds; None for ever.

    Raises:
        ResourceExhaustedError: No thread can be started.
        UnavailableError: Opening takes longer than the limit.
        Exception: What opening raised.
    """

    def __init__(self, name: str, make: Callable[[], R], limit: float | None = None) -> None:
        self._name = name
        self._limit = limit
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._resource: R | None = None
        self._turn = asyncio.Lock()
        self._hanging: SharingError | None = None
        try:
            threading.Thread(target=self._run, name=name, daemon=True).start()
        except RuntimeError as failure:
            raise ResourceExhaustedError(
                f"The service has no thread left for {name} ({failure}). Try again when less runs.",
                retry_delay=1.0,
            ) from failure
        try:
            self._wait(self._submit(lambda: self._open(make)), "opening")
        except BaseException:
            self._end()
            raise

    async def run(self, work: Callable[[R], T]) -> T:
        """Have something done with the resource; those who ask take turns, in their order.

        What was begun goes on when the caller is cancelled.

        Raises:
            OutcomeUnknownError: It takes longer than the limit.
            UnavailableError: The resource hangs since an earlier operation.
            Exception: What the work raised.
        """
        async with self._turn:
            self._refuse_hanging()
            done = asyncio.wrap_future(self.submit(work))
            done.add_done_callback(_retrieve)
            await asyncio.wait({done}, timeout=self._limit)
            if not done.done():
                self._hang("an operation")
                raise OutcomeUnknownError(
                    f"{self._name} did not answer within {self._limit:g} s: whether what was asked "
                    "was done is unknown. Its session is broken; look at the resource, close the "
                    "session and initialize it again."
                )
        return done.result()

    def submit(self, work: Callable[[R], T]) -> Future[T]:
        """Have something done with the resource when everything before it is done.

        Cancelling the future takes back what has not begun.
        """
        return self._submit(lambda: work(self._opened))

    def close(self) -> None:
        """Close the resource after all that was submitted, and end the thread.

        Raises:
            UnavailableError: It hangs; it is closed when it does no more.
            Exception: What closing raised.
        """
        closing = self._end()
        self._refuse_hanging()
        self._wait(closing, "closing")

    @property
    def _opened(self) -> R:
        if self._resource is None:
            raise RuntimeError(f"{self._name} is not open.")
        return self._resource

    def _open(self, make: Callable[[], R]) -> None:
        self._resource = make()

    def _end(self) -> Future[None]:
        """Have the resource closed, if it is open by then, and the thread ended."""
        closing = self._submit(self._close)
        self._work.put(None)
        return closing

    def _close(self) -> None:
        if self._resource is None:
            return
        try:
            self._resource.close()
        except BaseException as error:
            if self._hanging is not None:  # Nobody waits for it any more.
                _log.warning("%s hung, and could not be closed then: %s", self._name, error)
            raise

    def _wait(self, future: Future[T], what: str) -> T:
        if not wait([future], self._limit).done:
            self._hang(what)
            self._refuse_hanging()
        return future.result()

    def _hang(self, what: str) -> None:
        self._hanging = UnavailableError(
            f"{self._name} hangs: {what} took longer than {self._limit} s. Look at the resource, "
            "close the session if there is one, and initialize it again."
        )
        _log.warning("%s", self._hanging.message)

    def _refuse_hanging(self) -> None:
        if self._hanging is not None:
            raise copy.copy(self._hanging)

    def _submit(self, work: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()

        def carry_out() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = work()
            except BaseException as error:  # noqa: BLE001 - handed over whole to the one who waits
                future.set_exception(error)
            else:
                future.set_result(result)

        self._work.put(carry_out)
        return future

    def _run(self) -> None:
        for work in iter(self._work.get, None):
            work()


def _retrieve(done: asyncio.Future[T]) -> None:
    """Look at a result for which nobody may wait any more."""
    if not done.cancelled():
        done.exception()


class OneThreadDriver(Generic[R]):
    """A `ResourceDriver` of resources that are opened by name, and closed by their `close`.

    No state. A service whose names have rules of their own overrides `locate`.

    Args:
        open_resource: Opens a resource by its name. What it raises, the client is told.
    """

    def __init__(self, open_resource: Callable[[str], R]) -> None:
        self._open_resource = open_resource

    def locate(self, resource: str) -> Located:
        """Find a resource: letter case makes no difference, as in the names of instruments.

        Raises:
            SharingError: The name names nothing that may be opened.
        """
        return Located(key=resource.casefold(), address=resource)

    def open(self, address: str) -> OneThread[R]:
        """Open a resource in a thread of its own.

        Raises:
            SharingError: It cannot be opened.
        """
        return OneThread(f"resource {address}", lambda: self._open_resource(address))

    def close(self, handle: OneThread[R]) -> None:
        """Close a resource, when the operation that may still run has ended."""
        handle.close()
