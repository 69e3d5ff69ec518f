"""The smallest session service: lists in memory.

It shows what a service author writes, and lets tests decide when opening and closing succeed,
fail or hang.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import aclosing
from typing import Any

import grpc
import grpc.aio

from session_sharing.client import SessionClient
from session_sharing.errors import ResourceNameError
from session_sharing.service import Located, SessionEngine, SessionRpc, in_thread
from session_sharing.wire.generated import session_pb2

SERVICE = "session_sharing.testing.Memory"


class Gate:
    """Holds up work until a test lets it go on. Open from the start.

    All methods may be called from any thread.
    """

    def __init__(self) -> None:
        self._open = threading.Event()
        self._open.set()
        self._came = threading.Semaphore(0)

    def shut(self) -> None:
        """Hold up whoever comes from now on."""
        self._came = threading.Semaphore(0)
        self._open.clear()

    def wait_for_one(self, timeout: float = 10.0) -> None:
        """Wait until one more has come to the gate since it was shut.

        Raises:
            TimeoutError: Nobody came in time.
        """
        if not self._came.acquire(timeout=timeout):
            raise TimeoutError(f"Nobody came to the gate within {timeout} s.")

    def open(self) -> None:
        """Let everybody pass."""
        self._open.set()

    def pass_through(self) -> None:
        """Wait while the gate is shut, telling that somebody came."""
        self._came.release()
        self._open.wait()


class MemoryDriver:
    """Opens lists in memory. `opened` and `closed` tell, by key, how often that happened.

    `_guard` guards the counts; the driver waits at gates without holding it.
    """

    def __init__(self) -> None:
        self.opening = Gate()
        self.closing = Gate()
        self.open_error: Exception | None = None
        self.close_error: Exception | None = None
        self.opened: dict[str, int] = {}
        self.closed: dict[str, int] = {}
        self._guard = threading.Lock()

    def locate(self, resource: str) -> Located:
        """Find a resource: letter case makes no difference; `!` is no valid name."""
        if resource.startswith("!"):
            raise ResourceNameError(f"{resource!r} names nothing. Leave out the '!'.")
        return Located(key=resource.lower(), address=resource)

    def open(self, address: str) -> list[str]:
        """Open a list, when the gate lets it."""
        with self._guard:
            self.opened[address.lower()] = self.opened.get(address.lower(), 0) + 1
        self.opening.pass_through()
        if self.open_error is not None:
            raise self.open_error
        return [address.lower()]

    def close(self, handle: list[str]) -> None:
        """Close a list, when the gate lets it."""
        self.closing.pass_through()
        with self._guard:
            self.closed[handle[0]] = self.closed.get(handle[0], 0) + 1
        if self.close_error is not None:
            raise self.close_error


def _nothing() -> None:
    """Do nothing."""


def add_memory_servicer(
    engine: SessionEngine[list[str]],
    server: grpc.aio.Server,
    *,
    touching: Callable[[], None] = _nothing,
) -> Iterable[str]:
    """Serve `Initialize`, `Close`, `Touch` and `Follow`, without a proto of its own.

    Args:
        engine: Holds the sessions.
        server: Serves.
        touching: Called in a thread by every accepted `Touch`, for example a gate's.
    """
    sessions = SessionRpc(engine)

    async def initialize(
        request: session_pb2.InitializeRequest,
        _: Any,  # noqa: ANN401
    ) -> session_pb2.InitializeResponse:
        return await sessions.initialize(request)

    async def close(
        request: session_pb2.ReleaseRequest,
        _: Any,  # noqa: ANN401
    ) -> session_pb2.ReleaseResponse:
        return await sessions.release(request)

    async def touch(
        request: session_pb2.AttachmentReference,
        _: Any,  # noqa: ANN401
    ) -> session_pb2.AttachmentReference:
        async with sessions.use(request) as handle:
            await in_thread("touch", touching)
            handle.append("touched")
        return request

    async def follow(
        request: session_pb2.AttachmentReference,
        _: Any,  # noqa: ANN401
    ) -> AsyncIterator[session_pb2.AttachmentReference]:
        async def tell(
            handle: list[str], ending: asyncio.Event
        ) -> AsyncIterator[session_pb2.AttachmentReference]:
            for _entry in list(handle):
                yield request
            await ending.wait()  # What comes later is not told.

        async with aclosing(sessions.until_closing(request, tell)) as following:
            async for told in following:
                yield told

    methods: dict[str, tuple[Any, Any]] = {
        "Initialize": (initialize, session_pb2.InitializeRequest),
        "Close": (close, session_pb2.ReleaseRequest),
        "Touch": (touch, session_pb2.AttachmentReference),
    }
    handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
        name: grpc.unary_unary_rpc_method_handler(
            method,
            request_deserializer=request.FromString,
            response_serializer=lambda message: message.SerializeToString(),
        )
        for name, (method, request) in methods.items()
    }
    handlers["Follow"] = grpc.unary_stream_rpc_method_handler(
        follow,
        request_deserializer=session_pb2.AttachmentReference.FromString,
        response_serializer=lambda message: message.SerializeToString(),
    )
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(SERVICE, handlers)])
    return [SERVICE]


class MemoryClient(SessionClient):
    """The client of the smallest session service."""

    PROVIDED_INTERFACE = SERVICE
    SERVICE_CLASS = SERVICE

    def touch(self) -> None:
        """Use the session."""
        self._call(lambda: self._method("Touch", session_pb2.AttachmentReference), self._attachment)

    def _call_initialize(
        self, request: session_pb2.InitializeRequest, timeout: float
    ) -> session_pb2.InitializeResponse:
        response: session_pb2.InitializeResponse = self._call(
            lambda: self._method("Initialize", session_pb2.InitializeResponse),
            request,
            timeout=timeout,
        )
        return response

    def _call_close(
        self, request: session_pb2.ReleaseRequest, timeout: float
    ) -> session_pb2.ReleaseResponse:
        response: session_pb2.ReleaseResponse = self._call(
            lambda: self._method("Close", session_pb2.ReleaseResponse), request, timeout=timeout
        )
        return response

    def _method(self, name: str, response: Any) -> Any:  # noqa: ANN401
        return self._channel.unary_unary(
            f"/{SERVICE}/{name}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=response.FromString,
        )
