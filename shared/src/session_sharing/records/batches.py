"""The service's side of a batch: to lines, or to records; all or none, by the same checks."""

from __future__ import annotations

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
from session_sharing.records.row_documents import decode_rows, row_documents
from session_sharing.records.timestamps import microseconds_to_text, to_microseconds

_Document: TypeAlias = "dict[str, Any]"


_NEXT_DOCUMENT = b'},{"timestamp":"'
"""Between two documents of a JSON array; within a document only if a value of it is like one."""


def batch_to_text(
    records_json: bytes,
    count: int,
    *,
    now: datetime,
    limits: RecordLimits,
    contexts: SiteContexts | None = None,
) -> bytes:
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
    return _checked(records_json, count, now, limits, contexts)[1]


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
    for document in _checked(records_json, count, now, limits, contexts)[0]:
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
) -> tuple[list[_Document], bytes]:
    """Return the objects of all lines, and the lines: each has its place, and fits."""
    if contexts is not None and contexts.nothing_set:
        contexts = None
    now_text = microseconds_to_text(to_microseconds(now))
    documents = row_documents(decode_rows(records_json, count, limits), now_text, contexts)
    text = _encode_together(documents, limits)
    if text is None:
        text = b"".join([_encode(index, one, limits) for index, one in enumerate(documents)])
    return documents, text


def _encode_together(documents: list[_Document], limits: RecordLimits) -> bytes | None:
    """Return the lines of all records, if it is certain that each has its place and fits.

    To encode them one by one takes three times as long.
    """
    text = json_text.backend.encode_decoded(documents, len(documents))
    if text is None or len(text) > limits.record_bytes:
        return None
    lines = text[1:-1].replace(_NEXT_DOCUMENT, b"}\n" + _NEXT_DOCUMENT[2:]) + b"\n"
    # More, where a value looks like a document; none at all, where there is no document.
    return lines if lines.count(b"\n") == len(documents) else None


def _encode(index: int, document: _Document, limits: RecordLimits) -> bytes:
    """Return the line of one record, or say what is wrong with it."""
    text = json_text.backend.encode_decoded(document)
    name = document[MEASUREMENT_NAME]
    if text is None:
        text = encode_walked(document, f"Record {index} of the batch, {name[:80]!r}")
    return finish_line(text, limits, name, index)
