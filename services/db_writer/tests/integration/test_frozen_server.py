"""A server that takes data and does not answer: nobody waits for it for ever."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from db_writer.service import engine
from db_writer.service.postgresql_insert import COPIED_RECORDS
from db_writer.service.settings import DatabaseSettings
from db_writer.service.store import Store
from services.db_writer.tests.looking import DEADLINE, ask, entry, named, names, until
from services.db_writer.tests.postgresql import connect
from session_sharing.errors import OutcomeUnknownError, UnavailableError
from session_sharing.service import StoreError

ANSWER_SECONDS = 0.3
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


@pytest.fixture
def opened(postgresql: DatabaseSettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Open a store that waits for an answer for a moment, where locks are waited for longer."""
    monkeypatch.setattr(engine, "ANSWER_SECONDS", ANSWER_SECONDS)
    store = Store(replace(postgresql, connect_timeout=DEADLINE))
    for patient in (store, store._reader):
        monkeypatch.setattr(patient, "_settings", replace(postgresql, connect_timeout=0.1))
    yield store
    store.close()


@pytest.mark.parametrize("count", [1, COPIED_RECORDS])
def test_writing(opened: Store, postgresql: DatabaseSettings, count: int) -> None:
    """The connection is broken off; whether all is stored is unknown, and trying again tells."""
    brought = entry(*named(*map(str, range(count))))
    with connect(postgresql.url) as holder, holder.transaction():
        holder.execute("LOCK TABLE measurements")
        started = time.monotonic()
        with pytest.raises(StoreError) as caught:
            opened.write([brought])
        assert time.monotonic() - started < DEADLINE / 2
    assert type(caught.value.told) is OutcomeUnknownError
    assert "not answered" in caught.value.told.message
    until(lambda: ask(postgresql, WAITING) == [(0,)])
    opened.write([brought])
    assert names(opened) == [record.measurement_name for record in brought.records]


def test_reading(opened: Store, postgresql: DatabaseSettings) -> None:
    """A reader is told so, and the connections for reading are not used up by it."""
    opened.write([entry(*named("x"))])
    with connect(postgresql.url) as holder, holder.transaction():
        holder.execute("LOCK TABLE measurements")
        for _ in range(postgresql.pool_size + 1):
            with pytest.raises(UnavailableError, match="not answered"):
                opened.newest()
    assert names(opened) == ["x"]


def test_migrations_take_their_time(
    postgresql: DatabaseSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To bring tables up to date may take longer than an answer to a record."""
    monkeypatch.setattr(engine, "ANSWER_SECONDS", ANSWER_SECONDS)
    ask(
        postgresql,
        "CREATE FUNCTION dawdle() RETURNS event_trigger LANGUAGE plpgsql AS "
        f"$$BEGIN PERFORM pg_sleep({ANSWER_SECONDS + 0.3}); END$$",
    )
    ask(
        postgresql,
        "CREATE EVENT TRIGGER t ON ddl_command_start WHEN TAG IN ('CREATE VIEW') "
        "EXECUTE FUNCTION dawdle()",
    )
    Store(postgresql).close()
