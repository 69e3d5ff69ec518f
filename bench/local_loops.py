"""What programs do that write into the database themselves: with SQLAlchemy Core, and by COPY.

Like everybody who logs, they begin with a caller's dicts, and end when they are committed.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timezone
from itertools import count
from typing import Any, TypeAlias

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    func,
    insert,
    select,
    text,
)

from bench import samples
from bench.samples import Values
from db_writer.service.schema import CONFIGURATION, OUTPUT, measurement_values, measurements

LOCK_SECONDS = 30.0
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL")
"""Commits are as durable as those of the service."""

Row: TypeAlias = "dict[str, Any]"
_EMPTY: Row = dict.fromkeys(
    ("number_value", "integer_value", "boolean_value", "text_value", "unit")
)
_MEASUREMENT = ("attachment_id", "record_number", "measured_at", "name")
_VALUE = ("measurement_id", "position", "kind", "name", *_EMPTY)
_NEW_IDS = "SELECT nextval('measurements_id_seq') FROM generate_series(1, :number)"


def insert_one(url: URL, stack: ExitStack) -> Callable[[], object]:
    """Insert one record in a transaction, through a connection of its own."""
    connection, numbered = _connect(url, stack), _Numbered()
    values = samples.small(1)

    def write() -> None:
        with connection.begin():
            done = connection.execute(insert(measurements), numbered.row())
            measurement_id = done.inserted_primary_key[0]  # type: ignore[index]
            connection.execute(
                insert(measurement_values), list(_value_rows(measurement_id, values))
            )

    return write


def insert_many(url: URL, number: int, stack: ExitStack) -> Callable[[], object]:
    """Insert many records in a transaction, with a bulk insert for each table.

    It makes the numbers of the rows itself, which is faster than to have them returned.
    """
    connection, numbered = _connect(url, stack), _Numbered()
    records = [samples.small(index) for index in range(number)]

    def write() -> None:
        with connection.begin():
            ids = _new_ids(connection, number)
            connection.execute(insert(measurements), [{"id": one, **numbered.row()} for one in ids])
            connection.execute(insert(measurement_values), _all_value_rows(ids, records))

    return write


def copy_many(url: URL, number: int, stack: ExitStack) -> Callable[[], object]:
    """Copy many records into a PostgreSQL database in a transaction, by a COPY for each table."""
    connection, numbered = _connect(url, stack), _Numbered()
    records = [samples.small(index) for index in range(number)]
    driver: Any = connection.connection.driver_connection

    def write() -> None:
        with connection.begin(), driver.cursor() as cursor:
            ids = _new_ids(connection, number)
            rows = [{"id": one, **numbered.row()} for one in ids]
            _copy(cursor, measurements, ("id", *_MEASUREMENT), rows)
            _copy(cursor, measurement_values, _VALUE, _all_value_rows(ids, records))

    return write


def _new_ids(connection: Connection, number: int) -> Sequence[int]:
    """Return numbers for rows; nobody else writes to an SQLite file meanwhile."""
    if connection.dialect.name == "sqlite":
        first = (connection.scalar(select(func.max(measurements.c.id))) or 0) + 1
        return range(first, first + number)
    return connection.scalars(text(_NEW_IDS), {"number": number}).all()


class _Numbered:
    """Makes rows of measurements with the numbers that keep records apart."""

    def __init__(self) -> None:
        self._attachment_id = uuid.uuid4().hex
        self._numbers = count(1)

    def row(self) -> Row:
        values = (
            self._attachment_id,
            next(self._numbers),
            datetime.now(timezone.utc),
            samples.NAME,
        )
        return dict(zip(_MEASUREMENT, values, strict=True))


def _all_value_rows(ids: Iterable[int], records: Iterable[tuple[Values, Values]]) -> list[Row]:
    return [
        row
        for number, values in zip(ids, records, strict=True)
        for row in _value_rows(number, values)
    ]


def _value_rows(measurement_id: int, values: tuple[Values, Values]) -> Iterator[Row]:
    position = 0
    for kind, named in zip((CONFIGURATION, OUTPUT), values, strict=True):
        for name, value in named.items():
            place = {"measurement_id": measurement_id, "position": position}
            yield {**place, "kind": kind, "name": name, **_EMPTY, **_columns(value)}
            position += 1


def _columns(value: object) -> Mapping[str, object]:
    if isinstance(value, bool):
        return {"boolean_value": value}
    if isinstance(value, int):
        return {"number_value": float(value), "integer_value": value}
    if isinstance(value, float):
        return {"number_value": value}
    return {"text_value": value}


def _copy(cursor: Any, table: Table, columns: Sequence[str], rows: Iterable[Row]) -> None:  # noqa: ANN401
    with cursor.copy(f"COPY {table.name} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row[column] for column in columns])


def _connect(url: URL, stack: ExitStack) -> Connection:
    engine = make_engine(url)
    stack.callback(engine.dispose)
    return stack.enter_context(engine.connect())


def make_engine(url: URL) -> Engine:
    """Make what connects to a database as a careful program does."""
    if url.get_backend_name() != "sqlite":
        return create_engine(url.set(drivername="postgresql+psycopg"))
    engine = create_engine(url, connect_args={"timeout": LOCK_SECONDS})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - any driver's
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    return engine
