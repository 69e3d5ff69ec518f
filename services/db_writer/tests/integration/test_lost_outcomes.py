"""A commit whose answer was lost, before something else goes wrong: nobody is told a refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from db_writer.service.settings import DatabaseSettings
from db_writer.service.store import RecordFilter, Store
from services.db_writer.tests.looking import ask, entry, named, names
from session_sharing.errors import OutcomeUnknownError, ValueTypeError
from session_sharing.records import Record, RecordContext
from session_sharing.service import StoreError


@pytest.fixture
def opened(postgresql: DatabaseSettings) -> Iterator[Store]:
    """Open a store on an empty PostgreSQL database."""
    store = Store(postgresql)
    yield store
    store.close()


@pytest.fixture
def lose_commit(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Return what has the answer to the next commit lost, and then something happen."""

    def lose(then: Callable[[], object]) -> None:
        commit = psycopg.Connection.commit

        def commit_and_lose(connection: psycopg.Connection[Any]) -> None:
            commit(connection)
            monkeypatch.setattr(psycopg.Connection, "commit", commit)
            connection.close()
            then()
            raise psycopg.OperationalError("server closed the connection unexpectedly")

        monkeypatch.setattr(psycopg.Connection, "commit", commit_and_lose)

    return lose


@pytest.mark.parametrize("first", [0, 1])
def test_a_refusal_after_a_lost_commit(
    opened: Store,
    postgresql: DatabaseSettings,
    lose_commit: Callable[[Callable[[], object]], None],
    first: int,
) -> None:
    """Who would take a refusal for "nothing was stored" is told that it is unknown."""

    def refuse_everything() -> None:
        ask(
            postgresql,
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END$$",
        )
        ask(
            postgresql,
            "CREATE TRIGGER t BEFORE INSERT ON measurements EXECUTE FUNCTION refuse()",
        )

    lose_commit(refuse_everything)
    context = RecordContext(run="new")  # which takes a transaction of several statements
    brought = [entry(Record(name, {}, {}, context=context), first=first) for name in "xy"]
    with pytest.raises(StoreError) as caught:
        opened.write(brought)
    assert type(caught.value.told) is OutcomeUnknownError
    assert "no room" in caught.value.told.message
    assert not caught.value.alone, "nothing of it is tried by itself"
    ask(postgresql, "DROP TRIGGER t ON measurements")
    opened.write(brought)
    assert names(opened) == ["x", "y"], "the same entries are known again"


def test_a_refusal_at_once_is_one(opened: Store, postgresql: DatabaseSettings) -> None:
    """Where no commit was under way a refusal stays a refusal."""
    ask(postgresql, "ALTER TABLE measurements ADD CHECK (name <> 'x')")
    with pytest.raises(StoreError) as caught:
        opened.write([entry(*named("x"))])
    assert type(caught.value.told) is not OutcomeUnknownError
    assert caught.value.alone


def test_a_filter_that_the_driver_cannot_send(opened: Store) -> None:
    """The character NUL in a filter is told as what it is, at once."""
    opened.write([entry(Record("x", {}, {}))])
    with pytest.raises(ValueTypeError, match="NUL"):
        list(opened.read(RecordFilter(pin="a\0b")))
