"""Opening a database: its tables are made, kept, brought up to date, or left alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from db_writer.service.engine import make_engine
from db_writer.service.migrating import VERSION_TABLE
from db_writer.service.schema import metadata
from db_writer.service.settings import DatabaseSettings
from db_writer.service.store import Store
from services.db_writer.tests.looking import DEADLINE, ask, change_file, entry, named, names
from session_sharing.errors import PreconditionError
from session_sharing.records import Record

OPENERS = 4


def open_at_once(databases: Sequence[DatabaseSettings]) -> None:
    """Open databases in as many threads, and write a record to each."""
    start = threading.Barrier(len(databases))
    failures: list[BaseException] = []

    def open_and_write(settings: DatabaseSettings) -> None:
        try:
            start.wait(DEADLINE)
            store = Store(settings)
            store.write([entry(*named("x"))])
            store.close()
        except BaseException as error:  # noqa: BLE001 - shown below
            failures.append(error)

    threads = [
        threading.Thread(target=open_and_write, args=(settings,), name="opener")
        for settings in databases
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    assert failures == []


def test_migrations_make_the_tables_that_the_program_knows(
    store: Store, settings: DatabaseSettings
) -> None:
    """What the migrations leave is what the program's own description says."""
    engine = make_engine(settings, connections=1, writes=False)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_opening_again_keeps_everything(settings: DatabaseSettings) -> None:
    """Closing and opening loses nothing."""
    for name in ("1", "2"):
        store = Store(settings)
        store.write([entry(*named(name))])
        found = names(store)
        store.close()
    assert found == ["1", "2"]


def test_several_may_open_at_once(settings: DatabaseSettings) -> None:
    """Of several services that find an empty database one makes the tables; all can write."""
    open_at_once([settings] * OPENERS)
    assert ask(settings, "SELECT count(*) FROM measurements") == [(OPENERS,)]


def test_several_databases_may_be_opened_at_once(
    make_settings: Callable[[], DatabaseSettings],
) -> None:
    """Each gets its own tables, though Alembic has one place for what it works on."""
    databases = [make_settings() for _ in range(2 * OPENERS)]
    open_at_once(databases)
    for settings in databases:
        assert ask(settings, "SELECT count(*) FROM measurements") == [(1,)]


def test_newer_tables_are_left_alone(settings: DatabaseSettings) -> None:
    """A service that is older than the tables says so, and touches nothing."""
    Store(settings).close()
    ask(settings, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(PreconditionError, match=r"9999.*newer.*Update the service"):
        Store(settings)
    assert ask(settings, f"SELECT version_num FROM {VERSION_TABLE}") == [("9999",)]


def test_tables_of_another_program_are_left_alone(settings: DatabaseSettings) -> None:
    """A database in which others use the same names is refused, also if they use Alembic."""
    ask(settings, "CREATE TABLE runs (mine TEXT)")
    ask(settings, "CREATE TABLE alembic_version (version_num TEXT)")
    with pytest.raises(PreconditionError, match=r"another program.*runs"):
        Store(settings)
    assert ask(settings, "SELECT * FROM runs") == []
    ask(settings, "DROP TABLE runs")
    Store(settings).close()
    assert ask(settings, "SELECT * FROM alembic_version") == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("DROP VIEW flat_results", "lacks flat_results.*copy"),
        ("DROP TABLE measurement_values", "lacks flat_results, measurement_values.*copy"),
        (f"DELETE FROM {VERSION_TABLE}", f"{VERSION_TABLE}.*is empty.*Insert it"),
        (f"INSERT INTO {VERSION_TABLE} VALUES ('0000')", f"{VERSION_TABLE}.*0000, 0001.*Delete"),
    ],
)
def test_tables_that_somebody_changed(settings: DatabaseSettings, change: str, words: str) -> None:
    """What others dropped or changed is noticed when the database is opened, with what to do."""
    Store(settings).close()
    if change.startswith("DROP TABLE"):
        ask(settings, "DROP VIEW flat_results")
    ask(settings, change)
    with pytest.raises(PreconditionError, match=words):
        Store(settings)


def test_values_in_a_file_have_row_numbers(
    sqlite: DatabaseSettings,
) -> None:
    """Long values lie in leaves alone: else each later insert would read some of them."""
    store = Store(sqlite)
    store.write([entry(Record("x", {}, {"voltage": 3.3}))])
    assert ask(sqlite, "SELECT rowid FROM measurement_values") == [(1,)]
    store.close()


def test_a_file_of_another_kind_is_left_alone(sqlite: DatabaseSettings, sqlite_path: Path) -> None:
    """What is no database is not written."""
    sqlite_path.write_text("Dear diary, " * 100)
    with pytest.raises(PreconditionError, match="no SQLite database"):
        Store(sqlite)
    assert sqlite_path.read_text() == "Dear diary, " * 100


def test_a_file_is_made_to_survive_power_cuts(sqlite: DatabaseSettings, sqlite_path: Path) -> None:
    """The file has a write-ahead log, and each commit is synced; its numbers never come again."""
    Store(sqlite).close()
    engine = make_engine(sqlite, connections=1, writes=True)
    with engine.connect() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    engine.dispose()
    assert found == ["wal", 2, 1, 1000]
    store = Store(sqlite)
    store.write([entry(*named("a"))])
    change_file(sqlite_path, "DELETE FROM measurements")
    store.write([entry(*named("b"))])
    assert store.newest() == 2
    store.close()
