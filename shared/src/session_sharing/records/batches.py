"""The service's side of a batch: to lines, or to records; all or none, by the same checks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeAlias

from session_sharing.records import json_text
from session_sharing.records.inheritance import SiteContexts
from session_sharing.records.lines import encode_walked, finish_line
from session_sharing.records.model import (
    CONTEXT,
    MEASUREMENT_NAME,
    Record,
    RecordContext,
    RecordLimits,
)
from session_sharing.records.reading import document_to_record
from session_sharing.records.row_documents import decode_rows, row_document
from session_sharing.records.timestamps import microseconds_to_text, to_microseconds

_Document: TypeAlias = "dict[str, Any]"


def batch_to_lines(
    records_json: bytes,
    count: int,
    *,
    now: datetime,
    limits: RecordLimits,
    contexts: SiteContexts | None = None,
) -> list[bytes]:
    """Turn a batch into lines, one for each record, each ending in a newline.

    Args:
        records_json: The rows, as the comments of `LogRecordsRequest` define them.
        count: How many they are said to be.
        now: The service's clock, for records without a time; with a time zone.
        limits: How big a record's line and the batch may be.
        contexts: What records inherit.

    Raises:
        InvalidRequestError: A record is not as it should be, named by its index; none is taken.
        TooLargeError: The batch or a line is too big; with its size and the limit.
    """
    return [line for _, line in _checked(records_json, count, now, limits, contexts)]


def batch_to_records(
    records_json: bytes,
    count: int,
    *,
    now: datetime,
    limits: RecordLimits,
    contexts: SiteContexts | None = None,
) -> list[Record]:
    """Turn a batch into records, each with a time in UTC, and with its numbers that JSON lacks.

    What is taken or refused is the same as for lines.

    Args:
        records_json: The rows, as the comments of `LogRecordsRequest` define them.
        count: How many they are said to be.
        now: The service's clock, for records without a time; with a time zone.
        limits: How big a record, as a line, and the batch may be.
        contexts: What records inherit.

    Raises:
        InvalidRequestError: A record is not as it should be, named by its index; none is taken.
        TooLargeError: The batch or a record is too big; with its size and the limit.
    """
    made: dict[tuple[tuple[str, str | int], ...], RecordContext] = {}  # many records share one
    records = []
    for document, _ in _checked(records_json, count, now, limits, contexts):
        fields = tuple(document.get(CONTEXT, {}).items())
        if fields and fields not in made:
            made[fields] = RecordContext(**dict(fields))
        records.append(document_to_record(document, made.get(fields)))
    return records


def _checked(
    records_json: bytes,
    count: int,
    now: datetime,
    limits: RecordLimits,
    contexts: SiteContexts | None,
) -> Iterator[tuple[_Document, bytes]]:
    """Yield the object and the line of each record: what can be written has its place and fits."""
    if contexts is not None and contexts.nothing_set:
        contexts = None
    now_text = microseconds_to_text(to_microseconds(now))
    for index, row in enumerate(decode_rows(records_json, count, limits)):
        document = row_document(index, row, now_text, contexts)
        text = json_text.backend.encode_decoded(document)
        name = document[MEASUREMENT_NAME]
        if text is None:
            text = encode_walked(document, f"Record {index} of the batch, {name[:80]!r}")
        yield document, finish_line(text, limits, name, index)
