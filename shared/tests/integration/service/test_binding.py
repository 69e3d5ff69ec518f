"""One port on every loopback family, with real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc.aio
import pytest

from session_sharing.errors import InvalidRequestError, UnavailableError
from session_sharing.service import binding
from session_sharing.service.binding import (
    Listener,
    bind,
    existing_loopbacks,
    recall_port,
    remember_port,
)

two_families = pytest.mark.skipif(
    len(existing_loopbacks()) < 2, reason="this machine has one loopback family only"
)


def make_server() -> grpc.aio.Server:
    return grpc.aio.server(options=[("grpc.so_reuseport", 0)])


def bound_port(
    port: int | None,
    remembered: int | None = None,
    make: Callable[[], grpc.aio.Server] = make_server,
    check: Callable[[int], None] = lambda port: None,
) -> int:
    """Bind as a server does, check while it is bound, and give the port back."""

    async def bound() -> int:
        listener = Listener(existing_loopbacks(), port, remembered)
        server, (got,) = await bind(make, [listener])
        await server.start()
        try:
            check(got)
        finally:
            await server.stop(None)
        return got

    return asyncio.run(bound())


@contextlib.contextmanager
def listening(host: str, port: int = 0) -> Iterator[int]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as taken:
        taken.bind((host, port))
        taken.listen()
        yield taken.getsockname()[1]


def free_port() -> int:
    with listening("127.0.0.1") as port:
        return port


@pytest.mark.parametrize("port", [None, 0])
def test_same_port_on_every_family(port: int | None) -> None:
    """A client may come by IPv4 or by IPv6: the printed port is right for both."""
    reached = []

    def connect(got: int) -> None:
        for loopback in existing_loopbacks():
            with socket.create_connection((loopback.host, got), timeout=5):
                reached.append(loopback.host)

    bound_port(port, check=connect)
    assert reached == [loopback.host for loopback in existing_loopbacks()]


def test_wanted_port_is_taken() -> None:
    """`--port N` means N."""
    wanted = free_port()
    assert bound_port(wanted, remembered=1) == wanted


@pytest.mark.parametrize(
    "host", ["127.0.0.1", pytest.param("::1", marks=two_families)], ids=["ipv4", "ipv6"]
)
def test_wanted_port_in_use_is_a_clear_error(host: str) -> None:
    """A port that is in use on one family only is refused with place, reason and next step."""
    with listening(host) as port, pytest.raises(UnavailableError) as caught:
        bound_port(port)
    assert f"Port {port} is not free" in caught.value.message
    assert host in caught.value.message
    assert "--port" in caught.value.message


def test_port_of_a_running_server_is_in_use() -> None:
    """Two servers never share a port, although gRPC would let them by itself."""

    async def second_server() -> None:
        first, (port,) = await bind(make_server, [Listener(existing_loopbacks(), 0)])
        await first.start()
        try:
            with pytest.raises(UnavailableError):
                await bind(make_server, [Listener(existing_loopbacks(), port)])
        finally:
            await first.stop(None)

    asyncio.run(second_server())


@pytest.mark.parametrize("port", [-1, 65536, 70000])
def test_impossible_port_is_refused(port: int) -> None:
    """A number that is no port is an error of the project, not of the socket module."""
    with pytest.raises(InvalidRequestError, match="is no port"):
        bound_port(port)


def test_last_port_again_if_free() -> None:
    """Without a wanted port the server comes back where its clients look for it."""
    last = free_port()
    assert bound_port(None, remembered=last) == last


def test_last_port_again_after_connections_of_the_last_run() -> None:
    """Connections that the last run closed linger in the system; they do not cost the port."""
    with socket.create_server(("127.0.0.1", 0)) as last_run:
        last = last_run.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", last), timeout=5)
        last_run.accept()[0].close()  # the server closes first: the connection lingers on its side
    assert client.recv(1) == b""
    client.close()
    if sys.platform == "linux":
        with socket.socket() as naive, pytest.raises(OSError, match="in use"):
            naive.bind(("127.0.0.1", last))
    assert bound_port(None, remembered=last) == last


@pytest.mark.parametrize(
    "host", ["127.0.0.1", pytest.param("::1", marks=two_families)], ids=["ipv4", "ipv6"]
)
def test_last_port_in_use_gives_another(host: str) -> None:
    """A remembered port that is in use, be it on one family only, never stops a start."""
    with listening(host) as taken:
        assert bound_port(None, remembered=taken) != taken


def test_port_zero_forgets_the_last_port() -> None:
    """`--port 0` takes any: what the system gives, not what was remembered."""
    with pytest.MonkeyPatch.context() as patch:
        given = free_port()
        patch.setattr(binding, "_any_port", lambda loopback: given)
        assert bound_port(0, remembered=free_port()) == given


def raced(rivals: contextlib.ExitStack, lost: list[int]) -> grpc.aio.Server:
    """Make a real server; the first one loses its IPv6 port after the question, before binding."""
    server = make_server()
    add = server.add_insecure_port

    def add_too_late(address: str) -> int:
        if not lost and address.startswith("[::1]"):
            port = int(address.rpartition(":")[2])
            lost.append(rivals.enter_context(listening("::1", port)))
        return add(address)

    server.add_insecure_port = add_too_late  # type: ignore[method-assign]
    return server


@two_families
@pytest.mark.parametrize("remembered", [False, True])
def test_race_for_one_family_is_run_again(remembered: bool) -> None:
    """Lost on IPv6 at the last moment: another port on both, and the IPv4 half is given back."""
    lost: list[int] = []

    def no_half_server(port: int) -> None:
        assert port != lost[0]
        with listening("127.0.0.1", lost[0]):
            pass

    with contextlib.ExitStack() as rivals:
        last = free_port() if remembered else None
        bound_port(None, last, lambda: raced(rivals, lost), no_half_server)
    assert len(lost) == 1


@two_families
def test_race_for_a_wanted_port_is_an_error() -> None:
    """A wanted port that is lost at the last moment is an error, never another port."""
    with contextlib.ExitStack() as rivals, pytest.raises(UnavailableError, match="is not free"):
        bound_port(free_port(), make=lambda: raced(rivals, []))


def test_machine_without_ipv6_serves_on_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where ::1 does not exist, the server binds what exists."""

    class WithoutIpv6(socket.socket):
        def __init__(
            self, family: int = -1, kind: int = -1, proto: int = -1, fileno: int | None = None
        ) -> None:
            if family == socket.AF_INET6:
                raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
            super().__init__(family, kind, proto, fileno)

    monkeypatch.setattr("socket.socket", WithoutIpv6)
    assert [loopback.host for loopback in existing_loopbacks()] == ["127.0.0.1"]
    assert bound_port(None) > 0


def test_port_is_remembered(tmp_path: Path) -> None:
    """The next run reads what this one wrote."""
    remember_port(tmp_path / "x.port", 50123)
    assert recall_port(tmp_path / "x.port") == 50123


@pytest.mark.parametrize(
    "content",
    [b"", b"abc", b"0", b"-5", b"65536", b"99999999", b"\xff\x00", "١٢٣".encode(), b"1 2"],
)
def test_garbage_is_no_memory(tmp_path: Path, content: bytes) -> None:
    """A damaged file costs the old port, never the start."""
    (tmp_path / "x.port").write_bytes(content)
    assert recall_port(tmp_path / "x.port") is None


def test_memory_that_cannot_be_written_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A full or missing state folder is told, and the server serves."""
    remember_port(tmp_path / "missing" / "x.port", 50123)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert recall_port(tmp_path / "missing" / "x.port") is None
