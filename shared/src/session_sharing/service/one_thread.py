"""Resources that do one thing at a time, in one thread: most instruments are so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Generic, Protocol, TypeVar

from session_sharing.errors import ResourceExhaustedError
from session_sharing.service.driver import Located


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

    Args:
        name: Names the thread.
        make: Opens the resource.

    Raises:
        ResourceExhaustedError: No thread can be started.
        Exception: What opening raised.
    """

    def __init__(self, name: str, make: Callable[[], R]) -> None:
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        try:
            threading.Thread(target=self._run, name=name, daemon=True).start()
        except RuntimeError as failure:
            raise ResourceExhaustedError(
                f"The service has no thread left for {name} ({failure}). Try again when less runs.",
                retry_delay=1.0,
            ) from failure
        try:
            self._resource = self._submit(make).result()
        except BaseException:
            self._work.put(None)
            raise

    def submit(self, work: Callable[[R], T]) -> Future[T]:
        """Have something done with the resource when everything before it is done.

        Cancelling the future takes back what has not begun.
        """
        return self._submit(lambda: work(self._resource))

    def close(self) -> None:
        """Close the resource after all that was submitted, and end the thread.

        Raises:
            Exception: What closing raised.
        """
        try:
            self.submit(lambda resource: resource.close()).result()
        finally:
            self._work.put(None)

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
