"""An SQLite file that is locked, full, deleted or read-only: told as what it is."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from db_writer.service.record_rows import RecordRows
from db_writer.service.settings import DatabaseSettings
from db_writer.service.store import Store
from services.db_writer.tests.looking import change_file, entry, named, names
from session_sharing.errors import (
    AccessDeniedError,
    PreconditionError,
    ResourceExhaustedError,
    ResourceNameError,
    ResourceNotFoundError,
    ResourceReplacedError,
    UnavailableError,
)
from session_sharing.records import Record
from session_sharing.service import StoreError


@pytest.fixture
def opened(sqlite: DatabaseSettings) -> Iterator[Store]:
    """Open a store on an empty SQLite file."""
    store = Store(replace(sqlite, connect_timeout=0.2))
    store.write([entry(*named("before"))])
    yield store
    store.close()


def refusal(store: Store, *records: Record) -> StoreError:
    """Return how records are refused."""
    with pytest.raises(StoreError) as caught:
        store.write([entry(*(records or named("refused")))])
    return caught.value


def test_locked_by_another_program(opened: Store, sqlite_path: Path) -> None:
    """Readers go on; writers wait for the time-out, are told what to do, and go on later."""
    with closing(sqlite3.connect(sqlite_path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        error = refusal(opened)
        assert isinstance(error.told, UnavailableError)
        assert "End its transaction" in error.told.message
        assert not error.alone
        assert names(opened) == ["before"]
        other.execute("ROLLBACK")
    opened.write([entry(*named("after"))])
    assert names(opened) == ["before", "after"]


def test_locked_for_a_moment(sqlite: DatabaseSettings, sqlite_path: Path) -> None:
    """Two stores on one file write in turns: neither is refused."""
    one, two = Store(sqlite), Store(sqlite)
    for _ in range(10):
        one.write([entry(*named("1"))])
        two.write([entry(*named("2"))])
    assert names(one) == ["1", "2"] * 10
    one.close()
    two.close()


def test_full(sqlite: DatabaseSettings) -> None:
    """A record for which there is no room is told so; smaller ones still fit."""
    store = Store(replace(sqlite, options={"max_page_count": 40}))
    error = refusal(store, Record("big", {}, {"text": "x" * 200_000}))
    assert isinstance(error.told, ResourceExhaustedError)
    assert error.told.retry_delay
    assert not error.broken
    store.write([entry(*named("small"))])
    assert names(store) == ["small"]
    store.close()


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be deleted")
@pytest.mark.parametrize("replaced", [False, True])
def test_deleted_or_replaced(
    opened: Store, sqlite: DatabaseSettings, sqlite_path: Path, replaced: bool
) -> None:
    """Records are not written to a file that nobody sees; opening again goes on with a new one."""
    for path in sqlite_path.parent.iterdir():
        path.unlink()
    if replaced:
        change_file(sqlite_path, "CREATE TABLE theirs (a)")
    for _ in range(2):
        error = refusal(opened)
        assert isinstance(error.told, ResourceReplacedError)
        assert error.broken
    again = Store(sqlite)
    again.write([entry(*named("after"))])
    assert names(again) == ["after"]
    again.close()


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be deleted")
@pytest.mark.parametrize("endings", [["-wal"], ["-wal", "-shm"]])
def test_deleted_log(
    opened: Store, sqlite: DatabaseSettings, sqlite_path: Path, endings: list[str]
) -> None:
    """Without its log the session is broken at once, and what was acknowledged is saved from it."""
    for ending in endings:
        sqlite_path.with_name(sqlite_path.name + ending).unlink()
    error = refusal(opened)
    assert isinstance(error.told, ResourceReplacedError)
    assert error.broken
    assert "acknowledged are safe" in error.told.message
    opened.close()
    again = Store(sqlite)
    assert names(again) == ["before"]
    again.close()


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be deleted")
def test_log_that_is_missing_in_the_end(
    opened: Store, sqlite: DatabaseSettings, sqlite_path: Path
) -> None:
    """Closing saves what was acknowledged, also when nothing was written after the log was gone."""
    sqlite_path.with_name(sqlite_path.name + "-wal").unlink()
    opened.close()
    again = Store(sqlite)
    assert names(again) == ["before"]
    again.close()


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be replaced")
def test_replaced_log(opened: Store, sqlite_path: Path) -> None:
    """Nothing is copied over what another program may have written by another log."""
    log = sqlite_path.with_name(sqlite_path.name + "-wal")
    log.rename(log.with_suffix(".theirs"))
    log.touch()
    error = refusal(opened)
    assert isinstance(error.told, ResourceReplacedError)
    assert "may be lost" in error.told.message


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be deleted")
def test_deleted_during_a_write(
    opened: Store, sqlite_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was committed to a file that is gone by then is not acknowledged."""
    insert = opened._insert_once

    def insert_and_delete(rows: Sequence[RecordRows]) -> int:
        stored = insert(rows)
        sqlite_path.unlink()
        return stored

    monkeypatch.setattr(opened, "_insert_once", insert_and_delete)
    assert isinstance(refusal(opened).told, ResourceReplacedError)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="which error it is cannot be told")
def test_a_write_beyond_a_limit_heals(opened: Store, sqlite_path: Path) -> None:
    """A write that fails for a limit, as for a quota, is undone; when there is room it goes on."""
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = sqlite_path.with_name(sqlite_path.name + "-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 5000, limits[1]))
    try:
        error = refusal(opened, Record("big", {}, {"text": "x" * 200_000}))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert isinstance(error.told, ResourceExhaustedError)
    assert not error.broken
    opened.write([entry(*named("after"))])
    assert names(opened) == ["before", "after"]


def test_newest_record_while_another_program_writes(opened: Store, sqlite_path: Path) -> None:
    """Followers are told how far there is something without the lock of those who write."""
    with closing(sqlite3.connect(sqlite_path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert opened.newest_written() == 1


def test_what_is_no_file(sqlite: DatabaseSettings, sqlite_path: Path) -> None:
    """A folder, or a name that no file can have, is told as that, not as a missing right."""
    for database, words in ((str(sqlite_path.parent), "is a folder"), ("a\0b.sqlite", "NUL")):
        with pytest.raises(ResourceNameError, match=words):
            Store(replace(sqlite, url=sqlite.url.set(database=database)))


def test_tables_that_others_changed(opened: Store, sqlite_path: Path) -> None:
    """Without its tables a record is refused with what happened."""
    change_file(sqlite_path, "ALTER TABLE measurements RENAME TO theirs")
    error = refusal(opened)
    assert type(error.told) is PreconditionError
    assert "no such table" in error.told.message


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="the administrator may write everything"
)
def test_read_only(sqlite: DatabaseSettings, sqlite_path: Path) -> None:
    """A folder in which the service may not write is named, with what to do."""
    sqlite_path.parent.chmod(0o500)
    with pytest.raises(AccessDeniedError, match="right"):
        Store(sqlite)
    sqlite_path.parent.chmod(0o700)


def test_missing_folder(sqlite: DatabaseSettings, sqlite_path: Path) -> None:
    """The folder of a file is not made by guess."""
    sqlite_path.parent.rmdir()
    with pytest.raises(ResourceNotFoundError):
        Store(sqlite)


@pytest.mark.parametrize("options", [{"synchronous": 0}, {"cache_size": "1; DROP TABLE runs"}])
def test_unknown_options(sqlite: DatabaseSettings, options: dict[str, str | int]) -> None:
    """An option cannot weaken what is promised, nor smuggle in a statement."""
    with pytest.raises(PreconditionError, match="option"):
        Store(replace(sqlite, options=options))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_new_file_is_private(opened: Store, sqlite_path: Path) -> None:
    """Only the user of the service may read a file that it made."""
    assert {path.stat().st_mode & 0o777 for path in sqlite_path.parent.iterdir()} == {0o600}
