"""Looking up real connections."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

import psutil
import pytest

from local_station.session_management import holders
from local_station.session_management.clients import Asked, Process, Sighting
from local_station.session_management.holders import Holders, sightings

LIMIT = 20


CLIENT = """
import socket, sys
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
print(connection.getsockname()[1], flush=True)
sys.stdin.read()
"""


def _asked(peer_port, process=None, ago=0.0):
    since = datetime.now(timezone.utc) - timedelta(seconds=ago)
    return Asked(f"ipv4:127.0.0.1:{peer_port}", since, process)


def _sighting(asked):
    return sightings([asked])[asked]


@contextmanager
def _client(server):
    """Run a process that is connected to a server; yield it and its port."""
    command = [sys.executable, "-c", CLIENT, str(server.getsockname()[1])]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            with server.accept()[0]:
                yield process, int(process.stdout.readline())
        finally:
            process.kill()


@contextmanager
def _program_with_both_ends():
    """Run a process that is connected to itself; yield the port of its client's end."""
    both = (
        "import socket, sys; server = socket.create_server(('127.0.0.1', 0)); "
        "client = socket.create_connection(server.getsockname()); other = server.accept(); "
        "print(client.getsockname()[1], flush=True); sys.stdin.read()"
    )
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", both]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


@pytest.fixture
def server():
    """Return a socket that listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(LIMIT)
        yield server


@pytest.fixture(params=["IPv4", "IPv6 for IPv4"])
def asked(request, server):
    """Return a question for a connection that this process has, with itself."""
    port = server.getsockname()[1]
    if request.param == "IPv4":
        connection = socket.create_connection(("127.0.0.1", port))
    else:
        connection = _connected_by_ipv6(port)
    with connection, server.accept()[0]:
        yield _asked(connection.getsockname()[1])


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


def _add_to_the_table(monkeypatch, port):
    """Let this process have a connection from a port to somewhere else."""
    real = psutil.net_connections

    def with_another(kind):
        found = [each for each in real(kind) if each.raddr and each.laddr.port == port]
        other = found[0]._replace(raddr=found[0].laddr, pid=os.getpid())
        return [other, *found, other]

    monkeypatch.setattr(holders.psutil, "net_connections", with_another)


@pytest.mark.parametrize("refused", [False, True])
def test_process_behind_a_connection_is_seen(asked, monkeypatch, refused):
    """Also where the table of all connections is closed, the user's own processes are seen."""
    if refused:
        _without_the_table(monkeypatch)
    seen = _sighting(asked)
    assert seen.connected
    assert seen.process.process_id == os.getpid()
    assert seen.process.program
    assert seen.process.user == psutil.Process().username()
    assert seen.process.is_running()


def test_life_of_a_client_is_followed(server, monkeypatch):
    """A client has ended when its connection and its process are gone, and not before."""
    with _client(server) as (process, port):
        known = _sighting(_asked(port)).process
        assert (known.process_id, known.is_running()) == (process.pid, True)
        assert _sighting(_asked(port, known)) == Sighting(known)
    _without_the_table(monkeypatch)  # which is not needed for that
    ended = _sighting(_asked(port, known))
    assert (ended, ended.ended) == (Sighting(known, connected=False, running=False), True)
    itself = Process(os.getpid(), 0.0, "this", "me", is_running=lambda: True)
    alive = _sighting(_asked(port, itself))
    assert (alive, alive.ended) == (Sighting(itself, connected=False), False)
    assert _sighting(_asked(port)) == Sighting(connected=False)


@pytest.mark.skipif(sys.platform == "win32", reason="there everyone is waited for")
def test_process_that_nobody_has_waited_for_has_ended(server):
    """A killed program may stay in the table of processes: it runs no longer."""
    with _client(server) as (process, port):
        known = _sighting(_asked(port)).process
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it stays a zombie
        assert not known.is_running()


@pytest.mark.skipif(sys.platform == "darwin", reason="the table of connections is for root there")
def test_innocent_program_with_the_same_port_is_not_accused(server, monkeypatch):
    """A port proves nothing that is used for something else, or by a program that came later."""
    with _client(server) as (client, port):
        assert _sighting(_asked(port, ago=3600)) == Sighting(connected=False)
        _add_to_the_table(monkeypatch, port)
        assert _sighting(_asked(port)).process.process_id == client.pid
    with _program_with_both_ends() as port:
        assert _sighting(_asked(port)) == Sighting(connected=False)


def test_those_who_ask_at_once_share_a_look(monkeypatch, asked):
    """A hundred refusals in one moment look twice at most."""
    looks = []

    def counted(all_asked):
        looks.append(all_asked)
        return sightings(all_asked)

    monkeypatch.setattr(holders, "sightings", counted)

    async def ask():
        shared = Holders()
        return await asyncio.gather(*(shared.look_up([asked]) for _ in range(100)))

    answers = asyncio.run(asyncio.wait_for(ask(), LIMIT))
    assert all(answer[asked].process.process_id == os.getpid() for answer in answers)
    assert len(looks) <= 2


@pytest.mark.parametrize("failure", [None, psutil.AccessDenied(), RuntimeError("malformed line")])
def test_nothing_is_told_when_looking_fails(monkeypatch, asked, failure, caplog):
    """A look that hangs, or fails, costs a refusal its detail and not its answer; it is told once.

    And it is told anew after a look that was good.
    """
    caplog.set_level(logging.WARNING, "local_station")

    def fail(all_asked):
        if failure is None:
            socket.create_server(("127.0.0.1", 0)).accept()
        raise failure

    monkeypatch.setattr(holders, "LOOK_SECONDS", 0.05)

    async def scenario():
        looking = Holders()
        for look in (fail, fail, lambda _: {asked: Sighting()}, fail):
            monkeypatch.setattr(holders, "sightings", look)
            seen = await looking.look_up([asked])
            assert seen == ({} if look is fail else {asked: Sighting()})

    asyncio.run(asyncio.wait_for(scenario(), LIMIT))
    assert len(caplog.records) == 2


def test_process_is_found_again_as_long_as_it_runs():
    """A holder is known again after a restart of the station, by its number and its start."""
    own = psutil.Process()
    found = holders.running_process(own.pid, own.create_time() + 0.5)
    assert (found.process_id, found.user) == (own.pid, own.username())
    assert found.is_running()


def test_other_process_with_the_same_number_is_not_taken_for_it():
    """The system gives numbers again: the start tells processes apart, and an ended one is gone."""
    own = psutil.Process()
    assert holders.running_process(own.pid, own.create_time() - 60) is None
    with subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE) as ended:
        started = psutil.Process(ended.pid).create_time()
        assert holders.running_process(ended.pid, started) is not None
        ended.kill()
    assert holders.running_process(ended.pid, started) is None
