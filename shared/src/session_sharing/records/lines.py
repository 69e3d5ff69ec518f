"""The lines of a log: one canonical JSON object each.

The service itself writes them, so no client can smuggle a newline or a key into a log. The same
record gives the same line, whichever way it came.
"""

from __future__ import annotations

from datetime import datetime

from session_sharing.errors import TooLargeError, ValueTypeError
from session_sharing.records import json_text
from session_sharing.records.details import details_to_json
from session_sharing.records.model import (
    CONFIGURATIONS,
    CONTEXT,
    MEASUREMENT_NAME,
    NON_FINITE,
    OUTPUTS,
    TIMESTAMP,
    Record,
    RecordLimits,
)
from session_sharing.records.plain import plain_values
from session_sharing.records.timestamps import microseconds_to_text, to_microseconds


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
    if record.context is not None and record.context.fields_set:
        document[CONTEXT] = record.context.fields_set
    text = None
    if isinstance(record.configurations, dict) and isinstance(record.outputs, dict):
        text = json_text.backend.encode_callers(document, nulls=0)
    if text is None:
        text = encode_walked(document, record_label(record))
    details = details_to_json(record.details)
    if details:  # They were checked when the record was made; and nulls among them are meant so.
        text = text[:-1] + b"," + json_text.backend.encode(details)[1:]
    return finish_line(text, limits, record.measurement_name)


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


def encode_walked(document: dict[str, object], label: str) -> bytes:
    """Encode a line whose values need a walk: to name what has no place, or to spell NaN.

    Args:
        document: The object of the line; its values become plain ones.
        label: How errors call the record.

    Raises:
        ValueTypeError: A value has no place in a record.
    """
    plain = plain_values(document[CONFIGURATIONS], document[OUTPUTS], label)
    document |= {CONFIGURATIONS: plain.configurations, OUTPUTS: plain.outputs}
    if plain.non_finite:
        document[NON_FINITE] = plain.non_finite
    return json_text.backend.encode(document)


def finish_line(text: bytes, limits: RecordLimits, name: str, index: int | None = None) -> bytes:
    """End a line, unless it is too long.

    Args:
        text: The line so far.
        limits: How long it may be.
        name: The name of the measurement.
        index: The place of the record in its batch.

    Raises:
        TooLargeError: The line is too big; with its size and the limit.
    """
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
