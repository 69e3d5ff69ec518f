"""The client's side of a batch: records to rows, and rows to as few requests as fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from session_sharing.errors import TooLargeError, ValueTypeError
from session_sharing.records import json_text
from session_sharing.records.details import details_to_json
from session_sharing.records.lines import record_label, record_microseconds, record_to_line
from session_sharing.records.model import Record, RecordLimits
from session_sharing.records.plain import plain_values
from session_sharing.records.timestamps import to_microseconds

REQUEST_MARGIN = 4096
"""What a request holds beside its records, at most, in bytes."""

MAX_BATCH_RECORDS = 1024
"""How many records a batch holds; a service stores it at one go while others wait."""

_LINE_MARGIN = 256  # a line is longer than its row by its keys and by the time in full
_ANY_TIME = datetime(2000, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Batch:
    """Some records, encoded for one request.

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
    max_records: int = MAX_BATCH_RECORDS,
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
    budget = limits.request_bytes - REQUEST_MARGIN
    default = None if now is None else to_microseconds(now)
    rows: list[bytes] = []
    size = 1
    for record in each_record(records):
        row = encode_row(record, limits, default)
        if rows and (size + len(row) > budget or len(rows) >= max_records):
            yield join_rows(rows)
            rows, size = [], 1
        rows.append(row)
        size += len(row)
    if rows:
        yield join_rows(rows)


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
    if pointers or record.context is not None or record.details is not None:
        text = b",".join((text[:-1], *_optional(record, pointers))) + b"]"
    size = len(text) + _LINE_MARGIN
    if size > limits.record_bytes or size > limits.request_bytes - REQUEST_MARGIN:
        _check_size(record, len(text), limits)
    # The copy also matters: orjson's own bytes hold on to memory that is slow to get anew.
    return text + b","


def _encode_walked(row: list[object], record: Record) -> tuple[bytes, list[str]]:
    plain = plain_values(record.configurations, record.outputs, record_label(record))
    row[2:] = plain.configurations, plain.outputs
    return json_text.backend.encode(row), plain.non_finite


def _optional(record: Record, pointers: list[str] | None) -> list[bytes]:
    """Encode the context, the places of NaN and the like, and the details, up to the last of them.

    They come last because a run's identifier must not look like a value that needs a walk. The
    context and the details were checked when they were made.
    """
    details = details_to_json(record.details)
    elements: list[object] = [None if record.context is None else record.context.fields_set]
    if pointers or details:
        elements.append(pointers or None)
    if details:
        elements.append(details)
    return [json_text.backend.encode(element) for element in elements]


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
