"""The sessions of a driver."""

from __future__ import annotations

import pytest

from local_station.instruments.driver_error import INVALID_SESSION, DriverError
from local_station.instruments.session_table import (
    ATTACH_TO_EXISTING,
    AUTO,
    INITIALIZE_NEW,
    MOST_SESSIONS,
    SessionTable,
)
from session_sharing.errors import (
    AlreadyExistsError,
    InvalidRequestError,
    PreconditionError,
    ResourceExhaustedError,
)


@pytest.fixture
def table():
    return SessionTable("NI-DMM", {})


def test_who_comes_second_attaches(table):
    """AUTO makes a session or attaches to it, and only who made it is told that it is new."""
    assert table.open("a", AUTO, object) == ("a", True)
    session = table.find("a")
    assert table.open("a", AUTO, object) == ("a", False)
    assert table.open("a", ATTACH_TO_EXISTING, object) == ("a", False)
    assert table.find("a") is session


def test_refusals_have_the_texts_of_ni(table):
    """A taken name and a missing session are refused in the words of NI's server."""
    table.open("a", INITIALIZE_NEW, object)
    with pytest.raises(AlreadyExistsError) as exists:
        table.open("a", INITIALIZE_NEW, object)
    assert exists.value.message == "Cannot initialize 'a' when a session already exists."
    with pytest.raises(PreconditionError) as missing:
        table.open("b", ATTACH_TO_EXISTING, object)
    assert (
        missing.value.message == "Cannot attach to 'b' because a session has not been initialized."
    )
    with pytest.raises(InvalidRequestError):
        table.open("b", 3, object)


def test_sessions_without_a_name_are_apart(table):
    """Who gives no name gets a session that nobody else has, whatever names others chose."""
    table.open("NI-DMM-session-1", AUTO, object)
    names = {table.open("", AUTO, object)[0] for _ in range(3)}
    assert len(names) == 3
    assert "NI-DMM-session-1" not in names


def test_a_session_that_cannot_be_made_leaves_nothing(table):
    """After a refusal of the driver the name is free."""

    def refuse():
        raise DriverError(INVALID_SESSION)

    with pytest.raises(DriverError):
        table.open("a", AUTO, refuse)
    assert table.open("a", INITIALIZE_NEW, object) == ("a", True)


def test_closed_sessions_are_gone(table):
    """Who uses or closes a session after its close is told which one it is."""
    table.open("a", AUTO, object)
    table.close("a")
    for use in (table.find, table.close):
        with pytest.raises(DriverError, match="'a'") as caught:
            use("a")
        assert caught.value.code == INVALID_SESSION


def test_sessions_are_bounded(table):
    """A program that never closes is refused in the end, and others can still attach."""
    for _ in range(MOST_SESSIONS - 1):
        table.open("", AUTO, object)
    table.open("a", AUTO, object)
    with pytest.raises(ResourceExhaustedError):
        table.open("", AUTO, object)
    assert table.open("a", AUTO, object) == ("a", False)
