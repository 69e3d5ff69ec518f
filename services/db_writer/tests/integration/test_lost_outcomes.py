"""A commit whose answer was lost, before something else goes wrong: nobody is told a refusal."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from db_writer.service.settings import DatabaseSettings
from db_writer.service.store import Store
from services.db_writer.tests.looking import DEADLINE, ask, entry, named, names, until
from services.db_writer.tests.postgresql import PostgresqlServer
from session_sharing.errors import OutcomeUnknownError
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


def test_a_commit_that_the_server_cuts_off(
    server: PostgresqlServer,
    opened: Store,
    postgresql: DatabaseSettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A server that ends a connection during its commit does not say so: the outcome is unknown.

    It has committed here, and waits for another server. What it says otherwise when it ends a
    connection, it says before it commits: that counts as not done.
    """
    if server.is_the_users:
        pytest.skip("the server is the user's: its settings are not changed")
    waiting = "FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    brought, told = entry(*named("x")), []

    def write() -> None:
        with pytest.raises(StoreError) as caught:
            opened.write([brought])
        told.append(type(caught.value.told))

    monkeypatch.setattr(opened, "_settings", replace(postgresql, connect_timeout=0.0))
    writing = threading.Thread(target=write, name="writer")
    server.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    try:
        server.execute("SELECT pg_reload_conf()")
        until(lambda: server.execute("SHOW synchronous_standby_names") == [("nobody",)])
        writing.start()
        until(lambda: ask(postgresql, f"SELECT count(*) {waiting}") == [(1,)])
        ask(postgresql, f"SELECT pg_terminate_backend(pid) {waiting}")
        writing.join(DEADLINE)
        assert told == [OutcomeUnknownError]
        opened.write([brought])
        assert names(opened) == ["x"]
    finally:
        server.execute("ALTER SYSTEM RESET synchronous_standby_names")
        server.execute("SELECT pg_reload_conf()")


def test_a_refusal_at_once_is_one(opened: Store, postgresql: DatabaseSettings) -> None:
    """Where no commit was under way a refusal stays a refusal."""
    ask(postgresql, "ALTER TABLE measurements ADD CHECK (name <> 'x')")
    with pytest.raises(StoreError) as caught:
        opened.write([entry(*named("x"))])
    assert type(caught.value.told) is not OutcomeUnknownError
    assert caught.value.alone
