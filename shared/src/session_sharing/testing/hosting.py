"""Services within a test's own process: a real server on loopback, in a thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, TextIO, TypeVar, cast

from session_sharing.discovery import ServiceDescriptor
from session_sharing.service import (
    ErrorInterceptor,
    HostingOptions,
    ProcessLock,
    SessionEngine,
    SessionService,
    private_folder,
    serve,
    tell_loop,
)
from session_sharing.service.driver import ResourceDriver
from session_sharing.service.session_service import AddServicers

H = TypeVar("H")
START_SECONDS = 10.0


class _ReadyLine:
    """Takes the place of standard output: it waits for the ready line."""

    def __init__(self) -> None:
        self.ready = threading.Event()
        self.text = ""

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        self.ready.set()


class LocalService(Generic[H]):
    """A session service in a thread named `local service`, without discovery.

    The server, the engine and all else live on the event loop of that thread; `call` runs
    something there. As a context manager it starts and stops the service.

    Args:
        name: Its name.
        driver: Opens and closes the resources.
        add_servicers: Adds its own servicers.
        folder: Where it keeps its lock and its port.
        make_engine: Makes the engine from the driver; the ordinary one by default.
    """

    def __init__(
        self,
        name: str,
        driver: ResourceDriver[H],
        add_servicers: AddServicers[H],
        folder: Path,
        make_engine: Callable[[ResourceDriver[H]], SessionEngine[H]] = SessionEngine,
    ) -> None:
        self._name = name
        self._driver = driver
        self._add_servicers = add_servicers
        self._folder = folder
        self._make_engine = make_engine
        self._ready_line = _ReadyLine()
        self._thread = threading.Thread(target=self._run, name="local service", daemon=True)
        self._failure: BaseException | None = None
        self.engine: SessionEngine[H]
        self.loop: asyncio.AbstractEventLoop
        self.address = ""

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - raised again in the test's thread
            self._failure = error
        finally:
            self._ready_line.ready.set()

    async def _serve(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self.engine = self._make_engine(self._driver)
        folder = private_folder(self._folder)
        lock = ProcessLock.acquire(folder / f".{self._name}.lock", what=f"the folder {folder}")
        descriptor = ServiceDescriptor(self._name, self._name, (self._name,))
        service = _Undiscovered(descriptor, self.engine, self._add_servicers, lock)
        options = HostingOptions(self._name, 0, folder, [ErrorInterceptor()])
        await serve(service, options, self._stop, out=cast("TextIO", self._ready_line))

    def call(self, work: Callable[[], Any]) -> Any:  # noqa: ANN401
        """Run something on the service's event loop, and return its result."""

        async def run() -> Any:  # noqa: ANN401
            return work()

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(START_SECONDS)

    def stop(self) -> None:
        """Ask the service to stop, as a signal would; the end of the context waits for it."""
        tell_loop(self.loop, self._stop.set)

    def __enter__(self) -> LocalService[H]:
        self._thread.start()
        if not self._ready_line.ready.wait(START_SECONDS):
            raise RuntimeError(f"{self._name} did not start in time")
        if self._failure is not None:
            raise self._failure
        self.address = self._ready_line.text.split()[-1]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
        self._thread.join(START_SECONDS)
        if self._thread.is_alive():
            raise RuntimeError(f"{self._name} did not stop in time")


class _Undiscovered(SessionService[H]):
    """A service that nobody finds by discovery."""

    async def started(self, port: int) -> None:
        """Turn SERVING, and no more."""
        await self.set_serving()
