"""Reading records back, page by page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, Row, Text, cast, func, select

from db_writer.service.record_filter import MEASUREMENT, RecordFilter, select_measurements
from db_writer.service.record_rows import RecordRows
from db_writer.service.retrying import retried
from db_writer.service.schema import OUTPUT, measurement_values, measurements
from db_writer.service.settings import DatabaseSettings
from db_writer.service.value_columns import from_columns
from session_sharing.records import Limits, Record, RecordContext, Value

T = TypeVar("T")

PAGE_RECORDS = 500
"""How many records are read at once, at most."""

PAGE_CHARACTERS = 8 * 1024 * 1024
"""How long the texts of a page are together, unless one record alone has longer ones."""

_CONTEXT_FIELDS = ("serial_number", "site", "pin", "step", "station", "operator", "run", "program")
_OF_RECORD = measurement_values.c.measurement_id
_JSON = cast(measurement_values.c.json_value, Text)
_SIZES = select(
    _OF_RECORD,
    func.sum(
        func.coalesce(func.length(measurement_values.c.text_value), 0)
        + func.coalesce(func.length(_JSON), 0)
    ),
).group_by(_OF_RECORD)
_VALUES = select(
    *(_OF_RECORD, measurement_values.c.kind, measurement_values.c.name),
    *(measurement_values.c.number_value, measurement_values.c.integer_value),
    *(measurement_values.c.boolean_value, measurement_values.c.text_value),
    *(_JSON.label("json_value"), measurement_values.c.special),
    *(measurement_values.c.unit, measurement_values.c.low_limit, measurement_values.c.high_limit),
).order_by(_OF_RECORD, measurement_values.c.position)


class Page(NamedTuple):
    """Some records in a row.

    Attributes:
        records: The records with their numbers in the database.
        end: Up to which number there is nothing else of what was asked for; None if it is all.
    """

    records: list[tuple[int, Record]]
    end: int | None


class Reader:
    """Reads records. All methods may be called from any thread; each page is a short transaction.

    So a reader who dawdles holds up nobody, and may go on after a connection was lost.

    Args:
        engine: Connects for reading.
        settings: The database.
    """

    def __init__(self, engine: Engine, settings: DatabaseSettings) -> None:
        self._engine = engine
        self._settings = settings

    def newest(self) -> int:
        """Return the number of the newest record; 0 if there is none.

        Raises:
            DBAPIError: The database is away.
        """
        return self._ask(lambda connection: connection.execute(_NEWEST).scalar() or 0)

    def start_of_last(self, wanted: RecordFilter, last: int, after: int, until: int) -> int:
        """Return the number behind which there are only so many of the wanted records.

        Raises:
            DBAPIError: The database is away.
        """
        number = measurements.c.id
        columns = MEASUREMENT.with_only_columns(number, maintain_column_froms=True)
        query = select_measurements(wanted, after, until, columns).order_by(number.desc())
        query = query.offset(last).limit(1)
        return self._ask(lambda connection: connection.execute(query).scalar() or after)

    def page(self, wanted: RecordFilter, after: int, until: int) -> Page:
        """Read records in the order of their numbers.

        Raises:
            DBAPIError: The database is away.
        """
        return self._ask(lambda connection: _read_page(connection, wanted, after, until))

    def _ask(self, question: Callable[[Connection], T]) -> T:
        def ask() -> T:
            with self._engine.begin() as connection:
                return question(connection)

        return retried(ask, self._settings, self._settings.connect_timeout)


def stored_keys(connection: Connection, rows: Iterable[RecordRows]) -> set[tuple[str, int]]:
    """Return the keys of those rows that are stored already."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for attachment_id, number in (row.key for row in rows):
        numbers[attachment_id].append(number)
    return {
        (attachment_id, number)
        for attachment_id, some in numbers.items()
        for number in connection.scalars(
            select(measurements.c.record_number).where(
                measurements.c.attachment_id == attachment_id,
                measurements.c.record_number.between(min(some), max(some)),
            )
        )
    }


_NEWEST = select(func.max(measurements.c.id))


def _read_page(connection: Connection, wanted: RecordFilter, after: int, until: int) -> Page:
    query = select_measurements(wanted, after, until).order_by(measurements.c.id)
    rows = connection.execute(query.limit(PAGE_RECORDS)).all()
    fitting = _fitting(connection, rows)
    values = _read_values(connection, [row.id for row in fitting])
    records = [(row.id, _record(row, values[row.id])) for row in fitting]
    is_all = len(fitting) == len(rows) < PAGE_RECORDS
    return Page(records, None if is_all else fitting[-1].id)


def _fitting(connection: Connection, rows: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    """Return as many of the rows as make a page: at least one, but not a gigabyte of arrays."""
    if not rows:
        return rows
    query = _SIZES.where(_OF_RECORD.in_([row.id for row in rows]))
    sizes: dict[int, int] = {row[0]: row[1] for row in connection.execute(query)}
    total = 0
    for count, row in enumerate(rows):
        total += sizes.get(row.id, 0)
        if count and total > PAGE_CHARACTERS:
            return rows[:count]
    return rows


def _read_values(connection: Connection, numbers: Sequence[int]) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    if numbers:
        for row in connection.execute(_VALUES.where(_OF_RECORD.in_(numbers))).all():
            found[row[0]].append(row)
    return found


def _record(row: Row[Any], values: Sequence[Any]) -> Record:
    configurations: dict[str, Value] = {}
    outputs: dict[str, Value] = {}
    units: dict[str, str] = {}
    limits: dict[str, Limits] = {}
    for value in values:
        _, kind, name, number, integer, boolean, text, document, special, unit, low, high = value
        columns = number, integer, boolean, text, document, special
        target = outputs if kind == OUTPUT else configurations
        target[name] = from_columns(name, columns)
        if unit is not None:
            units[name] = unit
        if low is not None or high is not None:
            limits[name] = Limits(low, high)
    return Record(
        row.name,
        configurations,
        outputs,
        row.measured_at,
        _context(row),
        row.status,
        units or None,
        limits or None,
    )


def _context(row: Row[Any]) -> RecordContext | None:
    fields = {name: getattr(row, name) for name in _CONTEXT_FIELDS}
    return RecordContext(**fields) if any(value is not None for value in fields.values()) else None
