"""A session service on loopback, and clients that do what the library's client would not."""

from __future__ import annotations

import asyncio
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import pytest

from session_sharing.information import SessionInformation
from session_sharing.service import SessionEngine
from session_sharing.testing.hosting import LocalService
from session_sharing.testing.memory import (
    SERVICE,
    Gate,
    MemoryClient,
    MemoryDriver,
    add_memory_servicer,
)
from session_sharing.wire.generated import (
    administration_pb2,
    administration_pb2_grpc,
    clients_pb2,
    clients_pb2_grpc,
    session_pb2,
)

LIMIT = 10.0  # seconds


class RawClient:
    """A client made of stubs alone, with a connection of its own: it repeats, lies and vanishes."""

    def __init__(self, address: str, client_id: str = "") -> None:
        options = [("grpc.use_local_subchannel_pool", 1)]
        self.channel = grpc.insecure_channel(address, options=options)
        self._calls: list[grpc.Future] = []  # A call that nobody refers to is broken off.
        identity = session_pb2.ClientIdentity(program="raw", host="here", process_id=1)
        request = clients_pb2.ConnectRequest(client_id=client_id, identity=identity)
        stub = clients_pb2_grpc.SessionClientsStub(self.channel)
        self.stream = stub.Connect(request, timeout=60)
        self.hello = next(self.stream)
        self.client_id = self.hello.client_id
        self.administration = administration_pb2_grpc.SessionAdministrationStub(self.channel)

    def start(self, name: str, request: Any, response: Any) -> grpc.Future:
        """Start a call; its `result()` is the response."""
        method = self.channel.unary_unary(
            f"/{SERVICE}/{name}", lambda message: message.SerializeToString(), response.FromString
        )
        self._calls.append(method.future(request, timeout=LIMIT))
        return self._calls[-1]

    def start_initialize(
        self, resource: str, behavior: int = 0, *, attachment_id: str = "", client_id: str = ""
    ) -> grpc.Future:
        """Start an Initialize call, with a new attachment id unless one is given."""
        request = session_pb2.InitializeRequest(
            resource_name=resource,
            initialization_behavior=behavior,
            client_id=client_id or self.client_id,
            attachment_id=attachment_id or uuid.uuid4().hex,
        )
        return self.start("Initialize", request, session_pb2.InitializeResponse)

    def attach(self, resource: str, behavior: int = 0) -> session_pb2.AttachmentReference:
        """Initialize, and return what names the attachment in later calls."""
        attachment_id = uuid.uuid4().hex
        response = self.start_initialize(resource, behavior, attachment_id=attachment_id).result()
        return session_pb2.AttachmentReference(
            session_name=response.session_name, attachment_id=attachment_id
        )

    def start_release(
        self, attachment: session_pb2.AttachmentReference, mode: int = 0
    ) -> grpc.Future:
        """Start a Close call."""
        request = session_pb2.ReleaseRequest(
            attachment=attachment, client_id=self.client_id, mode=mode
        )
        return self.start("Close", request, session_pb2.ReleaseResponse)

    def start_touch(self, attachment: session_pb2.AttachmentReference) -> grpc.Future:
        """Start an operation."""
        return self.start("Touch", attachment, session_pb2.AttachmentReference)

    def start_force_close(self, public_id: str, reason: str, *, force: bool = True) -> grpc.Future:
        """Start to close a session under its holders, or politely."""
        request = administration_pb2.CloseSessionRequest(
            public_id=public_id,
            reason=reason,
            requested_by=session_pb2.ClientIdentity(program="raw", host="here", process_id=1),
            force=force,
        )
        return self.administration.CloseSession.future(request, timeout=LIMIT)

    def follow(self, attachment: session_pb2.AttachmentReference) -> Any:
        """Start a stream that follows the session."""
        method = self.channel.unary_stream(
            f"/{SERVICE}/Follow",
            lambda message: message.SerializeToString(),
            session_pb2.AttachmentReference.FromString,
        )
        return method(attachment, timeout=LIMIT)

    def vanish(self) -> None:
        """Lose the connection."""
        self.channel.close()


class World:
    """The smallest session service with its driver, which tests hold up by gates, and clients."""

    def __init__(
        self, folder: Path, driver: MemoryDriver | None = None, **engine_options: Any
    ) -> None:
        self.folder = folder
        self.driver = driver or MemoryDriver()
        self.touching = Gate()
        self.before_touch: Callable[[], None] = self.touching.pass_through
        self.service = LocalService(
            "memory",
            self.driver,
            partial(add_memory_servicer, touching=self._touch),
            folder,
            lambda driver: SessionEngine(driver, **engine_options),
        )
        self._raws: list[RawClient] = []
        self._clients: list[MemoryClient] = []

    def after_kill(self) -> Path:
        """Return a folder as the service would leave it if it were killed at this moment."""
        folder = self.folder.with_name(uuid.uuid4().hex)
        folder.mkdir()
        shutil.copy(self.folder / "memory.journal", folder)
        return folder

    def _touch(self) -> None:
        self.before_touch()

    def client(self, resource: str = "data", behavior: int = 0, **options: Any) -> MemoryClient:
        """Open a client of the library."""
        options = {"address": self.service.address, **options}
        self._clients.append(MemoryClient(resource, behavior, **options))
        return self._clients[-1]

    def raw(self, client_id: str = "") -> RawClient:
        """Connect a client made of stubs; it ends with the test."""
        self._raws.append(RawClient(self.service.address, client_id))
        return self._raws[-1]

    def sessions(self) -> list[SessionInformation]:
        """Return what the service tells of its sessions."""
        found: list[SessionInformation] = self.service.call(self.service.engine.sessions)
        return found

    def until(self, happened: Callable[[Sequence[SessionInformation]], bool]) -> None:
        """Wait until the sessions are so; every change of the service's is looked at."""
        engine = self.service.engine

        async def watch() -> None:
            async for _ in engine.watch():
                if happened(engine.sessions()):
                    return

        work = asyncio.wait_for(watch(), LIMIT)
        asyncio.run_coroutine_threadsafe(work, self.service.loop).result(LIMIT + 1)

    def until_waiting(self, count: int) -> None:
        """Wait until so many Initialize calls wait for their session."""
        waiting = self.service.engine._registry._table.waiting
        self.eventually(lambda: len(waiting) == count)

    def eventually(self, condition: Callable[[], bool]) -> None:
        """Wait for what no watcher is told of; the condition is looked at on the service's loop."""
        deadline = time.monotonic() + LIMIT
        while not self.service.call(condition):
            assert time.monotonic() < deadline, "it did not happen in time"

    def close(self) -> None:
        """Let everything held up go on, and end all clients."""
        for gate in (self.driver.opening, self.driver.closing, self.touching):
            gate.open()
        for raw in self._raws:
            raw.vanish()
        for client in self._clients:
            client._connection.close()  # Else it would look for the service for ever.


@pytest.fixture
def connect() -> Iterator[Callable[..., RawClient]]:
    """Connect clients made of stubs to a service that is a process of its own."""
    with ExitStack() as stack:

        def client(address: str, client_id: str = "") -> RawClient:
            raw = RawClient(address, client_id)
            stack.callback(raw.vanish)
            return raw

        yield client


@pytest.fixture
def start_world(tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Start session services, in a new folder or one that is given, with options of the engine."""
    with ExitStack() as stack:

        def start(folder: Path | None = None, **options: Any) -> World:
            world = World(folder or tmp_path / uuid.uuid4().hex, **options)
            stack.enter_context(world.service)
            stack.callback(world.close)
            return world

        yield start


@pytest.fixture
def world(start_world: Callable[..., World]) -> World:
    """Return a session service that runs."""
    return start_world()
