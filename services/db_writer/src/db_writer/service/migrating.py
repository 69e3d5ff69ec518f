"""Bringing the tables of a database up to date when it is opened."""

from __future__ import annotations

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from db_writer.service.schema import metadata
from db_writer.service.settings import DatabaseSettings
from session_sharing.errors import PreconditionError

VERSION_TABLE = "db_writer_version"
"""Holds the version of the tables; apart from that of other programs which use Alembic."""

_SCRIPTS = Path(__file__).with_name("migrations")
_LOCK = 0x5E55_10B1  # any number that other programs hardly take
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
        if _version(connection) is None:
            _refuse_foreign_tables(connection, settings)


def migrate(engine: Engine, settings: DatabaseSettings) -> None:
    """Create the tables of a database, or bring them up to date; all or nothing.

    Of several who do so at once, others wait for one.

    Args:
        engine: Connects for writing.
        settings: The database.

    Raises:
        PreconditionError: The tables are newer than this program, or another program's.
        DBAPIError: The database refuses.
    """
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    newest = scripts.get_current_head()
    with engine.begin() as connection:
        if _version(connection) == newest:
            return
        if connection.dialect.name == "postgresql":  # else the transaction alone may write
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        version = _version(connection)
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


def _upgrade(config: Config, connection: Connection) -> None:
    if connection.dialect.name == "postgresql":  # Indexing many records takes its time.
        connection.execute(text("SET LOCAL statement_timeout = 0"))
    config.attributes["connection"] = connection
    with _upgrading:
        command.upgrade(config, "head")


def _version(connection: Connection) -> str | None:
    """Return the version of the tables; None if there are none."""
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return context.get_current_revision()


def _refuse_foreign_tables(connection: Connection, settings: DatabaseSettings) -> None:
    inspector = inspect(connection)
    present = {*inspector.get_table_names(), *inspector.get_view_names()}
    foreign = sorted(present & {*metadata.tables, "flat_results"})
    if foreign:
        raise PreconditionError(
            f"The database {settings.shown} has tables of another program with the names "
            f"{', '.join(foreign)}. They are left alone. Use a database, or on PostgreSQL a schema "
            "(search_path), of its own."
        )
