"""The spools of a data folder: found again by what their database is, whatever it is called."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from db_writer.service.config import ConfiguredDatabase
from db_writer.service.driver import DatabaseDriver
from db_writer.service.names import SPOOL_FOLDER, Databases
from db_writer.service.settings import DatabaseSettings
from db_writer.service.spools import Spools
from services.db_writer.tests.unit.spool.spooling import entry
from session_sharing.errors import PreconditionError

LINE = DatabaseSettings(
    "line",
    URL.create("postgresql+psycopg", "ann", None, "127.0.0.1", 1, "results"),
    "postgresql://127.0.0.1:1/results",
    spool_bytes=2000,
)


@pytest.fixture
def ending() -> Iterator[ExitStack]:
    """Return what ends spools in the end."""
    with ExitStack() as stack:
        yield stack


def databases(folder: Path, *settings: DatabaseSettings) -> Databases:
    """Return a configuration of these databases."""
    configured = {one.name: ConfiguredDatabase(one, None) for one in settings}
    return Databases(folder, configured)


def spools(folder: Path, ending: ExitStack, *settings: DatabaseSettings) -> Spools:
    """Start the spools of a folder."""
    found = Spools(folder, databases(folder, *settings))
    found.start()
    ending.callback(found.end)
    return found


def test_spool_is_there_once_its_database_was_reached(tmp_path: Path, ending: ExitStack) -> None:
    """A database has no spool before, and has it again after a restart, by all of its names."""
    first = spools(tmp_path, ending, LINE)
    assert first.of("line") is None
    assert not (tmp_path / SPOOL_FOLDER).exists()
    first.make("line").put([entry("a")])
    (path,) = (tmp_path / SPOOL_FOLDER).glob("line-*.sqlite3")
    first.end()
    alias = replace(LINE, name="alias", url=LINE.url.set(username="bob"))
    other = replace(LINE, name="other", url=LINE.url.set(database="others"))
    again = spools(tmp_path, ending, alias, LINE, other)
    assert again.of("alias") is again.of("line") is not None
    assert again.of("other") is None
    (told,) = again.backlogs()
    assert (told.resource_name, told.waiting_records) == ("line", 1)
    assert list((tmp_path / SPOOL_FOLDER).glob("*.sqlite3")) == [path]


def test_damaged_spool_is_told_and_stops_nothing_else(tmp_path: Path, ending: ExitStack) -> None:
    """The service starts; whoever opens that database is told, as what waits would be overtaken."""
    spools(tmp_path, ending, LINE).make("line").put([entry("a")])
    ending.close()
    (path,) = (tmp_path / SPOOL_FOLDER).glob("*.sqlite3")
    content = path.read_bytes()
    path.write_bytes(b"no database " * 1000)
    found = spools(tmp_path, ending, replace(LINE, name="alias"))
    (problem,) = found.problems()
    assert str(path) in problem
    with pytest.raises(PreconditionError, match="damaged"):
        found.of("alias")
    path.write_bytes(content)
    assert found.of("alias") is not None
    assert found.problems() == []


def test_service_is_not_well_when_a_spool_is_nearly_full(tmp_path: Path, ending: ExitStack) -> None:
    """That the database is away is no problem as long as there is room; then it becomes one."""
    found = spools(tmp_path, ending, LINE)
    driver = DatabaseDriver(databases(tmp_path, LINE), found)
    spool = found.make("line")
    spool.put([entry("x" * 1000)])
    assert driver.check() == []
    spool.put([entry("x" * 600, first=2)])
    (problem,) = driver.check()
    assert "80% full" in problem
    assert "databases.line.spool_bytes" in problem
    assert [backlog.waiting_records for backlog in driver.backlogs()] == [2]
    driver.end()
    assert driver.backlogs() == []
