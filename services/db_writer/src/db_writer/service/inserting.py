"""Storing rows once each, in each kind of database in its own way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Protocol

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from db_writer.service.failures import Failure, WriteError, is_conflict
from db_writer.service.reading import stored_keys
from db_writer.service.record_rows import Entry, RecordRows, entries_to_rows, without
from db_writer.service.references import References
from db_writer.service.settings import DatabaseSettings
from db_writer.service.sqlite_insert import SqliteInsert
from session_sharing.errors import SharingError

_CONFLICTS = 5
"""How often a conflict with what others do meanwhile is met by looking anew."""


class Insert(Protocol):
    """Stores rows by the connection that writes. Only one thread uses it."""

    def __call__(self, rows: Sequence[RecordRows]) -> None:
        """Store rows in one transaction.

        Raises:
            DBAPIError: Nothing was stored, or whether it was is unknown.
        """

    def try_out(self, rows: Sequence[RecordRows]) -> None:
        """Store rows, and take them back.

        Raises:
            DBAPIError: They would not have been stored.
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


def checked_rows(entries: Sequence[Entry]) -> list[RecordRows]:
    """Turn entries into rows.

    Raises:
        WriteError: Something of them has no place in a database.
    """
    try:
        return entries_to_rows(entries, datetime.now(timezone.utc))
    except SharingError as error:
        raise WriteError(Failure(error, alone=True, of_record=True)) from error


class InsertOnce:
    """Stores the rows of records that are not stored yet. Only one thread uses it.

    Args:
        insert: Stores rows; what is stored already is a conflict to it.
        engine: Connects for writing.
        references: The numbers of names.
    """

    def __init__(self, insert: Insert, engine: Engine, references: References) -> None:
        self._insert = insert
        self._engine = engine
        self._references = references

    def __call__(self, rows: Sequence[RecordRows]) -> int:
        """Store rows in one transaction; return of how many records.

        Raises:
            DBAPIError: Nothing was stored, or whether it was is unknown.
        """
        for _ in range(_CONFLICTS):
            try:
                if rows:
                    self._insert(rows)
                return len(rows)
            except BaseException as error:
                self._references.forget()
                if not isinstance(error, DBAPIError) or not is_conflict(error):
                    raise
                conflict = error
            with self._engine.begin() as connection:
                rows = list(without(rows, stored_keys(connection, rows)))
        raise conflict

    def try_out(self, rows: Sequence[RecordRows]) -> None:
        """Store rows, and take them back.

        Raises:
            DBAPIError: They would not have been stored.
        """
        try:
            self._insert.try_out(rows)
        finally:
            self._references.forget()  # The names are taken back as well.
