"""A server that goes away and comes back: nothing acknowledged is missing, nothing is double."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pytest
from sqlalchemy.exc import OperationalError

from db_writer.service.postgresql_insert import COPIED_RECORDS
from db_writer.service.record_rows import RecordRows
from db_writer.service.settings import DatabaseSettings
from db_writer.service.store import RecordFilter, Store
from services.db_writer.tests.looking import DEADLINE, ask, entry, named, names, until
from services.db_writer.tests.postgresql import PostgresqlServer, connect, stop
from session_sharing.errors import (
    AccessDeniedError,
    PreconditionError,
    ResourceExhaustedError,
    ResourceNotFoundError,
    SharingError,
    UnavailableError,
    ValueTypeError,
)
from session_sharing.service import StoreError

OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
CUT = f"SELECT pg_terminate_backend(pid) {OTHERS}"
SECRET = "correct-horse"
LOST = OperationalError("COMMIT", None, ConnectionError(), connection_invalidated=True)


@pytest.fixture
def opened(postgresql: DatabaseSettings) -> Iterator[Store]:
    """Open a store on an empty PostgreSQL database."""
    store = Store(postgresql)
    yield store
    store.close()


def refusal(store: Store) -> StoreError:
    """Return how a record is refused."""
    with pytest.raises(StoreError) as caught:
        store.write([entry(*named("refused"))])
    return caught.value


def test_cut_between_writes(opened: Store, postgresql: DatabaseSettings) -> None:
    """Connections that were cut are made anew, for writing and for reading, in silence."""
    for name in "ab":
        opened.write([entry(*named(name))])
        assert names(opened)[-1] == name
        ask(postgresql, CUT)
    assert names(opened) == ["a", "b"]


@pytest.mark.parametrize("count", [1, COPIED_RECORDS])
def test_cut_during_a_write(opened: Store, postgresql: DatabaseSettings, count: int) -> None:
    """A transaction that is cut while it waits is repeated: its records are there, once."""
    records = named(*map(str, range(count)))
    writing = threading.Thread(target=opened.write, args=([entry(*records)],), name="writer")
    with connect(postgresql.url) as holder, holder.transaction():
        holder.execute("LOCK TABLE measurements IN SHARE MODE")
        writing.start()
        waits = f"SELECT count(*) {OTHERS} AND wait_event_type = 'Lock'"
        until(lambda: ask(postgresql, waits) == [(1,)])
        ask(postgresql, f"{CUT} AND wait_event_type = 'Lock'")
    writing.join(DEADLINE)
    assert names(opened) == [record.measurement_name for record in records]


@pytest.mark.parametrize("count", [1, COPIED_RECORDS])
def test_a_lost_outcome(opened: Store, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """A transaction that was committed without the answer getting through is not stored twice."""
    insert, failures = opened._insert_once, iter([LOST])

    def insert_and_lose(rows: Sequence[RecordRows]) -> int:
        stored = insert(rows)
        for failure in failures:
            raise failure
        return stored

    monkeypatch.setattr(opened, "_insert_once", insert_and_lose)
    for first in (1, 0):
        opened.write([entry(*named(*["x"] * count), first=first)])
    assert names(opened) == ["x"] * count * 2


def test_cut_between_pages(
    opened: Store, postgresql: DatabaseSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader goes on where it was when its connection was cut."""
    monkeypatch.setattr("db_writer.service.reading.PAGE_RECORDS", 2)
    opened.write([entry(*named(*"abcdef"))])
    found = []
    for _, record in opened.read(RecordFilter()):
        found.append(record.measurement_name)
        ask(postgresql, CUT)
    assert found == [*"abcdef"]


def test_server_stopped_and_started(
    server: PostgresqlServer, make_postgresql: Callable[[], DatabaseSettings]
) -> None:
    """While the server is away records are refused in bounded time; then it goes on by itself."""
    settings = replace(make_postgresql(), connect_timeout=1.0)
    store = Store(settings)
    store.write([entry(*named("before"))])
    stop(server)
    try:
        started = time.monotonic()
        error = refusal(store)
        assert time.monotonic() - started < 5.0
        assert isinstance(error.told, UnavailableError)
        assert error.told.retry_delay
        assert not error.alone
        assert not error.broken
        with pytest.raises(UnavailableError):
            store.newest()
        started = time.monotonic()
        refusal(store)
        assert time.monotonic() - started < 0.5, "the second time it is told at once"
    finally:
        server.start()
    store.write([entry(*named("after"))])
    assert names(store) == ["before", "after"]
    store.close()


def test_server_that_starts_meanwhile(
    server: PostgresqlServer, postgresql: DatabaseSettings
) -> None:
    """A server that is back within the time-out is waited for: nobody is refused."""
    store = Store(replace(postgresql, connect_timeout=DEADLINE))
    stop(server)
    starting = threading.Thread(target=server.start, name="starter")
    starting.start()
    try:
        store.write([entry(*named("x"))])
    finally:
        starting.join(DEADLINE)
    assert names(store) == ["x"]
    store.close()


@pytest.mark.parametrize(
    ("state", "kind", "words"),
    [
        ("53100", ResourceExhaustedError, "Make room"),
        ("42501", AccessDeniedError, "rights of that user"),
        ("22P02", ValueTypeError, "cannot hold"),
        ("23514", PreconditionError, "A rule of the database"),
        ("57014", UnavailableError, "pg_stat_activity"),
    ],
)
def test_what_the_server_refuses(
    opened: Store,
    postgresql: DatabaseSettings,
    state: str,
    kind: type[SharingError],
    words: str,
) -> None:
    """A full disk, missing rights and the like are told as what they are; then it goes on."""
    ask(
        postgresql,
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$BEGIN RAISE EXCEPTION 'said the server' USING ERRCODE = '{state}'; END$$",
    )
    trigger = "CREATE TRIGGER t BEFORE INSERT ON measurements EXECUTE FUNCTION refuse()"
    ask(postgresql, trigger)
    started = time.monotonic()
    error = refusal(opened)
    assert time.monotonic() - started < postgresql.connect_timeout / 2, "told at once"
    assert type(error.told) is kind
    assert "said the server" in error.told.message
    assert words in error.told.message
    ask(postgresql, "DROP TRIGGER t ON measurements")
    opened.write([entry(*named("x"))])
    assert names(opened) == ["x"]


def test_a_lock_is_waited_for_only_so_long(postgresql: DatabaseSettings) -> None:
    """Who locks the tables holds up writers for the time-out, not for ever."""
    store = Store(replace(postgresql, connect_timeout=0.2))
    with connect(postgresql.url) as holder, holder.transaction():
        holder.execute("LOCK TABLE measurements")
        assert isinstance(refusal(store).told, UnavailableError)
    store.write([entry(*named("x"))])
    assert names(store) == ["x"]
    store.close()


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"database": "nosuchdatabase"}, ResourceNotFoundError),
        ({"username": "nosuchuser"}, AccessDeniedError),
        ({"host": "localhost", "port": 1}, UnavailableError),
        ({"host": "nosuchhost.invalid"}, UnavailableError),
    ],
)
def test_what_cannot_be_opened(
    postgresql: DatabaseSettings, change: dict[str, str], kind: type[SharingError]
) -> None:
    """A wrong name, user, port or host is told within the time-out, and never the password."""
    url = postgresql.url.set(password=SECRET)
    if "host" in change:
        url = url.difference_update_query(["host"])
    url = url.set(**change)
    started = time.monotonic()
    with pytest.raises(kind) as caught:
        Store(replace(postgresql, url=url, shown=url.render_as_string()))
    assert time.monotonic() - started < postgresql.connect_timeout
    assert SECRET not in repr((caught.value, caught.value.message))
