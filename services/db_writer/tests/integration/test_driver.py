"""Opening and closing databases: one session for each file, whatever names it has."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from db_writer.service.driver import DatabaseDriver
from db_writer.service.names import Databases
from session_sharing.errors import PreconditionError, ResourceHeldError


@pytest.fixture
def driver(tmp_path: Path) -> DatabaseDriver:
    """Return a driver whose data folder is empty."""
    return DatabaseDriver(Databases(tmp_path, {}))


def test_hard_link_is_held(driver: DatabaseDriver, tmp_path: Path) -> None:
    """A second name of an open file is refused, and told by which name the session goes."""
    first, second = (str(tmp_path / name) for name in ("a.sqlite", "b.sqlite"))
    database = driver.open(first)
    os.link(first, second)
    with pytest.raises(ResourceHeldError, match=r"database file .*a\.sqlite \(a hard link\)"):
        driver.open(second)
    driver.close(database)
    driver.close(driver.open(second))


def test_new_databases_are_told(
    driver: DatabaseDriver, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Who misspells a name finds in the log that a new database was made."""
    caplog.set_level("INFO", "db_writer")
    for _ in range(2):
        driver.close(driver.open(str(tmp_path / "a.sqlite")))
    made, opened = caplog.messages
    assert made.startswith("created a new database a.sqlite (")
    assert opened.startswith("opened database a.sqlite (")
    assert str(tmp_path / "a.sqlite") in opened


def test_file_that_cannot_be_opened_is_free_again(driver: DatabaseDriver, tmp_path: Path) -> None:
    """What is no database is left as it is, and may be replaced by one."""
    path = tmp_path / "a.sqlite"
    path.write_text("this is a text " * 100)
    with pytest.raises(PreconditionError, match="no SQLite database"):
        driver.open(str(path))
    assert path.read_text() == "this is a text " * 100
    path.write_bytes(b"")
    driver.close(driver.open(str(path)))
