"""The service's side: batches and records to the lines of a log, checked strictly, all or none.

A line is one canonical JSON object that the service itself writes, so no client can smuggle a
newline or a key into a log. The same record gives the same line, whichever way it came.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NoReturn

from session_sharing.errors import InvalidRequestError, TooLargeError, ValueTypeError
from session_sharing.records import json_text
from session_sharing.records.model import (
    CONFIGURATIONS,
    CONTEXT,
    MEASUREMENT_NAME,
    NON_FINITE,
    OUTPUTS,
    TIMESTAMP,
    Record,
    RecordLimits,
    check_context,
)
from session_sharing.records.plain import plain_values
from session_sharing.records.pointers import check_pointers
from session_sharing.records.timestamps import microseconds_to_text, to_microseconds


def batch_to_lines(
    records_json: bytes, count: int, *, now: datetime, limits: RecordLimits
) -> list[bytes]:
    """Turn a batch into lines, one for each record, each ending in a newline.

    Args:
        records_json: The rows, as the comments of `LogRecordsRequest` define them.
        count: How many they are said to be.
        now: The service's clock, for records without a time; with a time zone.
        limits: How big a record's line and the batch may be.

    Raises:
        InvalidRequestError: A record is not as it should be, named by its index; none is taken.
        TooLargeError: The batch or a line is too big; with its size and the limit.
    """
    rows = _decode_rows(records_json, count, limits)
    now_text = microseconds_to_text(to_microseconds(now))
    return [_row_to_line(index, row, now_text, limits) for index, row in enumerate(rows)]


def record_to_line(record: Record, *, now: datetime, limits: RecordLimits) -> bytes:
    """Turn one record into its line; the same bytes as through a batch.

    Args:
        record: The record; its mappings are left alone.
        now: The service's clock, for a record without a time; with a time zone.
        limits: How big the line may be.

    Raises:
        ValueTypeError: A value has no place in a record.
        TooLargeError: The line is too big; with its size and the limit.
    """
    own = record_microseconds(record)
    document: dict[str, object] = {
        TIMESTAMP: microseconds_to_text(to_microseconds(now) if own is None else own),
        MEASUREMENT_NAME: record.measurement_name,
        CONFIGURATIONS: record.configurations,
        OUTPUTS: record.outputs,
    }
    fields = record.context.fields_set if record.context is not None else None
    if fields:
        document[CONTEXT] = fields
    text = None
    if isinstance(record.configurations, dict) and isinstance(record.outputs, dict):
        text = json_text.backend.encode_callers(document, nulls=0)
    if text is None:
        text = _encode_walked(document, record_label(record))
    return _finish(text, limits, record.measurement_name)


def record_label(record: Record) -> str:
    """Say how errors call the record."""
    return f"Record {record.measurement_name[:80]!r}"


def record_microseconds(record: Record) -> int | None:
    """Return the record's time in microseconds since 1970, or None for the service's clock.

    Raises:
        ValueTypeError: In UTC it lies outside the years 1 to 9999.
    """
    if record.timestamp is None:
        return None
    try:
        return to_microseconds(record.timestamp)
    except ValueError as error:
        raise ValueTypeError(f"{record_label(record)}: the time {error}.") from error


def _decode_rows(records_json: bytes, count: int, limits: RecordLimits) -> list[object]:
    size = len(records_json)
    if size > limits.request_bytes:
        raise TooLargeError(
            f"The batch of {count} records has {size} bytes; a request may have "
            f"{limits.request_bytes}. Send fewer records at a time.",
            size=size,
            limit=limits.request_bytes,
        )
    try:
        rows = json_text.backend.decode(records_json)
    except ValueError as error:
        raise InvalidRequestError(f"The batch is no JSON: {str(error)[:200]}.") from error
    if not isinstance(rows, list):
        raise InvalidRequestError("The batch is no JSON array with an array for each record.")
    if len(rows) != count:
        raise InvalidRequestError(f"The batch holds {len(rows)} records, but says {count}.")
    return rows


def _row_to_line(index: int, row: object, now_text: str, limits: RecordLimits) -> bytes:
    if type(row) is not list or not 4 <= len(row) <= 6:
        _refuse(index, "it is no array of 4 to 6 elements")
    microseconds, name, configurations, outputs = row[:4]
    if type(name) is not str:
        _refuse(index, "its measurement name is no text")
    if type(configurations) is not dict or type(outputs) is not dict:
        _refuse(index, "its configurations and its outputs must be objects")
    document: dict[str, object] = {
        TIMESTAMP: now_text if microseconds is None else _row_time(index, microseconds),
        MEASUREMENT_NAME: name,
        CONFIGURATIONS: configurations,
        OUTPUTS: outputs,
    }
    if len(row) > 4:
        _add_optional(index, row, document)
    text = json_text.backend.encode_decoded(document)
    if text is None:
        text = _encode_walked(document, f"Record {index} of the batch, {name[:80]!r}")
    return _finish(text, limits, name, index)


def _row_time(index: int, microseconds: object) -> str:
    if type(microseconds) is not int:
        _refuse(index, "its time is neither an integer (microseconds since 1970) nor null")
    try:
        return microseconds_to_text(microseconds)
    except ValueError as error:
        _refuse(index, f"its time {error}")


def _add_optional(index: int, row: list[object], document: dict[str, object]) -> None:
    """Take the context and the places of non-finite numbers of a row, where it has them."""
    if row[4] is not None:
        fields = _row_context(index, row[4])
        if fields:
            document[CONTEXT] = fields
    if len(row) > 5 and row[5] is not None:
        try:
            pointers = check_pointers(row[5], document[CONFIGURATIONS], document[OUTPUTS])
        except ValueError as error:
            _refuse(index, str(error))
        if pointers:
            document[NON_FINITE] = pointers


def _row_context(index: int, context: object) -> Mapping[str, object]:
    if type(context) is not dict:
        _refuse(index, "its context is neither an object nor null")
    try:
        return check_context(context)
    except ValueError as error:
        _refuse(index, str(error))


def _encode_walked(document: dict[str, object], label: str) -> bytes:
    """Encode a line whose values need a walk: to name what has no place, or to spell NaN."""
    plain = plain_values(document[CONFIGURATIONS], document[OUTPUTS], label)
    document |= {CONFIGURATIONS: plain.configurations, OUTPUTS: plain.outputs}
    if plain.non_finite:
        document[NON_FINITE] = plain.non_finite
    return json_text.backend.encode(document)


def _finish(text: bytes, limits: RecordLimits, name: str, index: int | None = None) -> bytes:
    size = len(text) + 1
    if size > limits.record_bytes:
        where = "" if index is None else f" ({index} of the batch)"
        raise TooLargeError(
            f"Record {name[:80]!r}{where} has {size} bytes; a record may have "
            f"{limits.record_bytes}. Log it in parts, or store large data in a file of its own.",
            size=size,
            limit=limits.record_bytes,
        )
    return text + b"\n"


def _refuse(index: int, reason: str) -> NoReturn:
    raise InvalidRequestError(
        f"Record {index} of the batch cannot be taken, so none was: {reason.rstrip('.')}."
    )
