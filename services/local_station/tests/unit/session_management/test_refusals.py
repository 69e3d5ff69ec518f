"""What those are told whose request was not granted."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from local_station.session_management.holders import Sighting
from local_station.session_management.model import Caller, Session
from local_station.session_management.refusals import not_in_time, peers_of
from local_station.session_management.reservations import Reservations, Wait
from session_sharing.wire.status import text_of

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
LATER = NOW + timedelta(seconds=12.3)
NOTES = {"ni/reserved.username": "alice", "ni/reserved.hostname": "bench-3"}
SEEN = Sighting(4711, "output_voltage", "bob")


@pytest.fixture
def table():
    return Reservations()


def _request(table, *names, peer="", notes=NOTES):
    sessions = [Session(name) for name in names]
    wait = Wait(lambda: sessions, Caller(peer, notes), NOW)
    table.request(wait, NOW)
    return wait


def _text(table, wait, seen=None):
    return text_of(not_in_time(wait, table.obstacles(wait), seen or {}, LATER))


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
    assert "died" not in text


def test_holder_that_is_not_seen_is_named_as_it_named_itself(table):
    """Where the operating system tells nothing, the client's own words are left."""
    _request(table, "A")
    assert "held by a client (user alice, host bench-3) since" in _text(table, _request(table, "A"))


def test_holder_that_said_nothing_is_no_blank(table):
    """A client without annotations is not told as an empty pair of brackets."""
    _request(table, "A", notes={})
    assert "held by a client that said nothing of itself" in _text(table, _request(table, "A"))


def test_dead_holder_is_told_with_the_way_out(table):
    """A reservation that a dead program left is not waited for in vain."""
    _request(table, "A", peer="first")
    text = _text(table, _request(table, "A"), {"first": Sighting(gone=True)})
    assert "its connection is gone" in text
    assert "UnreserveSessions" in text


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
    assert peers_of(table.obstacles(wait)) == {"holder 0", "holder 1", "ahead"}


@pytest.mark.parametrize("long", ["x", "\\"])
def test_text_is_short_however_much_there_is_to_tell(table, long):
    """A status has limits: the text is whole, and says at its end what to do."""
    notes = dict.fromkeys(NOTES, long * 1000)
    groups = [[f"{group}{long * 300}{each}" for each in range(9)] for group in range(9)]
    for group in groups:
        _request(table, *group, peer=group[0], notes=notes)
    _request(table, groups[0][0], peer="ahead", notes=notes)
    wait = _request(table, *(name for group in groups for name in group))
    sighting = Sighting(4_194_304, long * 1000, long * 1000, gone=True)
    text = _text(table, wait, dict.fromkeys(peers_of(table.obstacles(wait)), sighting))
    assert len(text) < 1_400
    assert text.endswith("at its end.")
    assert "and 7 more are held" in text
    assert "7 more hold others of the sessions" in text
