"""The registered sessions."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from local_station.session_management.model import Session
from local_station.session_management.registrations import Registrations
from session_sharing.errors import AlreadyExistsError, InvalidRequestError

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
ALICE = {"ni/registered.username": "alice", "ni/registered.hostname": "bench-3"}


@pytest.fixture
def registrations():
    return Registrations()


def _names(registrations, type_id=""):
    return [session.name for session in registrations.of(type_id)]


def test_registered_session_is_kept_as_it_was_given(registrations):
    """Who attaches later gets what the one who opened the session noted."""
    session = Session("A", "resource", "niDMM", "0", annotations=ALICE)
    registrations.register([session], NOW)
    assert registrations.get("A") == session
    assert registrations.get("B") is None


def test_sessions_are_listed_by_type(registrations):
    """The empty type is every type; type ids are told apart by letter case."""
    registrations.register([Session("A", type_id="x"), Session("B", type_id="X")], NOW)
    assert _names(registrations) == ["A", "B"]
    assert _names(registrations, "X") == ["B"]


def test_second_registration_says_who_was_first(registrations):
    """The text names session, user, host and time; nothing of the request is registered."""
    registrations.register([Session("A", annotations=ALICE)], NOW)
    with pytest.raises(AlreadyExistsError) as raised:
        registrations.register([Session("B"), Session("A")], NOW)
    for part in ("'A'", "alice on bench-3", "2026-01-02 03:04:05 UTC", "Nothing was registered"):
        assert part in raised.value.message
    assert _names(registrations) == ["A"]


def test_text_stays_short_with_many_sessions(registrations):
    """A status text has limits, however many sessions there are and however long their names."""
    names = [f"{number}" + "x" * 500 for number in range(50)]
    sessions = [Session(name, annotations=dict.fromkeys(ALICE, name)) for name in names]
    registrations.register(sessions, NOW)
    with pytest.raises(AlreadyExistsError, match="and 47 more") as raised:
        registrations.register(sessions, NOW)
    assert len(raised.value.message) < 1_000


@pytest.mark.parametrize("names", [["A", ""], ["A", "A"]])
def test_sessions_without_a_name_of_their_own_are_refused(registrations, names):
    """A session that cannot be told from others is an error of the request; nothing is kept."""
    with pytest.raises(InvalidRequestError, match="Nothing was registered"):
        registrations.register([Session(name) for name in names], NOW)
    assert _names(registrations) == []


def test_unregistering_twice_is_no_error(registrations):
    """Clean-up may come after clean-up."""
    registrations.register([Session("A"), Session("B")], NOW)
    registrations.unregister(["A"])
    registrations.unregister(["A", "unknown", ""])
    assert _names(registrations) == ["B"]
    registrations.register([Session("A")], NOW)
    assert _names(registrations) == ["B", "A"]
