"""The connections of a process, shared by all its sessions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from session_sharing.client import pool
from session_sharing.client.connection import Connection
from session_sharing.client.patience import Patience
from session_sharing.client.place import ServicePlace
from session_sharing.client.pool import ConnectionPool
from session_sharing.errors import (
    InvalidRequestError,
    NoStationError,
    ServiceNotFoundError,
    UnavailableError,
)

PATIENCE = Patience(10.0)


class FakeConnection(Connection):
    """A connection without a thread: a test says whether it is connected, and where."""

    fails: BaseException | None = None

    def _run(self) -> None:
        """Look for nothing."""

    def connected(self, patience):
        """Fail as the test wants, or be connected."""
        if self.fails is not None:
            raise self.fails
        self._connected = True

    def lose(self) -> None:
        """Lose the service."""
        self._connected = False


class Discovery:
    """A discovery client that knows one service, or none."""

    failure: Exception = ServiceNotFoundError("not there")

    def __init__(self, port: str = "1") -> None:
        self.location, self.insecure_port = "localhost", port

    def resolve_service(self, provided_interface, service_class):
        """Return where the service is."""
        if not self.insecure_port:
            raise self.failure
        return self


@pytest.fixture(autouse=True)
def connections(monkeypatch) -> type[FakeConnection]:
    """Let pools make connections that connect to nothing."""
    monkeypatch.setattr(FakeConnection, "fails", None)
    monkeypatch.setattr(pool, "Connection", FakeConnection)
    return FakeConnection


def at(address: str) -> ServicePlace:
    """Return the place of a service whose address is given."""
    return ServicePlace("i", "c", address)


def test_one_connection_for_each_service():
    """Users of one service share a connection; another service has its own."""
    shared = ConnectionPool()
    first, second = (shared.acquire(at("a:1"), PATIENCE) for _ in range(2))
    assert first is second
    assert shared.acquire(at("b:1"), PATIENCE) is not first


def test_spellings_of_the_loopback_are_one_service():
    """However this machine is spelt, a process is one client of a service, until its last user."""
    shared = ConnectionPool()
    spellings = ("localhost:7", "127.0.0.1:7", "[::1]:7", "LocalHost:7")
    users = [shared.acquire(at(spelling), PATIENCE) for spelling in spellings]
    assert len(set(users)) == 1
    assert shared.acquire(at("localhost:8"), PATIENCE) is not users[0]
    for user in users:
        assert user.is_alive
        shared.release(user)
    assert not users[0].is_alive
    assert shared.acquire(at("[::1]:7"), PATIENCE).is_alive


def test_what_is_no_address_is_refused():
    """A text that is no address is INVALID_ARGUMENT at once; nothing is left of it."""
    with pytest.raises(InvalidRequestError, match="no address"):
        ConnectionPool().acquire(at("nowhere"), PATIENCE)


def test_discovered_service_is_one_while_it_moves():
    """Who comes while a connection looks for its service looks with it, wherever that is by now."""
    shared, discovery = ConnectionPool(), Discovery()
    place = ServicePlace("i", "c", discovery_client=discovery)
    first = shared.acquire(place, PATIENCE)
    first.lose()
    discovery.insecure_port = "2"
    assert shared._take(place, place.find(1.0)) is first
    discovery.insecure_port = ""
    assert shared._take(place, shared._look_up(place, PATIENCE)) is first


def test_discovery_that_is_away_hides_no_connection():
    """Who comes while discovery is away shares the connection that there is; else is told so."""
    shared, discovery = ConnectionPool(), Discovery()
    place = ServicePlace("i", "c", discovery_client=discovery)
    first = shared.acquire(place, PATIENCE)
    discovery.failure, discovery.insecure_port = NoStationError("away"), ""
    assert shared.acquire(place, PATIENCE) is first
    with pytest.raises(NoStationError):
        ConnectionPool().acquire(place, PATIENCE)


def test_another_instance_is_another_service():
    """A service that lives is not mistaken for another instance that discovery names by now."""
    shared, discovery = ConnectionPool(), Discovery()
    place = ServicePlace("i", "c", discovery_client=discovery)
    first = shared.acquire(place, PATIENCE)
    discovery.insecure_port = "2"
    assert shared.acquire(place, PATIENCE) is not first


def test_connection_that_came_to_nothing_is_left():
    """Who comes after a connection was given up gets a new one; its users give the old one back."""
    shared = ConnectionPool()
    ended = shared.acquire(at("a:1"), PATIENCE)
    ended.close()
    fresh = shared.acquire(at("a:1"), PATIENCE)
    assert fresh is not ended
    shared.release(ended)
    assert fresh.is_alive


def test_last_user_closes():
    """A connection lives until its last user gives it back; the next user gets a new one."""
    shared = ConnectionPool()
    users = [shared.acquire(at("a:1"), PATIENCE) for _ in range(3)]
    for user in users:
        assert user.is_alive
        shared.release(user)
    assert not users[0].is_alive
    assert shared.acquire(at("a:1"), PATIENCE) is not users[0]


@pytest.mark.parametrize("failure", [UnavailableError("away"), KeyboardInterrupt()])
def test_failed_user_leaves_nothing(connections, failure):
    """Who waits in vain, or is interrupted, gives the connection back: it closes with the last."""
    shared = ConnectionPool()
    connections.fails = failure
    with pytest.raises(type(failure)):
        shared.acquire(at("a:1"), PATIENCE)
    assert not shared._users


def test_many_at_once_make_one():
    """Threads that want one service at the same instant make one connection together."""
    shared = ConnectionPool()
    with ThreadPoolExecutor(8) as threads:
        users = list(threads.map(lambda _: shared.acquire(at("a:1"), PATIENCE), range(8)))
    assert len(set(users)) == 1


def test_forked_child_starts_with_nothing():
    """After a fork a pool knows nothing of the parent's connections, and closes none of them."""
    shared = ConnectionPool()
    parents = shared.acquire(at("a:1"), PATIENCE)
    shared.reset()
    assert shared.acquire(at("a:1"), PATIENCE) is not parents
    assert parents.is_alive
