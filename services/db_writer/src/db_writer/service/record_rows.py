"""Records as rows of the tables."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import NamedTuple, TypeAlias

from db_writer.service.schema import CONFIGURATION, OUTPUT
from db_writer.service.value_columns import to_columns
from session_sharing.errors import InvalidRequestError, ValueTypeError
from session_sharing.records import Limits, Record, RecordContext

LAST_NUMBER = 2**63 - 1
"""The highest number of a record that a database holds."""

MAX_NAME = 500
"""How many characters a text with an index has at most: PostgreSQL's indexes take 2700 bytes."""

_NO_CONTEXT = RecordContext()
_NO_LIMITS = Limits()
_NO_UNITS: Mapping[str, str] = {}
_NO_LIMITS_BY_NAME: Mapping[str, Limits] = {}


@dataclass(frozen=True)
class Entry:
    """Records that were brought together: all are stored, or none.

    Attributes:
        attachment_id: Which attachment they belong to.
        first_number: The number of the first, by which a record that was stored already is known;
            0 if the client does not count.
        records: The records.
        uncounted_from: The number of the first, downwards, if the client does not count: by
            chance unless it is given, and the same however often the entry is tried.
    """

    attachment_id: str
    first_number: int
    records: Sequence[Record]
    uncounted_from: int = field(
        default_factory=lambda: -1 - secrets.randbits(62), repr=False, compare=False
    )

    @property
    def numbers(self) -> range:
        """The numbers of its records."""
        count = len(self.records)
        if not self.first_number:
            return range(self.uncounted_from, self.uncounted_from - count, -1)
        return range(self.first_number, self.first_number + count)

    @staticmethod
    def numbered(attachment_id: str, first_number: int, records: Sequence[Record]) -> Entry:
        """Return records whose first has this one of `numbers`."""
        return Entry(attachment_id, max(0, first_number), records, min(-1, first_number))

    def singles(self) -> list[Entry]:
        """Return each of its records as an entry of its own."""
        return [
            Entry.numbered(self.attachment_id, number, [record])
            for number, record in zip(self.numbers, self.records, strict=True)
        ]


class Names(NamedTuple):
    """What a measurement refers to, by name."""

    station: str | None
    program: str | None
    run: str | None
    serial_number: str | None


MeasurementRow: TypeAlias = (
    "tuple[str, int, datetime, str, str | None, int | None, str | None, str | None, str | None]"
)
MEASUREMENT_COLUMNS = (
    *("attachment_id", "record_number", "measured_at", "name", "status"),
    *("site", "pin", "step", "operator"),
)
REFERENCE_COLUMNS = ("station_id", "program_id", "run_id", "unit_id")
"""In the order of `Names`."""

VALUE_COLUMNS = (
    *("position", "kind", "name", "number_value", "integer_value", "boolean_value"),
    *("text_value", "json_value", "special", "unit", "low_limit", "high_limit"),
)


class RecordRows(NamedTuple):
    """A record as rows.

    Attributes:
        measurement: The row of the measurement, as `MEASUREMENT_COLUMNS`.
        names: What it refers to.
        values: The rows of its values, as `VALUE_COLUMNS`.
    """

    measurement: MeasurementRow
    names: Names
    values: list[tuple[object, ...]]

    @property
    def key(self) -> tuple[str, int]:
        """What no two records have in common."""
        return self.measurement[:2]


def entries_to_rows(entries: Iterable[Entry], now: datetime) -> list[RecordRows]:
    """Turn entries into rows.

    Records that the client does not count get negative numbers by chance, the same each time, so
    that repeating an entry does not store them twice.

    Args:
        entries: What was brought.
        now: The time of records without a time.

    Raises:
        ValueTypeError: A text or a value has no place in a database, or a name is too long.
        InvalidRequestError: A number is too high.
    """
    return [
        RecordRows(
            _measurement(entry.attachment_id, number, record, now),
            _names(record),
            _values(record),
        )
        for entry in entries
        for number, record in zip(_numbers(entry), entry.records, strict=False)
    ]


def _numbers(entry: Entry) -> range:
    last = entry.first_number + len(entry.records) - 1
    if last > LAST_NUMBER:
        raise InvalidRequestError(
            f"The number {last} of a record is beyond signed 64 bits. Number the records of an "
            "attachment from 1."
        )
    return entry.numbers


def check_context(context: RecordContext) -> None:
    """Make sure that a database has a place for what records are to inherit.

    Raises:
        ValueTypeError: A text of it has no place in a database, or a name is too long.
    """
    for name, value in context.fields_set.items():
        if isinstance(value, int):
            continue
        if "\0" in value:
            raise ValueTypeError(
                f"The field {name} of the context, {value[:80]!r}, holds the character NUL, for "
                "which a database has no place in names. Leave it out."
            )
        if name in Names._fields and len(value) > MAX_NAME:
            raise ValueTypeError(
                f"The field {name} of the context, {value[:80]!r}..., has {len(value)} characters; "
                f"a database has a place for {MAX_NAME}."
            )


def _measurement(attachment_id: str, number: int, record: Record, now: datetime) -> MeasurementRow:
    context = record.context or _NO_CONTEXT
    _check(record, attachment_id, record.measurement_name, record.status)
    _check(record, context.pin, context.step, context.operator)
    _check_length(record, attachment_id, record.measurement_name)
    return (
        attachment_id,
        number,
        (record.timestamp or now).astimezone(timezone.utc),
        record.measurement_name,
        record.status,
        context.site,
        context.pin,
        context.step,
        context.operator,
    )


def _names(record: Record) -> Names:
    context = record.context
    if context is None:
        return _NO_NAMES
    names = Names(context.station, context.program, context.run, context.serial_number)
    _check(record, *names)
    _check_length(record, *names)
    return names


_NO_NAMES = Names(None, None, None, None)


def _values(record: Record) -> list[tuple[object, ...]]:
    units, limits = record.units or _NO_UNITS, record.limits or _NO_LIMITS_BY_NAME
    rows: list[tuple[object, ...]] = []
    for name, value in record.configurations.items():
        columns = to_columns(name, value)
        rows.append((len(rows), CONFIGURATION, name, *columns, None, None, None))
    for name, value in record.outputs.items():
        of, columns = limits.get(name, _NO_LIMITS), to_columns(name, value)
        rows.append((len(rows), OUTPUT, name, *columns, units.get(name), of.low, of.high))
    _check(record, *record.configurations, *record.outputs, *units.values())
    return rows


def _check(record: Record, *texts: str | None) -> None:
    """Refuse the character NUL, which PostgreSQL has no place for."""
    for text in texts if "\0" in "".join(filter(None, texts)) else ():
        if text and "\0" in text:
            raise ValueTypeError(
                f"Record {record.measurement_name[:80]!r}: the text {text[:80]!r} holds the "
                "character NUL, for which a database has no place in names. Leave it out."
            )


def _check_length(record: Record, *names: str | None) -> None:
    """Refuse a name that an index has no place for."""
    for name in names:
        if name and len(name) > MAX_NAME:
            raise ValueTypeError(
                f"Record {record.measurement_name[:80]!r}: the name {name[:80]!r}... has "
                f"{len(name)} characters. Names of measurements, units, runs, programs and "
                f"stations have {MAX_NAME} at most; put longer texts into configurations."
            )


def without(rows: Iterable[RecordRows], stored: set[tuple[str, int]]) -> Iterator[RecordRows]:
    """Yield the rows of records that are not stored yet, each record once."""
    seen = set(stored)
    for row in rows:
        if row.key not in seen:
            seen.add(row.key)
            yield row
