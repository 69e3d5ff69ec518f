"""Connections: how each database is spoken to, in one place."""

from __future__ import annotations

import math
import os
import sqlite3
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from db_writer.service.settings import DatabaseSettings, Option
from session_sharing.errors import PreconditionError, ResourceNameError

STATEMENT_SECONDS = 60
"""How long one statement may take on a server."""

ANSWER_SECONDS = STATEMENT_SECONDS + 5.0
"""How long an answer of a server is waited for; by then it has ended the statement, if it works."""

HASTE_CONNECT_SECONDS = 2.0
"""How long one who is in haste lets connecting take, at most: libpq's least."""

HASTE_ANSWER_SECONDS = 10.0
"""How long one who is in haste waits for an answer, at least; and longer than for a lock."""

_POOL_SECONDS = 30.0
_LOCK_POLL_SECONDS = 0.02
_PRAGMAS = ("synchronous=FULL", "foreign_keys=ON", "fullfsync=ON")
_PRAGMA_OPTIONS = frozenset(
    {
        *("cache_size", "journal_size_limit", "max_page_count", "mmap_size", "secure_delete"),
        "wal_autocheckpoint",
    }
)


def make_engine(
    settings: DatabaseSettings, *, connections: int, writes: bool, in_haste: bool = False
) -> Engine:
    """Make what connects to a database; nothing is connected yet.

    What is read in one transaction is of one moment. An SQLite file is never made, and only who
    writes changes how it keeps its log.

    Args:
        settings: Which database.
        connections: How many connections there may be at once.
        writes: Whether they write; to an SQLite file one at a time does.
        in_haste: Whether a server that is away, or hangs, is given up soon.

    Raises:
        ResourceNameError: It is neither an SQLite file nor a PostgreSQL database.
        PreconditionError: An option is unknown, or the driver is not installed.
    """
    backend = settings.url.get_backend_name()
    if backend == "sqlite":
        return _sqlite_engine(settings, connections, writes=writes)
    if backend == "postgresql":
        return _postgresql_engine(settings, connections, writes=writes, in_haste=in_haste)
    raise ResourceNameError(
        f"The database {settings.shown} is of the kind {backend!r}. Use postgresql or sqlite."
    )


def _sqlite_engine(settings: DatabaseSettings, connections: int, *, writes: bool) -> Engine:
    """Make an engine whose transactions begin by taking, or not, the lock of writers.

    A writer that takes it at once waits for others; one that took it later could be refused
    however long it waits.
    """
    if settings.url.database in {None, "", ":memory:"}:
        raise ResourceNameError(f"{settings.shown} names no file. Name one: sqlite:///FILE.")
    log = ["journal_mode=WAL"] if writes else []
    pragmas = [*log, *_PRAGMAS, *_pragma_options(settings)]
    begin = "BEGIN IMMEDIATE" if writes else "BEGIN"
    engine = create_engine(
        _of_existing_file(settings.url),
        connect_args={"timeout": settings.connect_timeout, "check_same_thread": False},
        **_pool(connections),
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy says when a transaction begins, see below.
        for pragma in pragmas:
            _set_pragma(connection, pragma, settings)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _of_existing_file(url: URL) -> URL:
    """Return a URL by which SQLite opens a file, but makes none."""
    path = Path(url.database or "").absolute().as_posix()
    rooted = path if path.startswith("/") else f"/{path}"  # else it begins with a drive of Windows
    database = "file://" + quote(os.fsencode(rooted), safe="/:")
    named = url.set(drivername="sqlite+pysqlite", database=database)
    return named.update_query_dict({"mode": "rw", "uri": "true"})


def _pragma_options(settings: DatabaseSettings) -> list[str]:
    for name, value in settings.options.items():
        if name not in _PRAGMA_OPTIONS or type(value) is not int:
            raise PreconditionError(
                f"The database {settings.shown} has the option {name!r}, which cannot be set so. "
                f"Options of SQLite files are whole numbers: {', '.join(sorted(_PRAGMA_OPTIONS))}."
            )
    return [f"{name}={value}" for name, value in settings.options.items()]


def _set_pragma(connection: sqlite3.Connection, pragma: str, settings: DatabaseSettings) -> None:
    """Set one; SQLite does not wait by itself when another program changes the mode as well."""
    deadline = time.monotonic() + settings.connect_timeout
    while True:
        try:
            answer = connection.execute(f"PRAGMA {pragma}").fetchone()
            break
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(_LOCK_POLL_SECONDS)
    if pragma == "journal_mode=WAL" and answer != ("wal",):
        raise PreconditionError(
            f"The file system of {settings.shown} cannot hold a database that several programs "
            "use: SQLite's write-ahead log does not work there. Use a local disk, not a share."
        )


def _postgresql_engine(
    settings: DatabaseSettings, connections: int, *, writes: bool, in_haste: bool
) -> Engine:
    most, answer = float("inf"), ANSWER_SECONDS
    if in_haste:
        most = HASTE_CONNECT_SECONDS
        answer = max(HASTE_ANSWER_SECONDS, settings.connect_timeout + 1.0)
    try:
        engine = create_engine(
            settings.url.set(drivername="postgresql+psycopg"),
            connect_args=_server_arguments(settings, min(settings.connect_timeout, most)),
            isolation_level="READ COMMITTED" if writes else "REPEATABLE READ",
            **_pool(connections),
        )
        from db_writer.service.postgresql_connection import (  # noqa: PLC0415 - an optional package
            BoundedConnection,
        )
    except ModuleNotFoundError as error:
        raise PreconditionError(
            f"The database {settings.shown} needs psycopg, which is not installed. Install the "
            "package with its extra: session-sharing-db-writer[service,postgresql]."
        ) from error

    @event.listens_for(engine, "do_connect")
    def _connect(
        _dialect: Dialect, _record: object, arguments: list[Any], options: dict[str, Any]
    ) -> BoundedConnection:
        connection = BoundedConnection.connect(*arguments, **options)
        connection.answer_seconds = answer
        return connection

    @event.listens_for(engine, "connect")
    def _prepare(connection: BoundedConnection, _record: object) -> None:
        connection.execute(
            _SERVER_SETTINGS,
            {
                "lock": f"{settings.connect_timeout * 1000:.0f}",
                "statement": f"{STATEMENT_SECONDS * 1000}",
            },
        )
        connection.commit()

    return engine


# Who turned synchronous commits off for others still gets them here; "remote_apply" stays.
_SERVER_SETTINGS = """
SELECT set_config('TimeZone', 'UTC', false),
       set_config('lock_timeout', %(lock)s, false),
       set_config('statement_timeout', %(statement)s, false),
       CASE current_setting('synchronous_commit')
            WHEN 'off' THEN set_config('synchronous_commit', 'on', false) END
"""


def _server_arguments(settings: DatabaseSettings, seconds: float) -> dict[str, Option]:
    """Return arguments for connecting: a server that is gone is noticed within so many seconds."""
    arguments: dict[str, Option] = {
        "application_name": "session-sharing db_writer",
        "connect_timeout": math.ceil(seconds),
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": round(seconds * 1000),
    }
    chosen = {name: value for name, value in arguments.items() if name not in settings.url.query}
    return {**chosen, **settings.options, "client_encoding": "utf8"}  # whatever the database's is


def _pool(connections: int) -> dict[str, Any]:
    """Return what all engines have; no value of a record turns up in an error's text."""
    return {
        "poolclass": QueuePool,
        "pool_size": connections,
        "max_overflow": 0,
        "pool_timeout": _POOL_SECONDS,
        "hide_parameters": True,
    }
