"""The client's side of a batch: records to rows, and rows to as few requests as fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import chain, islice

from session_sharing.errors import TooLargeError, ValueTypeError
from session_sharing.records import json_text
from session_sharing.records.details import details_to_json
from session_sharing.records.lines import record_label, record_microseconds, record_to_line
from session_sharing.records.model import Record, RecordLimits
from session_sharing.records.plain import plain_values
from session_sharing.records.timestamps import now_microseconds, to_microseconds

REQUEST_MARGIN = 4096
"""What a request holds beside its records, at most, in bytes."""

BATCH_RECORDS = 1024
BATCH_BYTES = 256 * 1024
"""How many records a batch has, and how many bytes of them, unless one record alone has more.

Smaller ones cost more for each record; of bigger ones a service and its client handle one after the
other what they could handle at once, and others wait longer for their turn.
"""

FIRST_RECORDS = 128
"""How many records the first batch of many has, so that the service begins soon."""

_LINE_MARGIN = 256  # a line is longer than its row by its keys and by the time in full
_ANY_TIME = datetime(2000, 1, 1, tzinfo=timezone.utc)


@dataclass(slots=True)
class Batch:
    """Some records, encoded for one request. It does not change once it is made.

    Attributes:
        count: How many records they are.
        records_json: A JSON array with one row for each.
    """

    count: int
    records_json: bytes


def encode_batches(
    records: Iterable[Record],
    limits: RecordLimits,
    *,
    now: datetime | None = None,
    max_records: int = BATCH_RECORDS,
) -> Iterator[Batch]:
    """Encode records into batches, lazily and in order.

    What was yielded before an error is good; the records of the batch at hand, with the one that
    the error names, are in no batch.

    Args:
        records: The records; read no further ahead than the batch at hand needs.
        limits: How big a record and a request may be.
        now: The time of records that have none; None for the service's clock.
        max_records: How many records one batch may hold.

    Raises:
        ValueTypeError: A value has no place in a record; names the record and the value's place.
        TooLargeError: A record is too big; with its size and the limit.
    """
    default = None if now is None else to_microseconds(now)
    budget = min(BATCH_BYTES, limits.request_bytes - REQUEST_MARGIN)
    source = each_record(records)
    beginning = list(islice(source, max_records + 1))
    is_all = len(beginning) <= max_records
    chunk = max_records if is_all else min(FIRST_RECORDS, max_records)
    source = chain(beginning, source)
    while taken := list(islice(source, chunk)):
        text = _encode_together(taken, limits, default)
        if text is None or len(taken) == 1:
            yield from _encode_apart(taken, limits, default, budget)
        elif len(text) <= budget:
            yield Batch(len(taken), text)
        else:
            source = chain(taken, source)
        if text is not None:  # Records of one call are mostly of one size.
            chunk = max(1, min(max_records, len(taken) * budget // len(text) * 15 // 16))


def _encode_together(
    records: Sequence[Record], limits: RecordLimits, default: int | None
) -> bytes | None:
    """Encode records at once, if it is certain that each has its place and fits.

    To encode them one by one takes three times as long.
    """
    rows: list[tuple[object, ...]] = []
    has_more = False
    for record in records:
        configurations, outputs = record.configurations, record.outputs
        are_dicts = isinstance(configurations, dict) and isinstance(outputs, dict)
        if not are_dicts or not record.measurement_name:
            return None
        time = default if record.timestamp is None else record_microseconds(record)
        rows.append((time, record.measurement_name, configurations, outputs))
        has_more = has_more or not record.is_plain
    nulls = sum([row[0] is None for row in rows])
    text = json_text.backend.encode_callers(rows, nulls, len(rows))
    if text is not None and has_more:
        pairs = zip(rows, records, strict=True)
        text = json_text.backend.encode_checked(
            [(*row, *_optional(one, None)) for row, one in pairs]
        )
    return None if text is None or len(text) + _LINE_MARGIN > limits.record_bytes else text


def _encode_apart(
    records: Iterable[Record], limits: RecordLimits, default: int | None, budget: int
) -> Iterator[Batch]:
    """Encode records one by one; what is wrong with one is told by its name."""
    rows: list[bytes] = []
    size = 1
    for record in records:
        row = encode_row(record, limits, default)
        if rows and size + len(row) > budget:
            yield join_rows(rows)
            rows, size = [], 1
        rows.append(row)
        size += len(row)
    if rows:
        yield join_rows(rows)


def encode_one(record: Record, limits: RecordLimits) -> Batch:
    """Encode one record as a batch of its own; without a time it gets the time now.

    Args:
        record: The record.
        limits: How big a record and a request may be.

    Raises:
        ValueTypeError: A value has no place in a record; names the record and the value's place.
        TooLargeError: The record is too big; with its size and the limit.
    """
    return Batch(1, b"[" + encode_row(record, limits, now_microseconds())[:-1] + b"]")


def each_record(records: Iterable[Record]) -> Iterator[Record]:
    """Yield what was given as records, as long as these are some.

    Raises:
        ValueTypeError: It is one record, or something else, or holds something else.
    """
    if isinstance(records, Record) or not isinstance(records, Iterable):
        raise ValueTypeError(
            f"The records are of type {type(records).__name__}. Give several, such as a list: "
            "log_many([Record(name, configurations, outputs)])."
        )
    for index, record in enumerate(records):
        if not isinstance(record, Record):
            raise ValueTypeError(
                f"Record {index} of those given is of type {type(record).__name__}. Give a Record, "
                "for example Record(name, configurations, outputs)."
            )
        yield record


def join_rows(rows: Sequence[bytes]) -> Batch:
    """Make one batch of rows from `encode_row`."""
    return Batch(len(rows), b"[" + b"".join(rows)[:-1] + b"]")


def join_batches(batches: Sequence[Batch]) -> Batch:
    """Make one batch of several, in their order."""
    if len(batches) == 1:
        return batches[0]
    rows = b",".join([batch.records_json[1:-1] for batch in batches])
    return Batch(sum([batch.count for batch in batches]), b"[" + rows + b"]")


def encode_row(record: Record, limits: RecordLimits, default: int | None = None) -> bytes:
    """Encode one record as one row of a batch, with the comma that separates it from the next.

    Args:
        record: The record; its mappings are left alone.
        limits: How big a record and a request may be.
        default: The time of a record that has none, in microseconds since 1970 in UTC; None for
            the service's clock.

    Raises:
        ValueTypeError: A value has no place in a record; names the record and the value's place.
        TooLargeError: The record is too big; with its size and the limit.
    """
    if not record.measurement_name:
        raise ValueTypeError("The measurement name is empty. Say what was measured.")
    row: list[object] = [
        default if record.timestamp is None else record_microseconds(record),
        record.measurement_name,
        record.configurations,
        record.outputs,
    ]
    text, pointers = None, None
    if isinstance(record.configurations, dict) and isinstance(record.outputs, dict):
        text = json_text.backend.encode_callers(row, nulls=1 if row[0] is None else 0)
    if text is None:
        text, pointers = _encode_walked(row, record)
    if pointers or not record.is_plain:
        optional = map(json_text.backend.encode, _optional(record, pointers))
        text = b",".join((text[:-1], *optional)) + b"]"
    size = len(text) + _LINE_MARGIN
    if size > limits.record_bytes or size > limits.request_bytes - REQUEST_MARGIN:
        _check_size(record, len(text), limits)
    # The copy also matters: orjson's own bytes hold on to memory that is slow to get anew.
    return text + b","


def _encode_walked(row: list[object], record: Record) -> tuple[bytes, list[str]]:
    plain = plain_values(record.configurations, record.outputs, record_label(record))
    row[2:] = plain.configurations, plain.outputs
    return json_text.backend.encode(row), plain.non_finite


def _optional(record: Record, pointers: list[str] | None) -> list[object]:
    """Return the context, the places of NaN and the like, and the details, up to the last of them.

    They come last because a run's identifier must not look like a value that needs a walk. The
    context and the details were checked when they were made.
    """
    details = details_to_json(record.details)
    elements: list[object] = [None if record.context is None else record.context.fields_set]
    if pointers or details:
        elements.append(pointers or None)
    if details:
        elements.append(details)
    return elements


def _check_size(record: Record, size: int, limits: RecordLimits) -> None:
    """Refuse what the service would refuse, before it is sent; the line is what counts there."""
    record_to_line(record, now=_ANY_TIME, limits=limits)
    budget = limits.request_bytes - REQUEST_MARGIN
    if size + 2 > budget:
        raise TooLargeError(
            f"{record_label(record)} needs a request of {size + 2} bytes; {budget} are left for "
            "records. Log it in parts.",
            size=size + 2,
            limit=budget,
        )
