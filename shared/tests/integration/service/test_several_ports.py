"""Several ports of one server, with real sockets."""

from __future__ import annotations

import asyncio
import socket

import grpc.aio
import pytest

from session_sharing.errors import UnavailableError
from session_sharing.service import binding
from session_sharing.service.binding import Listener, bind, existing_loopbacks


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


async def bound_ports(*listeners: Listener) -> list[int]:
    server, ports = await bind(
        lambda: grpc.aio.server(options=[("grpc.so_reuseport", 0)]), listeners
    )
    await server.start()
    await server.stop(None)
    return ports


def test_no_two_ports_of_a_server_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fixed port that the other one had before is left to it; any other is given only once."""
    wanted, given = free_port(), iter([7, 7, free_port()])
    fixed = Listener(existing_loopbacks(), wanted)
    recalling = Listener(existing_loopbacks(), None, wanted)
    for listeners in ((fixed, recalling), (recalling, fixed)):
        ports = asyncio.run(bound_ports(*listeners))
        assert ports[listeners.index(fixed)] == wanted
        assert ports[listeners.index(recalling)] not in (0, wanted)
    monkeypatch.setattr(binding, "_any_port", lambda _: next(given))
    monkeypatch.setattr(binding, "_is_free", lambda *_: True)
    ports = binding._choose_all([Listener(existing_loopbacks(), 0)] * 2)
    assert ports[0] == 7 != ports[1]


def test_port_that_is_lost_again_and_again_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no port is to be had in the end, the error names the option of the one it is about."""
    lost = Listener(existing_loopbacks(), 0, credentials=make_nothing, option="--tls-port")
    monkeypatch.setattr(binding, "_ATTEMPTS", 2)
    with pytest.raises(UnavailableError, match="with --tls-port"):
        asyncio.run(bound_ports(Listener(existing_loopbacks(), 0), lost))


def make_nothing() -> grpc.ServerCredentials:
    """Fail as gRPC does when somebody was quicker."""
    raise RuntimeError("Failed to bind to address")
