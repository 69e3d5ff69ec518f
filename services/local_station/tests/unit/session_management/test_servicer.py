"""How the servicer answers: also large requests, and callers who go away; and what it logs."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

import pytest

from local_station import sizes
from local_station.pin_map.large_work import LARGE
from local_station.pin_map.model import Connection, InstrumentSession, PinMap
from local_station.pin_map.store import PinMaps
from local_station.session_management import answers
from local_station.session_management.clients import Process
from local_station.session_management.manager import SessionManager
from local_station.session_management.model import Caller, Session
from local_station.session_management.servicer import SessionManagementServicer
from local_station.session_management.wire import MAX_ANNOTATIONS, messages
from local_station.sizes import checked
from session_sharing.errors import InvalidRequestError, TooLargeError, UnavailableError

LIMIT = 20
HOLDER = Process(1, 0.0, "p", "bob", lambda: True)


async def _kept():
    """Keep nothing."""


class _There:
    """The context of a call whose caller waits for the answer."""

    def peer(self):
        return "ipv4:127.0.0.1:1"


def test_grant_of_which_the_answer_is_too_large_is_given_back(monkeypatch):
    """Who is not told of a reservation has none."""
    monkeypatch.setattr(answers, "checked", partial(checked, limit=20))

    async def scenario():
        sessions = SessionManager()
        servicer = SessionManagementServicer(PinMaps(), sessions, _kept)
        sessions.register([Session("A" * 20)])
        request = messages.ReserveAllRegisteredSessionsRequest()
        with pytest.raises(TooLargeError, match="Nothing was done"):
            await servicer.ReserveAllRegisteredSessions(request, _There())
        assert sessions.holder("A" * 20) is None

    asyncio.run(asyncio.wait_for(scenario(), LIMIT))


@pytest.mark.parametrize(
    "method",
    [
        "UnreserveSessions",
        "RegisterSessions",
        "UnregisterSessions",
        "RegisterMultiplexerSessions",
        "UnregisterMultiplexerSessions",
    ],
)
def test_too_many_sessions_in_one_request_are_refused(method, monkeypatch):
    """One request keeps a station busy for a moment only."""
    monkeypatch.setattr(sizes, "MAX_ITEMS", 2)
    request = getattr(messages, f"{method}Request")()
    named = request.multiplexer_sessions if "Multiplexer" in method else request.sessions
    for number in range(3):
        named.add().session.name = f"S{number}"
    servicer = SessionManagementServicer(PinMaps(), SessionManager(), _kept)
    with pytest.raises(InvalidRequestError, match="has 3 sessions; 2 are allowed"):
        asyncio.run(getattr(servicer, method)(request, _There()))


@pytest.mark.parametrize(
    ("method", "field"),
    [
        ("ReserveSessions", ""),
        ("ReserveAllRegisteredSessions", ""),
        ("RegisterSessions", "sessions"),
        ("RegisterMultiplexerSessions", "multiplexer_sessions"),
    ],
)
def test_annotations_of_any_length_are_refused(method, field):
    """One client fills neither the journal nor what all are told of all sessions."""
    request = getattr(messages, f"{method}Request")()
    annotated = getattr(request, field).add() if field else request
    annotated.annotations["x"] = "é" * (MAX_ANNOTATIONS // 2)
    servicer = SessionManagementServicer(PinMaps(), SessionManager(), _kept)
    with pytest.raises(TooLargeError, match="32768 are allowed"):
        asyncio.run(getattr(servicer, method)(request, _There()))


def _pin_map(sessions):
    """Return a pin map with a pin for each of so many sessions."""
    pins = tuple(f"P{number}" for number in range(sessions))
    found = [InstrumentSession(f"S{pin}\n", pin, "x", (Connection(pin, 0, "0"),)) for pin in pins]
    return PinMap(pins=pins, sites=(0,), sessions=tuple(found))


def _servicer(sessions):
    pin_maps = PinMaps()
    pin_maps.update("map", _pin_map(sessions))
    return SessionManagementServicer(pin_maps, SessionManager(), _kept)


async def _reserve(servicer, milliseconds=0):
    request = messages.ReserveSessionsRequest(timeout_in_milliseconds=milliseconds)
    request.pin_map_context.pin_map_id = "map"
    answer = await servicer.ReserveSessions(request, _There())
    await asyncio.sleep(0)  # It is sent.
    return answer


def test_large_requests_are_answered_whole_and_in_order():
    """What is worked out beside the loop is queued in order, and says the same as a small one."""

    async def scenario():
        servicer = _servicer(LARGE)
        first, second = await asyncio.gather(
            _reserve(servicer), _reserve(servicer), return_exceptions=True
        )
        assert len(first.sessions) == LARGE
        assert all(session.session_reserved for session in first.sessions)
        assert isinstance(second, UnavailableError)
        everything = await servicer.GetSessions(messages.GetSessionsRequest(), _There())
        assert len(everything.sessions) == LARGE
        registered = messages.RegisterSessionsRequest(sessions=first.sessions)
        await servicer.RegisterSessions(registered, _There())
        everything = await servicer.GetSessions(messages.GetSessionsRequest(), _There())
        assert all(session.session_exists for session in everything.sessions)

    asyncio.run(asyncio.wait_for(scenario(), LIMIT))


def test_who_has_waited_is_told_of_the_moment_of_the_grant():
    """Who opens what is not open yet must not be told of what was open when it began to wait."""

    async def scenario():
        pin_maps, sessions = PinMaps(), SessionManager()
        connection = Connection("P0", 0, "0", "Mux", "route", "switch")
        session = InstrumentSession("S", "S", "x", (connection,))
        pin_maps.update("map", PinMap(pins=("P0",), sites=(0,), sessions=(session,)))
        servicer = SessionManagementServicer(pin_maps, sessions, _kept)
        first = await _reserve(servicer)
        waiting = asyncio.create_task(_reserve(servicer, -1), name="reserve")
        await asyncio.sleep(0)
        assert sessions.waiting == 1
        assert [each.session_exists for each in first.multiplexer_sessions] == [False]
        sessions.register([Session("S")])
        sessions.register_multiplexers([Session("Mux")])
        sessions.unreserve(["S"])
        second = await waiting
        assert [each.session_exists for each in second.sessions] == [True]
        assert [each.session_exists for each in second.multiplexer_sessions] == [True]

    asyncio.run(asyncio.wait_for(scenario(), LIMIT))


def test_log_tells_who_got_what_and_who_did_not(caplog):
    """Whoever looks into a station's log sees each reservation, and why one was refused."""
    caplog.set_level(logging.DEBUG, "local_station")

    async def scenario():
        servicer = _servicer(1)
        reserved = await _reserve(servicer)
        with pytest.raises(UnavailableError):
            await _reserve(servicer)
        for name in ("RegisterSessions", "UnregisterSessions", "UnreserveSessions"):
            request = getattr(messages, f"{name}Request")(sessions=reserved.sessions)
            await getattr(servicer, name)(request, _There())

    asyncio.run(asyncio.wait_for(scenario(), LIMIT))
    told = [(record.levelname, record.message) for record in caplog.records]
    refused = told.pop(1)
    assert refused[0] == "INFO"
    assert refused[1].startswith("refused to ipv4:127.0.0.1:1: Nothing was reserved")
    assert told == [
        ("DEBUG", r"reserved for ipv4:127.0.0.1:1: 'SP0\n'"),
        ("DEBUG", r"registered 'SP0\n'"),
        ("DEBUG", r"unregistered 'SP0\n'"),
        ("DEBUG", r"unreserved 'SP0\n'"),
    ]


async def _reserved(sessions, name, process):
    reservation = await sessions.reserve([Session(name)], Caller(""), 0)
    reservation.process = process


def _unreserve(servicer, *names):
    request = messages.UnreserveSessionsRequest()
    for name in names:
        request.sessions.add().session.name = name
    return servicer.UnreserveSessions(request, None)


def test_session_of_a_known_holder_is_free_when_the_file_says_so():
    """A station that is killed after the answer does not give a session back to its holder."""

    async def scenario():
        written = asyncio.Event()
        sessions = SessionManager()
        servicer = SessionManagementServicer(PinMaps(), sessions, written.wait)
        await _reserved(sessions, "A", HOLDER)
        await _reserved(sessions, "B", None)
        await _unreserve(servicer, "B")
        unreserving = asyncio.create_task(_unreserve(servicer, "B", "A"), name="unreserve")
        for _ in range(5):
            await asyncio.sleep(0)
        assert not unreserving.done()
        written.set()
        await unreserving
        assert sessions.holder("A") is None

    asyncio.run(asyncio.wait_for(scenario(), LIMIT))
