"""Looking up real connections."""

from __future__ import annotations

import asyncio
import os
import socket
import sys

import psutil
import pytest

from local_station.session_management import holders
from local_station.session_management.holders import Holders, Sighting, sightings

LIMIT = 20


@pytest.fixture(params=["IPv4", "IPv6 for IPv4"])
def peer(request):
    """Return a connection that this process has, as gRPC would write it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        if request.param == "IPv4":
            connection = socket.create_connection(("127.0.0.1", port))
        else:
            connection = _connected_by_ipv6(port)
        with connection:
            yield f"ipv4:127.0.0.1:{connection.getsockname()[1]}"


def _connected_by_ipv6(port):
    """Connect as gRPC does: with a socket of IPv6 to an address of IPv4."""
    connection = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    try:
        connection.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        connection.connect(("::ffff:127.0.0.1", port))
    except OSError as error:
        connection.close()
        pytest.skip(f"no sockets of IPv6: {error}")
    return connection


def _without_the_table(monkeypatch):
    """Let the look at all connections be refused, as macOS does."""

    def refuse(kind):
        raise psutil.AccessDenied

    monkeypatch.setattr(holders.psutil, "net_connections", refuse)


@pytest.mark.parametrize("refused", [False, True])
def test_process_behind_a_connection_is_seen(peer, monkeypatch, refused):
    """Also where the table of all connections is closed, the user's own processes are seen."""
    if refused:
        _without_the_table(monkeypatch)
    seen = sightings([peer])[peer]
    assert (seen.process_id, seen.gone) == (os.getpid(), False)
    assert seen.program
    assert seen.user == psutil.Process().username()


@pytest.mark.parametrize("refused", [False, True])
def test_missing_connection_is_gone_only_if_all_are_seen(monkeypatch, refused):
    """A holder is said to be dead only where nothing can have been overlooked."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        peer = f"ipv4:127.0.0.1:{server.getsockname()[1]}"
    if refused or sys.platform == "darwin":
        _without_the_table(monkeypatch)
        assert sightings([peer]) == {}
    else:
        assert sightings([peer]) == {peer: Sighting(gone=True)}


def test_those_who_ask_at_once_share_a_look(monkeypatch, peer):
    """A hundred refusals in one moment look twice at most."""
    looks = []

    def counted(peers):
        looks.append(peers)
        return sightings(peers)

    monkeypatch.setattr(holders, "sightings", counted)

    async def ask():
        shared = Holders()
        return await asyncio.gather(*(shared.look_up([peer]) for _ in range(100)))

    answers = asyncio.run(asyncio.wait_for(ask(), LIMIT))
    assert all(answer[peer].process_id == os.getpid() for answer in answers)
    assert len(looks) <= 2


@pytest.mark.parametrize("hangs", [True, False])
def test_nothing_is_told_when_looking_fails(monkeypatch, peer, hangs):
    """A look that hangs, or is refused, costs a refusal its detail and not its answer."""
    released = []

    def fail(peers):
        if hangs:
            released.append(True)
            socket.create_server(("127.0.0.1", 0)).accept()
        raise psutil.AccessDenied

    monkeypatch.setattr(holders, "sightings", fail)
    monkeypatch.setattr(holders, "LOOK_SECONDS", 0.05)
    assert asyncio.run(asyncio.wait_for(Holders().look_up([peer]), LIMIT)) == {}
    assert bool(released) == hangs
