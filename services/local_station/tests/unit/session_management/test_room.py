"""How much there may be to tell of sessions: so much that one answer holds all of it."""

from __future__ import annotations

import asyncio

import pytest

from local_station.pin_map.model import Connection
from local_station.session_management.manager import SessionManager
from local_station.session_management.model import Caller, Session
from local_station.session_management.requests import AllRegistered
from local_station.session_management.room import MAX_TOLD, size_of
from local_station.session_management.standing import sessions_as_they_stand
from local_station.session_management.wire import MAX_ANNOTATIONS, messages, session_to_wire
from local_station.sizes import MAX_ANSWER
from session_sharing.errors import ResourceExhaustedError

LIMIT = 20
FULL = "x" * (MAX_ANNOTATIONS - 100)


def _caller(user, note=FULL):
    return Caller("", {"ni/reserved.username": user, "ni/reserved.hostname": "bench", "note": note})


def _sessions(count, start=0):
    return [Session(f"S{number}", type_id="t") for number in range(start, start + count)]


def _run(scenario):
    asyncio.run(asyncio.wait_for(scenario(), LIMIT))


def test_what_is_reserved_can_always_be_told():
    """Whoever fills the station with notes, GetSessions answers; a refusal names who has most."""

    async def scenario():
        manager = SessionManager()
        first = await manager.reserve(_sessions(1500), _caller("alice"), 0)
        await manager.reserve(_sessions(200, 1500), _caller("bob"), 0)
        with pytest.raises(ResourceExhaustedError) as refused:
            await manager.reserve(_sessions(1500, 1700), _caller("carol"), 0)
        for part in ("Nothing was done", "alice on bench (4", "bob on bench (6", str(MAX_TOLD)):
            assert part in refused.value.message
        assert manager.holder("S1700") is None
        told = sessions_as_they_stand(manager, manager.all_known(""))
        assert messages.GetSessionsResponse(sessions=told).ByteSize() < MAX_ANSWER
        manager.give_back(first)
        await manager.reserve(_sessions(1500, 1700), _caller("carol"), 0)

    _run(scenario)


def test_what_is_registered_counts_too():
    """Sessions and multiplexers that are registered share the room with what is reserved."""

    async def scenario():
        manager = SessionManager(most_told=10_000)
        manager.register(_sessions(15))
        manager.register_multiplexers(_sessions(15))
        with pytest.raises(ResourceExhaustedError, match="Most is of somebody"):
            await manager.reserve(_sessions(1, 50), _caller("alice", "x" * 5000), 0)
        with pytest.raises(ResourceExhaustedError):
            manager.register(_sessions(15, 20))
        assert manager.registered("S20") is None
        manager.unregister([f"S{number}" for number in range(15)])
        manager.unregister_multiplexers([f"S{number}" for number in range(15)])
        await manager.reserve(_sessions(1, 50), _caller("alice", "x" * 5000), 0)

    _run(scenario)


def test_notes_count_with_each_session_that_is_granted_later():
    """Who waits for all that is registered cannot have more by then than there is room for."""

    async def scenario():
        manager = SessionManager(most_told=30_000)
        manager.register(_sessions(1))
        await manager.reserve(_sessions(1), _caller("alice", ""), 0)
        waiting = asyncio.create_task(
            manager.reserve(AllRegistered(""), _caller("bob", "x" * 5000), LIMIT), name="waiting"
        )
        await asyncio.sleep(0)
        manager.register(_sessions(10, 1))
        manager.unreserve(["S0"])
        with pytest.raises(ResourceExhaustedError):
            await waiting
        assert manager.holder("S5") is None

    _run(scenario)


def test_size_is_no_less_than_that_of_the_message():
    """What is counted bounds what is sent, whatever the letters, notes and connections."""
    connection = Connection("é" * 50, -1, "0", "Mux", "r0")
    session = Session("é", "R" * 300, "t", "0,1", (connection,) * 3, {"k": "ü" * 400})
    message = session_to_wire(session.annotated({"n": "v"}), exists=True, reserved=True)
    listed = messages.GetSessionsResponse(sessions=[message])
    assert listed.ByteSize() <= size_of(session, {"n": "v"})
