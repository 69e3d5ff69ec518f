"""Bringing the tables of a database up to date when it is opened."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from db_writer.service.schema import metadata
from db_writer.service.settings import DatabaseSettings
from session_sharing.errors import PreconditionError, ResourceReplacedError

VERSION_TABLE = "db_writer_version"
"""Holds the version of the tables; apart from that of other programs which use Alembic."""

_NAMES = frozenset({*metadata.tables, "flat_results"})
_SCRIPTS = Path(__file__).with_name("migrations")
_LOCK = 0x5E55_10B1  # any number that other programs hardly take
_log = logging.getLogger(__name__)
_upgrading = threading.Lock()
"""Guards Alembic's `context` and `op`, of which a process has one each.

It is held while tables are made; who takes it has the database's own lock already, so that nobody
waits crosswise.
"""


def refuse_others_tables(engine: Engine, settings: DatabaseSettings) -> None:
    """Make sure that a database is empty or ours, without changing anything in it.

    Args:
        engine: Connects for reading.
        settings: The database.

    Raises:
        PreconditionError: It has tables of another program.
        DBAPIError: The database refuses.
    """
    with engine.begin() as connection:
        if _version(connection, settings) is None:
            _refuse_foreign_tables(connection, settings)


def require_tables(engine: Engine, settings: DatabaseSettings) -> None:
    """Make sure that a database, which was open before a restart of the service, has our tables.

    Args:
        engine: Connects for reading.
        settings: The database.

    Raises:
        ResourceReplacedError: It has none.
        DBAPIError: The database refuses.
    """
    with engine.begin() as connection:
        if _version(connection, settings) is None:
            raise ResourceReplacedError(
                f"The tables of the database {settings.shown} were dropped, or an empty database "
                "has its place, since the service ran last, though its session is open. Nothing "
                "was done. If you put back what was there, calls work again. Close the session and "
                "initialize it again to make new tables."
            )


def migrate(engine: Engine, settings: DatabaseSettings) -> None:
    """Create the tables of a database, or bring them up to date; all or nothing.

    Of several who do so at once, others wait for one.

    Args:
        engine: Connects for writing.
        settings: The database.

    Raises:
        PreconditionError: The tables are newer than this program, or another program's, or some of
            them are missing.
        DBAPIError: The database refuses.
    """
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    newest = scripts.get_current_head()
    with engine.begin() as connection:
        if _version(connection, settings) == newest:
            _refuse_missing_tables(connection, settings)
            _log.info("opened database %s (%s, version %s)", settings.name, settings.shown, newest)
            return
        if connection.dialect.name == "postgresql":  # else the transaction alone may write
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        version = _version(connection, settings)
        if version is None:
            _refuse_foreign_tables(connection, settings)
        elif version not in {script.revision for script in scripts.walk_revisions()}:
            raise PreconditionError(
                f"The tables of the database {settings.shown} are of version {version}, which is "
                f"newer than this service (version {newest}). Update the service, or use another "
                "database."
            )
        if version != newest:
            _upgrade(config, connection)
    what = "created a new database" if version is None else f"migrated from {version} and opened"
    _log.info("%s %s (%s, version %s)", what, settings.name, settings.shown, newest)


def _upgrade(config: Config, connection: Connection) -> None:
    config.attributes["connection"] = connection
    with _upgrading, _patience(connection):
        command.upgrade(config, "head")


@contextmanager
def _patience(connection: Connection) -> Iterator[None]:
    """Let statements take as long as they need: to index many records takes its time."""
    if connection.dialect.name != "postgresql":
        yield
        return
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    driver: Any = connection.connection.driver_connection
    usual, driver.answer_seconds = driver.answer_seconds, float("inf")
    try:
        yield
    finally:
        driver.answer_seconds = usual


def _version(connection: Connection, settings: DatabaseSettings) -> str | None:
    """Return the version of the tables; None if there are none."""
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    versions = context.get_current_heads()
    if len(versions) > 1:
        raise PreconditionError(
            f"The table {VERSION_TABLE} of the database {settings.shown} has {len(versions)} rows: "
            f"{', '.join(sorted(versions))}. Somebody changed it. Delete all but the true one, or "
            "restore a copy of the database."
        )
    return versions[0] if versions else None


def _refuse_missing_tables(connection: Connection, settings: DatabaseSettings) -> None:
    inspector = inspect(connection)
    missing = [name for name in sorted(_NAMES) if not inspector.has_table(name)]
    if missing:
        raise PreconditionError(
            f"The database {settings.shown} lacks {', '.join(missing)}. Somebody dropped what this "
            "service needs. Restore it from a copy of the database, or use another database."
        )


def _refuse_foreign_tables(connection: Connection, settings: DatabaseSettings) -> None:
    inspector = inspect(connection)
    present = {*inspector.get_table_names(), *inspector.get_view_names()}
    foreign = sorted(present & _NAMES)
    if foreign and VERSION_TABLE in present:
        raise PreconditionError(
            f"The table {VERSION_TABLE} of the database {settings.shown} is empty, though there "
            f"are {', '.join(foreign)}. Somebody deleted its row. Insert it again, with the "
            "version that the service's log named before, or restore a copy of the database."
        )
    if foreign:
        raise PreconditionError(
            f"The database {settings.shown} has tables of another program with the names "
            f"{', '.join(foreign)}. They are left alone. Use a database, or on PostgreSQL a schema "
            "(search_path), of its own."
        )
