"""What a file is by which a spool is known: its format, and which database it is for."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import URL

from db_writer.service.settings import DatabaseSettings
from db_writer.service.spool.tables import FORMAT, meta, metadata
from session_sharing.errors import PreconditionError, SharingError

LOCK_SECONDS = 5.0
"""How long one of those who change the file waits for the other."""

_LOG_BYTES = 16 * 1024 * 1024  # how long the log beside the file stays


def spool_settings(path: Path) -> DatabaseSettings:
    """Return what the file is opened with."""
    url = URL.create("sqlite", database=str(path))
    # What is taken out is not overwritten, as some builds of SQLite do: on a full disk there is no
    # room for that.
    options = {"journal_size_limit": _LOG_BYTES, "secure_delete": 0}
    return DatabaseSettings(path.name, url, str(path), LOCK_SECONDS, options=options)


def make_tables(connection: Connection, resource: str) -> None:
    """Make the tables of a spool where there are none.

    Args:
        connection: To its file.
        resource: The name of its database in the configuration.
    """
    metadata.create_all(connection)
    remember(connection, format=FORMAT, resource=resource)


def check(connection: Connection) -> str:
    """Make sure that it is a spool; return the name of its database.

    Raises:
        PreconditionError: It is none, or a later version's.
    """
    found: dict[str, str] = {}
    if inspect(connection).has_table(meta.name):
        found = {row.name: row.value for row in connection.execute(select(meta))}
    if found.get("format") != FORMAT:
        raise PreconditionError(
            f"{connection.engine.url.database} is no spool of this version of the service. Update "
            "the service, or move the file away; what waits in it waits on."
        )
    return found["resource"]


def unusable(path: Path, error: SharingError) -> SharingError:
    """Say that a spool cannot be used.

    Args:
        path: Its file.
        error: Why.
    """
    return PreconditionError(
        f"The spool {path} cannot be used: {error.message} If you move it away, with the files "
        "that begin with its name, the service makes a new one; what waits in it waits there.",
        retry_delay=error.retry_delay,
    )


def remember(connection: Connection, **values: str) -> None:
    """Write down something about the spool."""
    for name, value in values.items():
        statement = insert(meta).values(name=name, value=value)
        connection.execute(statement.on_conflict_do_update(set_={"value": value}))
