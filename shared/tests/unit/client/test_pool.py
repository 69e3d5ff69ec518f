"""The connections of a process, shared by all its sessions."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from session_sharing.client import pool
from session_sharing.client.pool import ConnectionPool
from session_sharing.errors import OutcomeUnknownError, UnavailableError

LIMIT = 10.0


class FakeConnection:
    """A connection whose making a test can hold up or let fail."""

    made: list[FakeConnection]
    may_connect: threading.Event
    failures: list[BaseException]
    trying: threading.Semaphore

    def __init__(self, address: str, wait: float) -> None:
        self.trying.release()
        if not self.may_connect.wait(wait):
            raise OutcomeUnknownError("no answer")
        if self.failures:
            raise self.failures.pop()
        self.address = address
        self.is_alive = True
        self.made.append(self)

    def close(self) -> None:
        """Close."""
        self.is_alive = False


@pytest.fixture
def connections(monkeypatch) -> type[FakeConnection]:
    """Let pools make connections that connect to nothing."""
    FakeConnection.made, FakeConnection.failures = [], []
    FakeConnection.may_connect, FakeConnection.trying = threading.Event(), threading.Semaphore(0)
    FakeConnection.may_connect.set()
    monkeypatch.setattr(pool, "Connection", FakeConnection)
    return FakeConnection


def test_one_connection_for_each_service(connections):
    """Users of one service share a connection; another service has its own."""
    shared = ConnectionPool()
    first, second = shared.acquire("a:1", LIMIT), shared.acquire("a:1", LIMIT)
    assert first is second
    assert shared.acquire("b:1", LIMIT) is not first


def test_spellings_of_the_loopback_are_one_service(connections):
    """However this machine is spelt, a process is one client of a service, until its last user."""
    shared = ConnectionPool()
    spellings = ("localhost:7", "127.0.0.1:7", "[::1]:7", "LocalHost:7")
    users = [shared.acquire(spelling, LIMIT) for spelling in spellings]
    assert len(set(users)) == 1
    assert shared.acquire("localhost:8", LIMIT) is not users[0]
    for user in users:
        assert user.is_alive
        shared.release(user)
    assert not users[0].is_alive
    assert shared.acquire("[::1]:7", LIMIT).is_alive


def test_last_user_closes(connections):
    """A connection lives until its last user gives it back; the next user gets a new one."""
    shared = ConnectionPool()
    users = [shared.acquire("a:1", LIMIT) for _ in range(3)]
    for user in users:
        assert user.is_alive
        shared.release(user)
    assert not users[0].is_alive
    assert shared.acquire("a:1", LIMIT) is not users[0]


def test_lost_connection_is_replaced(connections):
    """Who comes after a connection was lost gets a new one; its users give the old one back."""
    shared = ConnectionPool()
    lost = shared.acquire("a:1", LIMIT)
    lost.is_alive = False
    fresh = shared.acquire("a:1", LIMIT)
    assert fresh is not lost
    shared.release(lost)
    assert fresh.is_alive
    assert shared.acquire("a:1", LIMIT) is fresh


def test_many_at_once_make_one(connections):
    """Threads that want one service at the same instant make one connection together."""
    shared = ConnectionPool()
    connections.may_connect.clear()
    with ThreadPoolExecutor(8) as threads:
        users = [threads.submit(shared.acquire, "a:1", LIMIT) for _ in range(8)]
        assert connections.trying.acquire(timeout=LIMIT)
        connections.may_connect.set()
        assert len({user.result(LIMIT) for user in users}) == 1
    assert len(connections.made) == 1


def test_slow_service_delays_no_other(connections):
    """While one service does not answer, others are connected to."""
    shared = ConnectionPool()
    connections.may_connect.clear()
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(shared.acquire, "slow:1", LIMIT)
        assert connections.trying.acquire(timeout=LIMIT)
        with pytest.raises(OutcomeUnknownError):
            shared.acquire("other:1", 0.01)  # It was tried: no lock is held over the first.
        connections.may_connect.set()
        slow.result(LIMIT)


def test_impatient_user_does_not_wait_for_another(connections):
    """Who waits for a connection that another thread makes waits no longer than it wants to."""
    shared = ConnectionPool()
    connections.may_connect.clear()
    with ThreadPoolExecutor(1) as threads:
        patient = threads.submit(shared.acquire, "a:1", LIMIT)
        assert connections.trying.acquire(timeout=LIMIT)
        started = time.monotonic()
        with pytest.raises(OutcomeUnknownError, match="a:1 did not answer"):
            shared.acquire("a:1", 0.05)
        assert time.monotonic() - started < LIMIT / 2
        connections.may_connect.set()
        assert patient.result(LIMIT).is_alive


@pytest.mark.parametrize(
    "failure", [UnavailableError("away"), KeyboardInterrupt(), OutcomeUnknownError("late")]
)
def test_failure_of_another_is_not_ones_own(connections, failure):
    """What befell the thread that connected, a Ctrl-C for example, befalls nobody else."""
    shared = ConnectionPool()
    connections.may_connect.clear()
    connections.failures.append(failure)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(shared.acquire, "a:1", LIMIT)
        assert connections.trying.acquire(timeout=LIMIT)
        second = threads.submit(shared.acquire, "a:1", LIMIT)
        connections.may_connect.set()
        assert first.exception(LIMIT) is failure
        assert second.result(LIMIT).is_alive


def test_forked_child_starts_with_nothing(connections):
    """After a fork a pool knows nothing of the parent's connections, and closes none of them."""
    shared = ConnectionPool()
    parents = shared.acquire("a:1", LIMIT)
    shared.reset()
    assert shared.acquire("a:1", LIMIT) is not parents
    assert parents.is_alive
