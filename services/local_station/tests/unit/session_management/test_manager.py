"""Requests that wait on the event loop: granted, too late, given up, or ended by the stop."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone

import pytest

from local_station.pin_map.large_work import MOST_WAITING
from local_station.session_management.clients import Process
from local_station.session_management.kept import Freed
from local_station.session_management.limits import (
    REQUESTS,
    REQUESTS_PER_CONNECTION,
    RequestLimit,
)
from local_station.session_management.manager import SessionManager
from local_station.session_management.model import Caller, Session
from local_station.session_management.requests import AllRegistered, Reservation
from session_sharing.errors import ResourceExhaustedError, UnavailableError
from session_sharing.service.admission import CALLS_PER_CONNECTION
from session_sharing.service.hosting import MAXIMUM_CONCURRENT_RPCS

LIMIT = 20
ALICE = Caller("", {"ni/reserved.username": "alice", "ni/reserved.hostname": "bench-3"})


def _run(scenario):
    """Run a scenario with a new manager, on an event loop."""

    async def run():
        await asyncio.wait_for(scenario(SessionManager()), LIMIT)

    asyncio.run(run())


def _reserve(manager, *names, timeout=0.0, caller=ALICE):
    sessions = [Session(name, type_id="type") for name in names]
    return manager.reserve(sessions, caller, timeout)


async def _started(manager, *names, timeout=None):
    """Start a request that has to wait, and return its task when it does."""
    task = asyncio.create_task(_reserve(manager, *names, timeout=timeout), name="request")
    await asyncio.sleep(0)
    assert not task.done()
    return task


def test_waiting_request_gets_the_session_when_it_is_free():
    """The wait ends with the grant, not with the time-out."""

    async def scenario(manager):
        await _reserve(manager, "A")
        task = await _started(manager, "A")
        manager.unreserve(["A"])
        assert await task is manager.holder("A")
        assert manager.waiting == 0

    _run(scenario)


def test_request_that_came_too_late_leaves_no_trace():
    """A time-out is told as UNAVAILABLE, and others go on as if the request had never been."""

    async def scenario(manager):
        await _reserve(manager, "A")
        impatient = await _started(manager, "A", "B", timeout=0.01)
        patient = await _started(manager, "B")
        with pytest.raises(UnavailableError, match=r"'A' is held by a client \(user alice"):
            await impatient
        await patient
        manager.unreserve(["A"])
        assert manager.holder("A") is None

    _run(scenario)


def test_cancelled_request_lets_the_next_one_go():
    """A caller who goes away while waiting delays nobody."""

    async def scenario(manager):
        await _reserve(manager, "A")
        gone = await _started(manager, "A", "B")
        following = await _started(manager, "B")
        gone.cancel()
        assert await following is manager.holder("B")
        assert manager.waiting == 0

    _run(scenario)


def test_grant_to_a_caller_who_is_cancelled_at_that_moment_is_given_back():
    """Between the grant and the moment in which the caller hears of it, nothing is lost."""

    async def scenario(manager):
        await _reserve(manager, "A")
        gone = await _started(manager, "A")
        following = await _started(manager, "A")
        manager.unreserve(["A"])
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        assert await following is manager.holder("A")

    _run(scenario)


def test_grant_in_the_moment_of_the_time_out_counts():
    """Who has the session is never told that there was none."""

    async def scenario(manager):
        await _reserve(manager, "A")
        loop = asyncio.get_running_loop()
        task = await _started(manager, "A", timeout=0.001)
        due = loop.time() + 0.005
        loop.call_at(due, manager.unreserve, ["A"])
        while loop.time() <= due:
            pass  # so that both come in one turn of the loop, the time-out first
        assert await task is manager.holder("A")

    _run(scenario)


@pytest.mark.parametrize("change", ["register", "unregister"])
def test_request_for_all_that_is_registered_follows_the_registrations(change):
    """A request for a type that waits is tried again when its sessions change."""

    async def scenario(manager):
        manager.register([Session("A", type_id="type"), Session("B", type_id="other")])
        await _reserve(manager, "A")
        everything = manager.reserve(AllRegistered("type"), ALICE, None)
        task = asyncio.create_task(everything, name="all")
        await asyncio.sleep(0)
        if change == "unregister":
            manager.unregister(["A"])
        else:
            manager.register([Session("C", type_id="type")])
            assert manager.waiting == 1
            manager.unreserve(["A"])
        granted = [session.name for session in (await task).sessions]
        assert granted == ([] if change == "unregister" else ["A", "C"])

    _run(scenario)


async def _nothing_is_watched():
    for _ in range(3):
        await asyncio.sleep(0)
    assert not [task for task in asyncio.all_tasks() if "watch" in task.get_name()]


def test_stop_ends_all_waiting_and_refuses_what_comes_later():
    """A station that stops keeps nobody waiting, and says why."""

    async def scenario(manager):
        await _reserve(manager, "A")
        await _reserve(manager, "C")
        waiting = [await _started(manager, "A") for _ in range(3)]
        manager.stop()
        assert manager.waiting == 0
        for task in [*waiting, asyncio.ensure_future(_reserve(manager, "B"))]:
            with pytest.raises(UnavailableError, match="station is stopping"):
                await task
        await _nothing_is_watched()
        manager.unreserve(["A"])
        await _nothing_is_watched()

    _run(scenario)


def test_requests_of_one_connection_are_bounded():
    """Who has many requests waiting is refused more of them, and has room for other calls."""

    async def scenario(manager):
        await _reserve(manager, "A")
        waiting = [await _started(manager, "A") for _ in range(REQUESTS_PER_CONNECTION)]
        with pytest.raises(ResourceExhaustedError, match="UnreserveSessions"):
            await _reserve(manager, "B")
        await _reserve(manager, "B", caller=Caller("another"))
        waiting.pop().cancel()
        await asyncio.sleep(0)
        await _reserve(manager, "C")
        manager.stop()
        await asyncio.wait(waiting)

    assert REQUESTS_PER_CONNECTION <= 2 * CALLS_PER_CONNECTION // 3
    _run(scenario)


def test_requests_of_all_connections_are_bounded():
    """However many clients wait, there is room for the call that frees what they wait for."""
    manager = SessionManager(limit=RequestLimit(of_all=3))

    async def scenario():
        for number in range(3):  # what is granted at once does not count
            await _reserve(manager, f"A{number}")
        callers = [Caller(f"peer {number}") for number in range(3)]
        waiting = [
            asyncio.create_task(_reserve(manager, "A0", caller=each, timeout=None), name="request")
            for each in callers
        ]
        await asyncio.sleep(0)
        with pytest.raises(ResourceExhaustedError, match="3 requests of all clients wait"):
            await _reserve(manager, "B")
        manager.unreserve(["A0"])
        await waiting[0]
        await _reserve(manager, "B")
        manager.stop()
        await asyncio.wait(waiting)

    assert REQUESTS + 3 * MOST_WAITING < MAXIMUM_CONCURRENT_RPCS
    asyncio.run(asyncio.wait_for(scenario(), LIMIT))


def test_known_sessions_are_those_that_are_reserved_or_registered():
    """An overview shows each session once, with what was noted when it was registered."""

    async def scenario(manager):
        await _reserve(manager, "A", "B")
        manager.register([Session("B", "resource", "type"), Session("C", type_id="other")])
        assert [session.name for session in manager.all_known("")] == ["A", "B", "C"]
        assert [session.resource_name for session in manager.all_known("type")] == ["", "resource"]

    _run(scenario)


def test_refusal_tells_the_time_by_the_clock_that_was_given():
    """A text says since when a session is held, and for how long that is."""
    moments = [datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)]

    async def scenario():
        manager = SessionManager(lambda: moments[-1])
        await _reserve(manager, "A")
        moments.append(moments[0] + timedelta(seconds=90.25))
        with pytest.raises(UnavailableError, match=r"since 2026-01-02 03:04:05 UTC \(90\.2 s\)"):
            await _reserve(manager, "A")

    asyncio.run(scenario())


def test_change_is_told_when_something_kept_is_freed():
    """What is kept for the next run follows what is reserved; short reservations cost nothing."""

    async def scenario(_):
        changes = []
        manager = SessionManager(changed=changes.append)
        reservation = await _reserve(manager, "A", "B")
        other = await _reserve(manager, "C")
        reservation.process = Process(1, 0.0, "program", "bob", lambda: True)
        manager.give_back(other)
        assert not manager.unreserve(["D"])
        assert changes == []
        assert [each.sessions for each in manager.kept()] == [reservation.sessions]
        assert manager.unreserve(["A"])
        manager.give_back(reservation)
        assert changes == [Freed(("A",)), Freed(("B",))]
        assert manager.kept() == []

    _run(scenario)


def test_restored_reservation_is_freed_when_its_holder_ends(monkeypatch):
    """What was taken over from an earlier run is watched from the beginning."""
    monkeypatch.setattr("local_station.session_management.watch.LOOK_AFTER", 0.001)

    async def scenario(manager):
        gone = Process(1, 0.0, "program", "bob", lambda: False)
        caller = Caller("ipv4:127.0.0.1:1")
        manager.restore(Reservation((Session("A"),), caller, datetime.now(timezone.utc), gone))
        assert await _reserve(manager, "A", timeout=LIMIT) is manager.holder("A")

    _run(scenario)
