"""Whether a registered service still listens."""

from __future__ import annotations

import asyncio
import errno
import socket

import pytest

from local_station.discovery import probing
from local_station.discovery.activation import Activation
from local_station.discovery.catalogue import Catalogue
from local_station.discovery.directory import Directory
from local_station.discovery.lookup import Lookup
from local_station.discovery.model import Wanted
from local_station.discovery.probing import Health, probe
from session_sharing.discovery import ServiceDescriptor, ServiceLocation
from session_sharing.errors import NotFoundError, PreconditionError

WANTED = Wanted("test.Interface")


@pytest.fixture
def listening():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield ServiceLocation("localhost", str(server.getsockname()[1]))


@pytest.fixture
def closed():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return ServiceLocation("localhost", str(port))


def _health(location, timeout=1.0):
    return asyncio.run(probe(location, timeout))


def _lookup(directory):
    """Return a lookup that knows of nothing to start."""
    return Lookup(directory, Catalogue(), Activation(dict))


def _register(directory, location, service_class="test.Service"):
    return directory.register(
        ServiceDescriptor("A service", service_class, ("test.Interface",)), location
    )


def test_listening_service_is_alive(listening):
    """Who accepts connections is alive."""
    assert _health(listening) is Health.ALIVE


def test_closed_port_is_dead(closed):
    """Where nobody listens, the service is dead."""
    assert _health(closed, 3.0) is Health.DEAD


def test_service_on_the_other_loopback_family_is_alive():
    """A service that listens on ::1 alone is alive, whatever `localhost` resolves to."""
    try:
        server = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this machine has no ::1")
    with server:
        location = ServiceLocation("localhost", str(server.getsockname()[1]))
        assert _health(location) is Health.ALIVE


@pytest.mark.parametrize("host", ["x" * 300, "no\0host", "no..host"])
def test_impossible_host_is_dead(host):
    """A host that cannot exist is dead, not a defect of the station."""
    assert _health(ServiceLocation(host, "1")) is Health.DEAD


def test_no_answer_in_time_is_silent(monkeypatch):
    """A service that is merely slow to accept is told from a dead one."""

    async def never(*_):
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.BaseEventLoop, "create_connection", never)
    assert _health(ServiceLocation("localhost", "1"), 0.01) is Health.SILENT


@pytest.mark.parametrize(
    ("host", "error", "health"),
    [
        ("localhost", OSError(errno.EMFILE, "too many open files"), Health.SILENT),
        ("localhost", OSError(errno.ENETUNREACH, "no ::1 here"), Health.DEAD),
        ("bench-2", OSError(errno.EHOSTUNREACH, "no route to host"), Health.SILENT),
        ("bench-2", socket.gaierror(socket.EAI_AGAIN, "name server is away"), Health.SILENT),
        ("bench-2", ConnectionRefusedError(errno.ECONNREFUSED, "refused"), Health.DEAD),
    ],
)
def test_only_who_surely_does_not_listen_is_dead(monkeypatch, host, error, health):
    """That there is no way to a service, or no means to connect, condemns nobody."""

    async def refuse(*_):
        raise error

    monkeypatch.setattr(asyncio.BaseEventLoop, "create_connection", refuse)
    assert _health(ServiceLocation(host, "1")) is health


def test_dead_instance_gives_way_to_the_next_and_is_forgotten(listening, closed):
    """A crashed instance is not handed out, though it is the latest, and is asked but once."""
    directory = Directory()
    _register(directory, listening)
    _register(directory, closed)
    found = asyncio.run(_lookup(directory).resolve(WANTED))
    assert found.location == listening
    assert [one.location for one in directory.matching(WANTED)] == [listening]


def test_dead_service_of_another_class_does_not_make_it_ambiguous(listening, closed):
    """Only services that live count when the class was left out."""
    directory = Directory()
    _register(directory, listening)
    _register(directory, closed, "test.Crashed")
    assert asyncio.run(_lookup(directory).resolve(WANTED)).location == listening


def test_living_services_of_two_classes_stay_ambiguous(listening):
    """Probing does not decide which of two services is meant."""
    directory = Directory()
    _register(directory, listening)
    _register(directory, listening, "test.Other")
    with pytest.raises(PreconditionError):
        asyncio.run(_lookup(directory).resolve(WANTED))


def test_silent_instance_is_passed_over_but_kept(monkeypatch):
    """A service that does not answer now may come back, so it stays registered and is told of."""

    async def silent(*_):
        return Health.SILENT

    monkeypatch.setattr(probing, "_known_at_once", lambda _: None)
    monkeypatch.setattr(probing, "probe", silent)
    directory = Directory()
    _register(directory, ServiceLocation("localhost", "1"))
    lookup = _lookup(directory)
    with pytest.raises(NotFoundError, match="does not answer"):
        asyncio.run(lookup.resolve(WANTED))
    assert asyncio.run(lookup.active(WANTED)) == []
    found, unreachable = asyncio.run(lookup.enumerate(WANTED))
    assert [one.service_class for one in found] == unreachable == ["test.Service"]


def test_dead_services_are_not_enumerated(listening, closed):
    """What is listed can be used."""
    directory = Directory()
    _register(directory, listening)
    _register(directory, closed, "test.Crashed")
    found, unreachable = asyncio.run(_lookup(directory).enumerate(WANTED))
    assert [one.service_class for one in found] == ["test.Service"]
    assert unreachable == []


def test_many_services_are_asked_without_using_up_descriptors(listening, closed, monkeypatch):
    """A look at all services opens a few connections at a time, however many there are."""
    open_now, most = [], []

    async def counting(location, _timeout):
        open_now.append(location)
        most.append(len(open_now))
        await asyncio.sleep(0)
        open_now.pop()
        return Health.ALIVE

    monkeypatch.setattr(probing, "_known_at_once", lambda _: None)
    monkeypatch.setattr(probing, "probe", counting)
    directory = Directory()
    for port in range(1, 500):
        _register(directory, ServiceLocation("localhost", str(port)))
    assert len(asyncio.run(_lookup(directory).active(WANTED))) == 499
    assert max(most) == probing.AT_ONCE


@pytest.mark.parametrize("at_once", [True, False])
def test_quick_look_and_long_look_agree(listening, closed, monkeypatch, at_once):
    """What is known at once is what a connection that is waited for would tell."""
    if not at_once:
        monkeypatch.setattr(probing, "_known_at_once", lambda _: None)
    directory = Directory()
    living, dead = _register(directory, listening), _register(directory, closed)
    healths = asyncio.run(probing.probe_all([living, dead], 5.0))
    assert [healths[one.registration_id] for one in (living, dead)] == [Health.ALIVE, Health.DEAD]
