"""What other programs do to an SQLite file, and what they are spared."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from db_writer.service.driver import DatabaseDriver
from db_writer.service.engine import make_engine
from db_writer.service.names import Databases
from db_writer.service.settings import DatabaseSettings
from db_writer.service.store import Store
from services.db_writer.tests.looking import DEADLINE, change_file, entry, named, names
from session_sharing.errors import PreconditionError, ResourceHeldError, ResourceReplacedError

LOOK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
print(connection.execute("SELECT count(*) FROM measurements").fetchone()[0])
connection.close()
"""


def counted_elsewhere(path: Path) -> int:
    """Return how many measurements another program finds, which opens the file and closes it."""
    command = [sys.executable, "-c", LOOK, str(path)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=DEADLINE)
    return int(done.stdout)


@pytest.mark.parametrize("again", ["linked", "beside"])
def test_other_programs_leave_the_log_of_an_open_file(tmp_path: Path, again: str) -> None:
    """Whoever opens the file and closes it, records that are acknowledged later are there."""
    path, link = tmp_path / "a.sqlite", tmp_path / "b.sqlite"
    driver = DatabaseDriver(Databases(tmp_path, {}))
    database = driver.open(str(path))
    database.store.write([entry(*named("1"))])
    if again == "linked":
        os.link(path, link)
        with pytest.raises(ResourceHeldError):
            driver.open(str(link))
    else:
        Store(database.settings).close()
    assert counted_elsewhere(path) == 1
    database.store.write([entry(*named("2"))])
    assert path.with_name("a.sqlite-wal").exists()
    assert counted_elsewhere(path) == 2
    driver.close(database)


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be deleted")
def test_readers_make_no_file(sqlite: DatabaseSettings, sqlite_path: Path) -> None:
    """Where the file was deleted readers are told so, and no empty one takes its place."""
    store = Store(sqlite)
    for path in sqlite_path.parent.iterdir():
        path.unlink()
    with pytest.raises(ResourceReplacedError):
        store.newest()
    engine = make_engine(sqlite, connections=1, writes=False)
    with pytest.raises(OperationalError):
        engine.connect()
    assert list(sqlite_path.parent.iterdir()) == []
    store.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_a_name_with_special_characters(sqlite: DatabaseSettings, sqlite_path: Path) -> None:
    """A file may have any name, also one that means something in a URI."""
    path = sqlite_path.with_name("a b?mode=ro&c#d%41\u00e9.sqlite")
    store = Store(replace(sqlite, url=sqlite.url.set(database=str(path))))
    store.write([entry(*named("x"))])
    assert names(store) == ["x"]
    assert path.exists()
    store.close()


def test_a_file_of_another_program_is_not_changed(
    sqlite: DatabaseSettings, sqlite_path: Path
) -> None:
    """What is refused stays byte for byte, also how it keeps its log."""
    change_file(sqlite_path, "CREATE TABLE runs (mine TEXT)")
    before = sqlite_path.read_bytes()
    with pytest.raises(PreconditionError, match="another program"):
        Store(sqlite)
    assert sqlite_path.read_bytes() == before
