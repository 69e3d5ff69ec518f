"""Serving inside a process: both families, the order of start and stop, the limits."""

from __future__ import annotations

import asyncio
import io
import re
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

import grpc.aio
import pytest

from session_sharing.errors import PreconditionError, UnavailableError
from session_sharing.service import hosting
from session_sharing.service.binding import existing_loopbacks
from session_sharing.service.hosting import HostingOptions, serve
from session_sharing.service.listening import Listening

DEADLINE = 20.0  # seconds
CHANNEL_OPTIONS = [("grpc.enable_http_proxy", 0), ("grpc.use_local_subchannel_pool", 1)]


Context: TypeAlias = "grpc.aio.ServicerContext[bytes, bytes]"
Method = Callable[[bytes, Context], Awaitable[bytes]]


async def measure(request: bytes, context: Context) -> bytes:
    """Answer the length of the request."""
    return str(len(request)).encode()


def add_method(server: grpc.aio.Server, method: Method) -> None:
    """Let the server have one method."""
    handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(method)
    handlers = grpc.method_handlers_generic_handler("test.Test", {"Method": handler})
    server.add_generic_rpc_handlers((handlers,))


async def call(address: str, request: bytes = b"12345") -> bytes:
    """Call the method of the server at this address."""
    async with grpc.aio.insecure_channel(address, options=CHANNEL_OPTIONS) as channel:
        method: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]
        method = channel.unary_unary("/test.Test/Method")
        return await method(request, timeout=DEADLINE)


async def length(address: str, request: bytes = b"12345") -> int:
    """Ask the server at this address for the length of a request."""
    return int(await call(address, request))


class Service:
    """A hosted service that notes what is called, and does on the way what the test wants."""

    def __init__(self, method: Method = measure) -> None:
        self.method = method
        self.calls: list[str] = []
        self.port = 0
        self.on_started: Callable[[], Awaitable[object]] = self.nothing
        self.on_stopping: Callable[[], Awaitable[object]] = self.nothing

    async def nothing(self) -> None:
        """Do nothing."""

    def add_to(self, server: grpc.aio.Server) -> None:
        """Add one method."""
        self.calls.append("add_to")
        add_method(server, self.method)

    async def started(self, listening: Listening) -> None:
        """Note it."""
        self.calls.append("started")
        self.port = listening.ports.ready
        await self.on_started()

    async def stopping(self) -> None:
        """Note it."""
        self.calls.append("stopping")
        await self.on_stopping()

    async def stopped(self) -> None:
        """Note it."""
        self.calls.append("stopped")


class Out(io.StringIO):
    """A standard output on which a test can wait for the ready line."""

    def __init__(self) -> None:
        super().__init__()
        self.ready = asyncio.Event()

    def flush(self) -> None:
        """Let the waiting test go on."""
        super().flush()
        self.ready.set()


def hosted(
    options: HostingOptions,
    service: Service,
    use: Callable[[], Awaitable[object]] | None = None,
    *,
    stopped_before: bool = False,
) -> str:
    """Serve, use the server once it is ready, stop it; return what it printed."""

    async def whole() -> str:
        stop, out = asyncio.Event(), Out()
        if stopped_before:
            stop.set()
        serving = asyncio.create_task(serve(service, options, stop, out=out), name="serving")
        ready = asyncio.create_task(out.ready.wait(), name="ready")
        await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if use is not None and not serving.done():
            await use()
        stop.set()
        await asyncio.wait_for(serving, DEADLINE)
        return out.getvalue()

    return asyncio.run(whole())


@pytest.fixture
def options(tmp_path: Path) -> HostingOptions:
    return HostingOptions(name="program", port=None, state_folder=tmp_path / "new" / "state")


def test_serves_every_family_between_ready_and_stop(options: HostingOptions) -> None:
    """The ready line tells the port, IPv4 and IPv6 are answered, all steps run in order."""
    service = Service()

    async def use() -> None:
        for loopback in existing_loopbacks():
            assert await length(loopback.address(service.port)) == 5

    printed = hosted(options, service, use)
    assert printed == f"program ready: localhost:{service.port}\n"
    assert service.calls == ["add_to", "started", "stopping", "stopped"]
    for loopback in existing_loopbacks():
        with socket.socket(loopback.family) as probe:
            assert probe.connect_ex((loopback.host, service.port)) != 0


def test_server_answers_while_it_drains(options: HostingOptions) -> None:
    """During `stopping` the server still answers, so clients learn that it is NOT_SERVING."""
    service = Service()
    answers = []

    async def ask() -> None:
        answers.append(await length(f"127.0.0.1:{service.port}"))

    service.on_stopping = ask
    hosted(options, service)
    assert answers == [5]


def test_port_of_the_last_run_is_taken_again(options: HostingOptions) -> None:
    """Clients that were connected when the server stopped find it at the same port."""
    first, second = Service(), Service()
    hosted(options, first, lambda: length(f"127.0.0.1:{first.port}"))
    hosted(options, second, lambda: length(f"127.0.0.1:{second.port}"))
    assert first.port == second.port


def test_request_above_the_projects_limit_reaches_the_service(options: HostingOptions) -> None:
    """A request of a little more than 64 MiB is ours to refuse, with our text, not gRPC's."""
    service = Service()
    size = (64 << 20) + 1000

    async def use() -> None:
        assert await length(f"127.0.0.1:{service.port}", bytes(size)) == size

    hosted(options, service, use)
    assert service.port


def test_no_ready_line_when_stopped_during_start(options: HostingOptions) -> None:
    """A signal during the start ends in a clean stop, and nobody is told that it was ready."""
    service = Service()
    assert hosted(options, service, stopped_before=True) == ""
    assert service.calls == ["add_to", "started", "stopping", "stopped"]


def test_port_in_use_gives_back_what_was_taken(options: HostingOptions, tmp_path: Path) -> None:
    """When no port can be had, the service gives back its locks and was never asked to drain."""
    service = Service()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        wanted = HostingOptions(
            name="program", port=taken.getsockname()[1], state_folder=options.state_folder
        )
        with pytest.raises(UnavailableError, match="is not free"):
            hosted(wanted, service)
    assert service.calls == ["stopped"]


def test_failed_registration_stops_in_order(options: HostingOptions) -> None:
    """An error of `started` is the error of the start; the server is stopped, nothing was ready."""
    service = Service()

    async def fail() -> None:
        raise PreconditionError("The name is taken.")

    service.on_started = fail
    with pytest.raises(PreconditionError, match=r"^The name is taken\.$"):
        hosted(options, service)
    assert service.calls == ["add_to", "started", "stopping", "stopped"]


def test_hung_registration_ends_the_start(
    options: HostingOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A `started` that never returns is an error in time, not a server that never gets ready."""
    monkeypatch.setattr(hosting, "_START_LIMIT", 0.05)
    service = Service()
    service.on_started = lambda: asyncio.Event().wait()
    with pytest.raises(UnavailableError, match="was not set up within"):
        hosted(options, service)
    assert service.calls[-2:] == ["stopping", "stopped"]


def test_failing_drain_does_not_keep_the_server(
    options: HostingOptions, caplog: pytest.LogCaptureFixture
) -> None:
    """An error in `stopping` is in the log, and the server ends and gives back all the same."""
    service = Service()

    async def fail() -> None:
        raise OSError("the disk is gone")

    service.on_stopping = fail
    hosted(options, service)
    assert service.calls[-1] == "stopped"
    assert "the disk is gone" in caplog.text


def test_call_that_never_ends_does_not_keep_the_server(tmp_path: Path) -> None:
    """A handler that is still at work after the grace time is cancelled."""
    began = asyncio.Event()

    async def hang(request: bytes, context: Context) -> bytes:
        began.set()
        await asyncio.Event().wait()
        return b""

    service = Service(hang)
    options = HostingOptions(name="program", port=0, state_folder=tmp_path, stop_within=1.0)

    async def whole() -> BaseException | None:
        stop, out = asyncio.Event(), Out()
        serving = asyncio.create_task(serve(service, options, stop, out=out), name="serving")
        await asyncio.wait_for(out.ready.wait(), DEADLINE)
        asking = asyncio.create_task(call(f"127.0.0.1:{service.port}"), name="asking")
        await asyncio.wait_for(began.wait(), DEADLINE)
        stop.set()
        await asyncio.wait_for(serving, DEADLINE)
        await asyncio.wait({asking}, timeout=DEADLINE)
        return asking.exception()

    error = asyncio.run(whole())
    assert isinstance(error, grpc.aio.AioRpcError)
    assert error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)


def test_ready_line_into_a_closed_stream(
    options: HostingOptions, caplog: pytest.LogCaptureFixture
) -> None:
    """Output that is closed on our own side is no reason to end; the log has the line."""
    service = Service()
    closed = io.StringIO()
    closed.close()

    async def whole() -> None:
        stop, started = asyncio.Event(), asyncio.Event()

        async def note() -> None:
            started.set()

        service.on_started = note
        serving = asyncio.create_task(serve(service, options, stop, out=closed), name="serving")
        await asyncio.wait_for(started.wait(), DEADLINE)
        assert await length(f"127.0.0.1:{service.port}") == 5
        stop.set()
        await asyncio.wait_for(serving, DEADLINE)

    asyncio.run(whole())
    assert re.search(r"program ready: localhost:\d+", caplog.text)
