"""Storing rows, in each kind of database in its own way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import Engine

from db_writer.service.record_rows import RecordRows
from db_writer.service.references import References
from db_writer.service.settings import DatabaseSettings
from db_writer.service.sqlite_insert import SqliteInsert


class Insert(Protocol):
    """Stores rows by the connection that writes. Only one thread uses it."""

    def __call__(self, rows: Sequence[RecordRows]) -> None:
        """Store rows in one transaction.

        Raises:
            DBAPIError: Nothing was stored, or whether it was is unknown.
        """

    def newest(self) -> int:
        """Return the number of the newest record, 0 if there is none; it waits for no writer.

        Raises:
            DBAPIError: The database is away.
        """


def make_insert(settings: DatabaseSettings, engine: Engine, references: References) -> Insert:
    """Return what stores rows.

    Args:
        settings: The database.
        engine: Connects for writing.
        references: The numbers of names.
    """
    if settings.is_file:
        return SqliteInsert(engine, references)
    from db_writer.service.postgresql_insert import (  # noqa: PLC0415 - needs an optional package
        PostgresqlInsert,
    )

    return PostgresqlInsert(engine, references)
