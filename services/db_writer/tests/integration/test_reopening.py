"""A database whose session outlives the service: opened again only if it is there, as ours."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from db_writer.service.database import Database
from db_writer.service.driver import DatabaseDriver
from db_writer.service.engine import make_engine
from db_writer.service.migrating import VERSION_TABLE
from db_writer.service.names import Databases
from db_writer.service.schema import metadata
from db_writer.service.settings import DatabaseSettings
from db_writer.service.store import Store
from session_sharing.errors import ResourceReplacedError
from session_sharing.service.handles import Handles


def reopened(path: Path) -> Database | Exception:
    """Open a database as the next run of the service does."""
    driver = Handles(DatabaseDriver(Databases(path.parent, {})))
    return asyncio.run(driver.reopen(path.name, str(path)))


@pytest.mark.parametrize("left", [None, b""], ids=["missing", "emptied"])
def test_file_is_not_made_anew(
    sqlite_path: Path, sqlite: DatabaseSettings, left: bytes | None
) -> None:
    """A file that is gone or empty breaks its session, and stays so; put back it is opened."""
    Store(sqlite).close()
    aside = sqlite_path.rename(sqlite_path.with_suffix(".aside"))
    if left is not None:
        sqlite_path.write_bytes(left)
    error = reopened(sqlite_path)
    assert isinstance(error, ResourceReplacedError)
    assert "Close the session and initialize it again" in error.message
    assert (sqlite_path.read_bytes() if sqlite_path.exists() else None) == left
    aside.replace(sqlite_path)
    database = reopened(sqlite_path)
    assert isinstance(database, Database)
    database.close()


def test_tables_are_not_made_anew(make_settings: Callable[[], DatabaseSettings]) -> None:
    """A database that lost its tables while the service was down breaks its session."""
    settings = make_settings()
    Store(settings).close()
    engine = make_engine(settings, connections=1, writes=True)
    with engine.begin() as connection:
        connection.execute(text("DROP VIEW flat_results"))
        for table in (VERSION_TABLE, *(table.name for table in reversed(metadata.sorted_tables))):
            connection.execute(text(f"DROP TABLE {table}"))
    engine.dispose()
    with pytest.raises(ResourceReplacedError, match="were dropped, or an empty database"):
        Store(settings, again=True)
