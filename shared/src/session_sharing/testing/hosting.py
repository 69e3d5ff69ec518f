"""Services within a test's own process: a real server on loopback, in a thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, TextIO, TypeVar, cast

from session_sharing.access import AccessRules
from session_sharing.discovery import ServiceDescriptor
from session_sharing.service import (
    ErrorInterceptor,
    HostingOptions,
    Listening,
    NetworkOptions,
    Ports,
    ProcessLock,
    SessionEngine,
    SessionService,
    private_folder,
    serve,
    tell_loop,
)
from session_sharing.service.driver import ResourceDriver
from session_sharing.service.guard import Guard
from session_sharing.service.network import LOOPBACK_ONLY
from session_sharing.service.session_service import AddServicers, recover

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
        folder: Where it keeps its lock, its port and its journal.
        make_engine: Makes the engine from the driver; the ordinary one by default.
        access: Who may do what; everybody everything if None.
        network: Where it listens besides loopback, and with what encryption.

    Attributes:
        address: host:port of the port that the ready line names.
        encrypted_address: The same of the encrypted port; empty if there is none.
    """

    def __init__(
        self,
        name: str,
        driver: ResourceDriver[H],
        add_servicers: AddServicers[H],
        folder: Path,
        make_engine: Callable[[ResourceDriver[H]], SessionEngine[H]] = SessionEngine,
        *,
        access: AccessRules | None = None,
        network: NetworkOptions = LOOPBACK_ONLY,
    ) -> None:
        self._name = name
        self._network = network
        self._driver = driver
        self._add_servicers = add_servicers
        self._folder = folder
        self._make_engine = make_engine
        self._access = access
        self._ready_line = _ReadyLine()
        self._thread = threading.Thread(target=self._run, name="local service", daemon=True)
        self._failure: BaseException | None = None
        self.engine: SessionEngine[H]
        self.loop: asyncio.AbstractEventLoop
        self.address = ""
        self.encrypted_address = ""

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
        out = cast("TextIO", self._ready_line)
        await serve_undiscovered(
            self._name,
            self.engine,
            self._add_servicers,
            self._folder,
            stop=self._stop,
            out=out,
            access=self._access,
            network=self._network,
            told=self._take_ports,
        )

    def _take_ports(self, ports: Ports) -> None:
        self.encrypted_address = f"localhost:{ports.encrypted}" if ports.encrypted else ""

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


def listening_on(port: int) -> Listening:
    """Return what a hosted server is told that listens on one port, without encryption."""
    listening = Listening("any", Path(), port, LOOPBACK_ONLY)
    listening.ports = Ports(port)
    return listening


async def serve_undiscovered(
    name: str,
    engine: SessionEngine[H],
    add_servicers: AddServicers[H],
    folder: Path,
    *,
    stop: asyncio.Event,
    out: TextIO,
    access: AccessRules | None = None,
    network: NetworkOptions = LOOPBACK_ONLY,
    told: Callable[[Ports], None] = lambda _: None,
) -> None:
    """Serve on this event loop, without discovery, until `stop` is set.

    Args:
        name: The name of the service.
        engine: Without any session; it recovers those of the last run.
        add_servicers: Adds the service's own servicers.
        folder: Where it keeps its lock, its port and its journal.
        stop: Set it to stop.
        out: Where the ready line goes.
        access: Who may do what; everybody everything if None.
        network: Where it listens besides loopback, and with what encryption.
        told: Called with the ports when it serves.

    Raises:
        SharingError: The folder is in use, or cannot be used.
    """
    folder = private_folder(folder)
    lock = ProcessLock.acquire(folder / f".{name}.lock", what=f"the folder {folder}")
    recover(engine, folder, name)
    guard = Guard(access)
    descriptor = ServiceDescriptor(name, name, (name,))
    service = _Undiscovered(descriptor, engine, add_servicers, lock, guard)
    service.told = told
    interceptors = [ErrorInterceptor(guard=guard)]
    options = HostingOptions(name, 0, folder, interceptors, network=network)
    await serve(service, options, stop, out=out)


class _Undiscovered(SessionService[H]):
    """A service that nobody finds by discovery."""

    told: Callable[[Ports], None]

    async def started(self, listening: Listening) -> None:
        """Turn SERVING, without registering."""
        self.told(listening.ports)
        self.follow_certificates(listening)
        await self.set_serving()
        self.begin_waiting()
