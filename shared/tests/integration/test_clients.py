"""The client of the library: how it releases, what it tells, and what it does not wait for."""

from __future__ import annotations

import logging
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from session_sharing.behavior import Behavior
from session_sharing.client.pool import CONNECTIONS
from session_sharing.core import Outcome
from session_sharing.errors import (
    ClosePendingError,
    InvalidRequestError,
    OutcomeUnknownError,
    SessionExistsError,
    SessionNotFoundError,
    UnavailableError,
)
from session_sharing.testing.memory import MemoryClient
from session_sharing.wire.status import error_from_call

LIMIT = 10.0


def releases(client: MemoryClient, how: str) -> Outcome | None:
    """Release in one of the three ways."""
    if how == "close":
        return client.close().outcome
    if how == "detach":
        return client.detach().outcome
    with client:
        pass
    return None


@pytest.mark.parametrize("again", ["close", "detach", "with"])
@pytest.mark.parametrize(("first", "stays"), [("close", False), ("detach", True), ("with", False)])
def test_first_release_counts_and_all_may_be_repeated(world, first, again, stays):
    """`with`, `close()` and `detach()` may follow each other; the first decides, alone."""
    client = world.client()
    outcome = releases(client, first)
    repeated = releases(client, again)
    assert repeated is None or outcome is None or repeated is outcome
    assert bool(world.sessions()) is stays


@pytest.mark.parametrize("how", ["close", "detach"])
def test_release_within_the_block_counts(world, how):
    """A client that was closed or detached within its `with` block is not released again."""
    with world.client() as client:
        outcome = releases(client, how)
        assert bool(world.sessions()) is (outcome is Outcome.LEFT_OPEN)
    assert bool(world.sessions()) is (outcome is Outcome.LEFT_OPEN)


@pytest.mark.parametrize(
    ("behavior", "alone", "shared"),
    [
        (Behavior.AUTO, Outcome.LEFT_OPEN, Outcome.LEFT_OPEN),
        (Behavior.ATTACH_TO_SERVER_SESSION, Outcome.LEFT_OPEN, Outcome.LEFT_OPEN),
        (Behavior.ATTACH_TO_SESSION_THEN_CLOSE, Outcome.CLOSED, Outcome.CLOSE_PENDING),
    ],
)
def test_attaching_behaviors_release_by_the_table(world, behavior, alone, shared):
    """What attached leaves the session open or asks to close it, as its behaviour says."""
    for outcome, holders in ((alone, 0), (shared, 1)):
        name = f"data{holders}"
        creator = world.raw()
        kept = creator.attach(name, 3)
        if not holders:
            creator.start_release(kept).result(LIMIT)
        with world.client(name, behavior) as client:
            assert not client.new_session
        left = [found for found in world.sessions() if found.resource_name == name]
        assert bool(left) is (outcome is not Outcome.CLOSED)
        assert all(found.close_pending is (outcome is Outcome.CLOSE_PENDING) for found in left)


@pytest.mark.parametrize(("behavior", "stays"), [(0, False), (1, False), (3, True)])
def test_creating_behaviors_release_by_the_table(world, behavior, stays):
    """What created the session closes it when it is released; behaviour 3 leaves it open."""
    with world.client(behavior=behavior) as client:
        assert client.new_session
    assert bool(world.sessions()) is stays


@pytest.mark.parametrize("behavior", [2, 4])
def test_attaching_where_nothing_is_open(world, behavior):
    """Behaviours 2 and 4 are NOT_FOUND where no session is open, and create none."""
    with pytest.raises(SessionNotFoundError, match="Initialize it first"):
        world.client(behavior=behavior)
    assert world.driver.opened == {}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("behavior", list(Behavior))
def test_aliases_of_one_client_share_a_session(world, behavior, order, caplog):
    """Two pin map entries of one program open one session with every behaviour, in any order.

    What of them is closed first waits for the other, and warns of nobody.
    """
    attaches = behavior in (2, 4)
    if attaches:
        world.client(behavior=3).detach()
    names = ("data?client=site0", "DATA?client=Site1")
    clients = [world.client(name, behavior) for name in names]
    assert [client.new_session for client in clients] == [not attaches, False]
    assert len({client.session_name for client in clients}) == 1
    for index in order:
        clients[index].touch()
        clients[index].__exit__(None, None, None)
    assert bool(world.sessions()) is (behavior in (2, 3))
    assert world.driver.opened == {"data": 1}
    assert "pending" not in caplog.text


@pytest.mark.parametrize("behavior", [1, 3])
def test_the_same_alias_twice_is_two_programs(world, behavior):
    """A second session of one program without another alias is refused, as it always was."""
    with world.client("data?client=a", behavior):
        for name in ("data?client=A", "data?client=a"):
            with pytest.raises(SessionExistsError):
                world.client(name, behavior)
        stranger = world.raw().start_initialize("data?client=b", behavior)
        assert isinstance(error_from_call(stranger.exception(LIMIT)), SessionExistsError)


def test_own_alias_is_not_waited_for(world):
    """`wait_closed` waits for other programs, not for the session's own second alias."""
    first, second = (world.client(f"data?client={x}", wait_closed=LIMIT) for x in "ab")
    started = time.monotonic()
    assert first.close().outcome is Outcome.CLOSE_PENDING
    assert time.monotonic() - started < LIMIT / 2
    assert second.close().outcome is Outcome.CLOSED


@pytest.mark.parametrize("behavior", [1, 4])
def test_pending_close_warns_of_its_holders(world, behavior, caplog):
    """A client of behaviour 1 or 4 whose close is pending warns, naming who still holds it."""
    other = world.raw()
    if behavior == 4:
        other.attach("data")
    with caplog.at_level(logging.WARNING), world.client(behavior=behavior):
        other.attach("data")
    warned = [record for record in caplog.records if "close is pending" in record.message]
    assert len(warned) == 1
    assert "held by raw (process 1 on here)" in warned[0].message
    assert "python -m session_sharing close" in warned[0].message


@pytest.mark.parametrize("behavior", [0, 2, 3])
def test_other_behaviors_do_not_warn(world, behavior, caplog):
    """Who does not insist on the end of the session is not bothered by a pending close."""
    other = world.raw()
    if behavior == 2:
        other.attach("data")
    with caplog.at_level(logging.WARNING), world.client(behavior=behavior):
        other.attach("data")
    assert "pending" not in caplog.text


def test_wait_closed_names_who_did_not_let_go(world):
    """A close that is still pending after `wait_closed` seconds is an error naming the holders."""
    client, other = world.client(wait_closed=0.05), world.raw()
    other.attach("data")
    with pytest.raises(ClosePendingError, match=r"held by raw .*session_sharing close") as raised:
        client.close()
    assert raised.value.session is not None
    assert [held.holder.program for held in raised.value.session.attachments] == ["raw"]
    assert client.close().outcome is Outcome.CLOSE_PENDING


def test_wait_closed_zero_asks_and_does_not_wait(world):
    """`wait_closed=0` turns every pending close into an error at once."""
    world_client, other = world.client(wait_closed=0), world.raw()
    other.attach("data")
    with pytest.raises(ClosePendingError), world_client:
        pass


@pytest.mark.parametrize("option", ["wait", "wait_closed"])
@pytest.mark.parametrize("seconds", [-1, float("inf"), float("nan")])
def test_times_that_cannot_be_waited_for_are_refused(option, seconds):
    """Negative and endless times are INVALID_ARGUMENT at once, before anybody is called."""
    with pytest.raises(InvalidRequestError, match=f"{option}="):
        MemoryClient("data", address="localhost:1", **{option: seconds})


def test_wait_closed_ends_as_soon_as_the_other_lets_go(world):
    """A close that waits returns when the last holder goes, not when its time is over."""
    client, other = world.client(wait_closed=LIMIT), world.raw()
    attachment = other.attach("data")
    with ThreadPoolExecutor(1) as pool:
        started = time.monotonic()
        closing = pool.submit(client.close)
        world.until(lambda sessions: sessions[0].close_pending)
        assert not closing.done()
        other.start_release(attachment).result(LIMIT)
        assert closing.result(LIMIT).outcome is Outcome.CLOSED
    assert time.monotonic() - started < LIMIT / 2


@pytest.mark.parametrize("how", ["detach", "with"])
def test_who_does_not_ask_to_close_does_not_wait_for_it(world, how):
    """Detaching neither waits nor fails because of a close that somebody else asked for."""
    other = world.raw()
    closer, kept = other.attach("data"), world.client(behavior=2, wait_closed=LIMIT)
    third = world.raw().attach("data")
    other.start_release(closer, mode=1).result(LIMIT)
    assert world.sessions()[0].close_pending
    started = time.monotonic()
    releases(kept, how)
    assert time.monotonic() - started < LIMIT / 2
    assert third is not None


@pytest.mark.parametrize("failing", ["close fails", "pending"])
def test_error_in_the_body_is_not_masked(world, failing, caplog):
    """An exception in the `with` block reaches the caller though the release fails as well."""
    other = world.raw()
    client = world.client(wait_closed=0.01)
    if failing == "pending":
        other.attach("data")
    world.driver.close_error = OSError("the disk is gone")
    with pytest.raises(ZeroDivisionError), client:
        raise ZeroDivisionError
    assert "Releasing the session failed as well" in caplog.text


def test_pending_close_is_never_withdrawn(world):
    """Until the last attachment goes, the session works and others attach; then it closes."""
    holder = world.raw()
    kept = holder.attach("data")
    with world.client(behavior=4):
        pass
    late = [world.client(behavior=behavior) for behavior in (0, 2, 4)]
    with pytest.raises(SessionExistsError, match="asked to close it"):
        world.client(behavior=1)
    holder.start_release(kept).result(LIMIT)
    for client in late:
        client.touch()
        assert world.driver.closed == {}
        client.detach()
    assert world.sessions() == []


def test_closed_by_somebody_else(world):
    """A client whose session was closed under it is told by whom, and may release in peace."""
    with world.client() as client:
        world.raw().start_force_close(client.public_id, "shift change").result(LIMIT)
        told = r"closed at .* by raw .*, reason: shift change"
        with pytest.raises(SessionNotFoundError, match=told):
            client.touch()
    assert client.close().outcome is Outcome.CLOSED


def test_many_clients_of_one_program_share_a_connection(world):
    """All sessions of a program at one service go over one connection, which ends with the last."""
    with ThreadPoolExecutor(8) as pool:
        clients = list(pool.map(lambda number: world.client(f"data{number}"), range(8)))
    holders = {held.holder for found in world.sessions() for held in found.attachments}
    assert len(holders) == 1
    connections = {id(client._connection) for client in clients}
    assert len(connections) == 1
    for client in clients[1:]:
        client.close()
    assert clients[0]._connection.is_alive
    clients[0].close()
    assert not clients[0]._connection.is_alive
    assert clients[0]._connection not in CONNECTIONS._users


def test_nobody_listens():
    """A service that is not there is UNAVAILABLE after `wait`: where, and what to do."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(UnavailableError, match=f"{address}.*Start the service"):
            MemoryClient("data", address=address, wait=0.1)


def test_something_listens_and_says_nothing():
    """A service that is frozen is given up after `wait` seconds; nothing is left of the attempt."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"127.0.0.1:{mute.getsockname()[1]}"
        with pytest.raises(OutcomeUnknownError, match=r"did not answer within 0\.1 s"):
            MemoryClient("data", address=address, wait=0.1)
        assert address not in {known.address for known in CONNECTIONS._users}


def test_another_kind_of_server_listens(world):
    """An address that belongs to another server is told as such, and not as a defect."""
    server = grpc.server(ThreadPoolExecutor(1))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with pytest.raises(UnavailableError, match="Nothing usable answers at"):
            MemoryClient("data", address=f"127.0.0.1:{port}")
    finally:
        server.stop(None).wait(LIMIT)


def test_initialize_that_takes_too_long_leaves_nothing(world):
    """An Initialize given up after `wait` seconds holds nothing, whenever the open ends."""
    world.driver.opening.shut()
    with pytest.raises(OutcomeUnknownError, match=r"no answer within 0\.2 s"):
        world.client(wait=0.2)
    world.driver.opening.open()
    world.until(lambda sessions: not sessions)
    assert world.driver.closed == {"data": 1}


def test_call_whose_connection_is_closed_has_an_unknown_outcome(world):
    """A call that is broken off is no defect of the service: nobody knows what it did."""
    client = world.client()
    world.touching.shut()
    with ThreadPoolExecutor(1) as pool:
        touching = pool.submit(client.touch)
        world.touching.wait_for_one()
        client._connection.close()
        with pytest.raises(OutcomeUnknownError, match="unknown"):
            touching.result(LIMIT)
