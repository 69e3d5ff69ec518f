"""What those are told whose request was not granted."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from local_station.session_management.clients import Process, Sighting
from local_station.session_management.model import Caller, Session
from local_station.session_management.refusals import asked_of, left_behind, not_in_time
from local_station.session_management.registrations import Registrations
from local_station.session_management.requests import Wait
from local_station.session_management.reservations import LOOKED_AT, Reservations
from session_sharing.wire.status import text_of

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
LATER = NOW + timedelta(seconds=12.3)
NOTES = {"ni/reserved.username": "alice", "ni/reserved.hostname": "bench-3"}
BOB = Process(4711, 0.0, "output_voltage", "bob", lambda: True)
SEEN = Sighting(BOB)


@pytest.fixture
def table():
    return Reservations(Registrations())


def _request(table, *names, peer="", notes=NOTES):
    wait = Wait([Session(name) for name in names], Caller(peer, notes), NOW)
    table.request(wait, NOW)
    return wait


def _text(table, wait, seen=None):
    """Return the text, given what is seen of whom by their connections."""
    obstacles = table.obstacles(wait)
    sightings = {
        asked: seen[asked.peer] for asked in asked_of(obstacles) if asked.peer in (seen or {})
    }
    return text_of(not_in_time(wait, obstacles, sightings, LATER))


def test_text_names_session_holder_time_and_what_to_do(table):
    """Who reads it at night knows whom to ask, and what to change."""
    _request(table, "FileLogger-log.ndjson", peer="first")
    text = _text(table, _request(table, "FileLogger-log.ndjson"), {"first": SEEN})
    for part in (
        "not everything was free within 12.3 s",
        "'FileLogger-log.ndjson' is held by output_voltage",
        "(process 4711, user bob, host bench-3) since 2026-01-02 03:04:05 UTC (12.3 s)",
        "Wait longer",
        "?client=NAME",
    ):
        assert part in text
    assert "ended" not in text


def test_holder_that_is_not_seen_is_named_as_it_named_itself(table):
    """Where the operating system tells nothing, the client's own words are left."""
    _request(table, "A")
    assert "held by a client (user alice, host bench-3) since" in _text(table, _request(table, "A"))


def test_holder_that_said_nothing_is_no_blank(table):
    """A client without annotations is not told as an empty pair of brackets."""
    _request(table, "A", notes={})
    assert "held by a client that said nothing of itself" in _text(table, _request(table, "A"))


def test_dead_holder_that_was_never_seen_is_told_with_the_way_out(table):
    """A reservation that nobody will ever free is not waited for in vain."""
    _request(table, "A", peer="first")
    text = _text(table, _request(table, "A"), {"first": Sighting(connected=False)})
    assert "user alice, host bench-3, its connection is gone)" in text
    assert "reservations free SESSION" in text


@pytest.mark.parametrize("running", [True, False])
def test_holder_whose_connection_is_gone_is_named_by_its_process(table, running):
    """A process that was seen once is named for good, and said to have ended only if it has."""
    held = _request(table, "A", peer="first").reservation
    held.process = BOB
    sighting = Sighting(BOB, connected=False, running=running)
    text = _text(table, _request(table, "A"), {"first": sighting})
    state = "its connection is gone" if running else "which has ended"
    assert f"held by output_voltage (process 4711, user bob, host bench-3, {state})" in text
    assert ("the station frees" in text) is not running
    assert ("reservations free SESSION" in text) is running


def test_freed_reservation_is_told_whole(table):
    """The log says what was freed, who had it, and since when."""
    held = _request(table, "A", "B\n", "C", peer="first").reservation
    held.process = BOB
    text = left_behind(held)
    assert text.startswith(r"Freed 'A', 'B\n' and 1 more, reserved since 2026-01-02 03:04:05 UTC")
    assert "by output_voltage (process 4711, user bob, host bench-3, which has ended)" in text


def test_text_of_others_cannot_steer_a_terminal(table):
    """What a client says of itself is escaped: it may have line ends and control characters."""
    notes = {"ni/reserved.username": "u\r\nx", "ni/reserved.hostname": "h\x1b[2J\u202e"}
    _request(table, "A\x1b", notes=notes)
    text = _text(table, _request(table, "A\x1b"))
    assert r"'A\x1b' is held by a client (user u\r\nx, host h\x1b[2J\u202e)" in text
    assert text.isprintable()


def test_earlier_requests_are_told(table):
    """Also a session that is free can be what others have waited for longer."""
    _request(table, "A")
    _request(table, "A", "B", peer="second")
    _request(table, "B")
    text = _text(table, _request(table, "B"), {"second": SEEN})
    assert "2 requests wait longer for the same, the first of output_voltage (process 4711" in text
    assert "is held by" not in text


def test_only_those_are_looked_up_who_are_named(table):
    """Looking for processes costs time, so it is done for the text alone."""
    for number in range(5):
        _request(table, f"S{number}", peer=f"holder {number}")
    _request(table, "S0", peer="ahead")
    _request(table, "S1", peer="second ahead")
    wait = _request(table, *(f"S{number}" for number in range(5)), peer="itself")
    asked = asked_of(table.obstacles(wait))
    assert [each.peer for each in asked] == ["holder 0", "holder 1", "ahead"]


def test_what_is_not_counted_to_the_end_is_told_so(table):
    """Beyond some number a text says how many there are at least."""
    names = [f"S{number:03}" for number in range(LOOKED_AT + 9)]
    _request(table, *names)
    text = _text(table, _request(table, *names))
    assert f"'S000', 'S001' and at least {LOOKED_AT - 2} more are held by" in text


@pytest.mark.parametrize("long", ["x", "\\"])
def test_text_is_short_however_much_there_is_to_tell(table, long):
    """A status has limits: the text is whole, and says at its end what to do."""
    notes = dict.fromkeys(NOTES, long * 1000)
    groups = [[f"{group}{long * 300}{each}" for each in range(9)] for group in range(9)]
    for group in groups:
        _request(table, *group, peer=group[0], notes=notes)
    _request(table, groups[0][0], peer="ahead", notes=notes)
    wait = _request(table, *(name for group in groups for name in group))
    process = Process(4_194_304, 0.0, long * 1000, long * 1000, lambda: False)
    ended = Sighting(process, connected=False, running=False)
    lost = Sighting(connected=False)
    text = _text(table, wait, {"ahead": ended, groups[0][0]: ended, groups[1][0]: lost})
    assert len(text) < 1_400
    assert text.endswith("at its end.")
    assert "and 7 more are held" in text
    assert "7 more hold others of the sessions" in text
