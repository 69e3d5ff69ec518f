"""How tests look into a database: as people do, by SQL, without the store."""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, create_engine, event, text

from db_writer.service.settings import DatabaseSettings
from db_writer.service.store import Entry, RecordFilter, Store
from session_sharing.records import Record

DEADLINE = 20.0
"""How long a test waits, in seconds, for what should happen at once."""


def until(condition: Callable[[], bool], what: str = "") -> None:
    """Wait until something holds; fail if it does not in time."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, f"not in time: {what or condition}"
        time.sleep(0.005)


def ask(settings: DatabaseSettings, statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """Execute a statement as another program does; return its rows."""
    url = settings.url
    if not settings.is_file:
        url = url.set(drivername="postgresql+psycopg")
    engine = create_engine(url, poolclass=NullPool)
    if settings.is_file:
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys=ON"))
    with engine.begin() as connection:
        result = connection.execute(text(statement), parameters)
        return [tuple(row) for row in result] if result.returns_rows else []


def change_file(path: Path, *statements: str) -> None:
    """Execute statements on an SQLite file, each at once."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def entry(*records: Record, first: int = 1, attachment: str | None = None) -> Entry:
    """Return records of an attachment, of their own unless it is named."""
    return Entry(attachment or uuid.uuid4().hex, first, records)


def named(*texts: str) -> list[Record]:
    """Return records that have only names."""
    return [Record(text, {}, {}) for text in texts]


def stored(store: Store, **wanted: Any) -> list[Record]:
    """Return the records of a store that a filter lets through."""
    return [record for _, record in store.read(RecordFilter(**wanted))]


def names(store: Store, **wanted: Any) -> list[str]:
    """Return the names of the measurements that a filter lets through."""
    return [record.measurement_name for record in stored(store, **wanted)]
