"""Storing rows in a PostgreSQL database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine

from db_writer.service.held_connection import HeldConnection, driver_cursor
from db_writer.service.record_rows import (
    MEASUREMENT_COLUMNS,
    REFERENCE_COLUMNS,
    VALUE_COLUMNS,
    Names,
    RecordRows,
)
from db_writer.service.references import Numbers, References

COPIED_RECORDS = 16
"""From so many records on COPY pays; fewer go into one statement, with one round trip."""

_TYPES = dict.fromkeys((*MEASUREMENT_COLUMNS, *VALUE_COLUMNS), "text") | {
    **dict.fromkeys(("record_number", *REFERENCE_COLUMNS, "integer_value"), "int8"),
    **dict.fromkeys(("number_value", "low_limit", "high_limit"), "float8"),
    **dict.fromkeys(("site", "position"), "int4"),
    "measured_at": "timestamptz",
    "boolean_value": "bool",
    "json_value": "json",
}
_COPIED_AS = _TYPES | {"json_value": "text"}  # JSON is written already; it goes out as it is
_COLUMNS = (*MEASUREMENT_COLUMNS, *REFERENCE_COLUMNS)
_SEQUENCE = "'measurements_id_seq'::regclass"


def _arrays(columns: Iterable[str]) -> str:
    return ", ".join(f"%b::{_TYPES[column]}[]" for column in columns)


_STATEMENT = f"""
WITH brought AS MATERIALIZED (
    SELECT nextval({_SEQUENCE}) AS id, r.*
    FROM unnest({_arrays(_COLUMNS)}) WITH ORDINALITY AS r ({", ".join(_COLUMNS)}, place)
), stored AS (
    INSERT INTO measurements (id, {", ".join(_COLUMNS)})
    SELECT id, {", ".join(_COLUMNS)} FROM brought
)
INSERT INTO measurement_values (measurement_id, {", ".join(VALUE_COLUMNS)})
SELECT brought.id, {", ".join(f"v.{column}" for column in VALUE_COLUMNS)}
FROM unnest(%b::int8[], {_arrays(VALUE_COLUMNS)}) AS v (place, {", ".join(VALUE_COLUMNS)})
JOIN brought USING (place)
"""  # noqa: S608 - nothing but our names
_NEW_IDS = f"SELECT nextval({_SEQUENCE}) FROM generate_series(1, %s)"  # noqa: S608


class PostgresqlInsert:
    """Stores a few rows by one statement that is a transaction, and many by COPY.

    Args:
        engine: Connects for writing.
        references: The numbers of names.
    """

    def __init__(self, engine: Engine, references: References) -> None:
        self._engine = engine
        self._single = HeldConnection(engine.execution_options(isolation_level="AUTOCOMMIT"))
        self._references = references

    def __call__(self, rows: Sequence[RecordRows]) -> None:
        """Store rows in one transaction.

        Raises:
            DBAPIError: Nothing was stored, or whether it was is unknown.
        """
        numbers = self._references.known(rows)
        if numbers is not None and len(rows) < COPIED_RECORDS:
            with self._single.cursor() as cursor:
                cursor.execute(_STATEMENT, _parameters(rows, numbers))
            return
        self._single.give_back()
        with self._engine.begin() as connection:
            _copy(connection, rows, numbers or self._references.resolve(connection, rows))
        self._references.committed()

    def try_out(self, rows: Sequence[RecordRows]) -> None:
        """Store rows, and take them back.

        Raises:
            DBAPIError: They would not have been stored.
        """
        self._single.give_back()
        with self._engine.connect() as connection:  # which undoes what is not committed
            _copy(connection, rows, self._references.resolve(connection, rows))

    def newest(self) -> int:
        """Return the number of the newest record; 0 if there is none.

        Raises:
            DBAPIError: The database is away.
        """
        with self._single.cursor() as cursor:
            (newest,) = cursor.execute("SELECT max(id) FROM measurements").fetchone()
        return newest or 0


def _parameters(rows: Sequence[RecordRows], numbers: Mapping[Names, Numbers]) -> tuple[Any, ...]:
    measurements = [(*row.measurement, *numbers[row.names]) for row in rows]
    values = [(place, *value) for place, row in enumerate(rows, 1) for value in row.values]
    columns = [list(column) for column in zip(*measurements, strict=True)]
    if not values:
        return (*columns, *([] for _ in range(len(VALUE_COLUMNS) + 1)))
    return (*columns, *(list(column) for column in zip(*values, strict=True)))


def _copy(
    connection: Connection, rows: Sequence[RecordRows], numbers: Mapping[Names, Numbers]
) -> None:
    with driver_cursor(connection) as cursor:
        ids = [number for (number,) in cursor.execute(_NEW_IDS, (len(rows),))]
        numbered = list(zip(ids, rows, strict=True))
        _copy_rows(
            *(cursor, "measurements", ("id", *_COLUMNS)),
            ((number, *row.measurement, *numbers[row.names]) for number, row in numbered),
        )
        _copy_rows(
            *(cursor, "measurement_values", ("measurement_id", *VALUE_COLUMNS)),
            ((number, *value) for number, row in numbered for value in row.values),
        )


def _copy_rows(
    cursor: psycopg.Cursor[Any],
    table: str,
    columns: Sequence[str],
    rows: Iterable[tuple[object, ...]],
) -> None:
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
    with cursor.copy(statement) as copy:
        copy.set_types([_COPIED_AS.get(column, "int8") for column in columns])
        for row in rows:
            copy.write_row(row)
