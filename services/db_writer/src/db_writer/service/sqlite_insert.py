"""Storing rows in an SQLite file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from db_writer.service.held_connection import HeldConnection, driver_cursor
from db_writer.service.record_rows import (
    MEASUREMENT_COLUMNS,
    REFERENCE_COLUMNS,
    VALUE_COLUMNS,
    Names,
    RecordRows,
)
from db_writer.service.references import Numbers, References


def _insert(table: str, columns: Sequence[str]) -> str:
    places = ",".join("?" * len(columns))
    return f"INSERT INTO {table} ({','.join(columns)}) VALUES ({places})"  # noqa: S608 - our names


_MEASUREMENTS = _insert("measurements", ("id", *MEASUREMENT_COLUMNS, *REFERENCE_COLUMNS))
_VALUES = _insert("measurement_values", ("measurement_id", *VALUE_COLUMNS))
_FIELDS = 1 + len(VALUE_COLUMNS)
_INTO_VALUES = _VALUES.partition(" VALUES ")[0]
_MOST_FIELDS = 50 * _FIELDS  # SQLite before 3.32 takes 999 parameters
_MOST_STATEMENTS = 100  # the driver keeps 128 statements compiled; records of no pattern need more
_statements: dict[tuple[bool, ...], str] = {}
"""Only adds, and any thread may: a statement that two make is the same."""
_LAST_ID = "SELECT seq FROM sqlite_sequence WHERE name = 'measurements'"


class SqliteInsert:
    """Stores rows with the driver's own bulk inserts, which need no work for each row.

    Args:
        engine: Connects for writing: nobody else writes during its transactions.
        references: The numbers of names.
    """

    def __init__(self, engine: Engine, references: References) -> None:
        self._engine = engine
        self._held = HeldConnection(engine)
        self._references = references

    def __call__(self, rows: Sequence[RecordRows]) -> None:
        """Store rows in one transaction.

        Raises:
            DBAPIError: Nothing was stored, or whether it was is unknown.
        """
        numbers = self._references.known(rows)
        if numbers is None:
            self._store_with_names(rows)
            return
        with self._held.cursor() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            _store(cursor, rows, numbers)
            cursor.execute("COMMIT")

    def try_out(self, rows: Sequence[RecordRows]) -> None:
        """Store rows, and take them back.

        Raises:
            DBAPIError: They would not have been stored.
        """
        self._held.give_back()
        with self._engine.connect() as connection:  # which undoes what is not committed
            self._store_within(connection, rows)

    def newest(self) -> int:
        """Return the number of the newest record, 0 if there is none; without the writers' lock.

        Raises:
            DBAPIError: The file cannot be read.
        """
        with self._held.cursor() as cursor:
            (newest,) = cursor.execute("SELECT max(id) FROM measurements").fetchone()
        return newest or 0

    def save_log(self) -> bool:
        """Copy what is in the log into the file, as far as readers allow; say whether it is all.

        It works by what the connection holds open, whatever became of the log's name.
        """
        try:
            with self._held.cursor() as cursor:
                is_busy, pages, copied = cursor.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except DBAPIError:
            return False
        return not is_busy and pages == copied

    def _store_with_names(self, rows: Sequence[RecordRows]) -> None:
        self._held.give_back()
        with self._engine.begin() as connection:
            self._store_within(connection, rows)
        self._references.committed()

    def _store_within(self, connection: Connection, rows: Sequence[RecordRows]) -> None:
        numbers = self._references.resolve(connection, rows)
        with driver_cursor(connection) as cursor:
            _store(cursor, rows, numbers)


def _store(cursor: Any, rows: Sequence[RecordRows], numbers: Mapping[Names, Numbers]) -> None:  # noqa: ANN401 - a driver's
    last: tuple[int] | None = cursor.execute(_LAST_ID).fetchone()
    first = (last[0] if last else 0) + 1
    measurements: list[tuple[object, ...]] = []
    for number, row in enumerate(rows, first):
        attachment_id, record_number, moment, *others = row.measurement
        measurements.append(
            (number, attachment_id, record_number, _text(moment), *others, *numbers[row.names])
        )
    cursor.executemany(_MEASUREMENTS, measurements)
    for statement, parameters in _value_statements(rows, first).items():
        cursor.executemany(statement, parameters)


def _value_statements(
    rows: Sequence[RecordRows], first: int
) -> dict[str, list[tuple[object, ...]]]:
    """Return what stores the values of records; the first of them has the number given.

    Most of the time goes into handing values to SQLite, most of which are None. So records with
    the same columns filled, as those of one measurement are, share a statement that has the other
    columns as NULL, and stores all values of a record at once.
    """
    found: dict[str, list[tuple[object, ...]]] = {}
    for number, row in enumerate(rows, first):
        if not row.values:
            continue
        values = [(number, *value) for value in row.values]
        flat = [field for value in values for field in value]
        statement = _statement(tuple([field is not None for field in flat]))
        if statement is None:
            found.setdefault(_VALUES, []).extend(values)
        else:
            filled = tuple([field for field in flat if field is not None])
            found.setdefault(statement, []).append(filled)
    return found


def _statement(filled: tuple[bool, ...]) -> str | None:
    """Return the statement for a record whose values fill these fields; None if it has none."""
    statement = _statements.get(filled)
    if statement is None and len(filled) <= _MOST_FIELDS and len(_statements) < _MOST_STATEMENTS:
        fields = ["?" if is_filled else "NULL" for is_filled in filled]
        lines = [fields[at : at + _FIELDS] for at in range(0, len(fields), _FIELDS)]
        statement = f"{_INTO_VALUES} VALUES " + ",".join(f"({','.join(line)})" for line in lines)
        _statements[filled] = statement
    return statement


def _text(moment: datetime) -> str:
    """Write a moment in UTC as the columns have it."""
    return moment.isoformat(" ", "microseconds")[:26]
