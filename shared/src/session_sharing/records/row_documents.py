"""The rows of a batch to the objects of lines: checked strictly, all or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from session_sharing.errors import InvalidRequestError, TooLargeError
from session_sharing.records import json_text
from session_sharing.records.details import (
    DETAILS,
    check_details,
    details_from_json,
    details_to_json,
)
from session_sharing.records.inheritance import SiteContexts
from session_sharing.records.model import (
    CONFIGURATIONS,
    CONTEXT,
    MEASUREMENT_NAME,
    NON_FINITE,
    OUTPUTS,
    TIMESTAMP,
    RecordLimits,
    check_context,
)
from session_sharing.records.pointers import check_pointers
from session_sharing.records.timestamps import microseconds_to_text

_LEAST, _MOST = 4, 7
_CONTEXT, _NON_FINITE, _DETAILS = 4, 5, 6
"""How many elements a row has, and where those are that it may lack."""


def decode_rows(records_json: bytes, count: int, limits: RecordLimits) -> list[object]:
    """Decode a batch; the rows are still to be checked.

    Args:
        records_json: The rows, as the comments of `LogRecordsRequest` define them.
        count: How many they are said to be.
        limits: How big the batch may be.

    Raises:
        InvalidRequestError: It is no JSON array of so many elements.
        TooLargeError: It is too big; with its size and the limit.
    """
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


def row_documents(
    rows: Sequence[object], now_text: str, contexts: SiteContexts | None
) -> list[dict[str, Any]]:
    """Return the objects of the lines of a batch; what their values hold is still to be checked.

    Args:
        rows: The rows, as they were decoded.
        now_text: The time of a row that has none.
        contexts: What the records inherit; None for nothing.

    Raises:
        InvalidRequestError: A row is not as it should be; it is named by its index.
    """
    documents = []
    last, time_text = None, ""
    for index, row in enumerate(rows):
        if contexts is None and type(row) is list and len(row) == _LEAST:
            time, name, configurations, outputs = row
            # Most rows are as plain as that: a call for each would take half as long again.
            has_place = type(configurations) is dict and type(outputs) is dict
            if has_place and type(time) is int and type(name) is str and name:
                if time != last:  # Records that were logged together mostly have one time.
                    last, time_text = time, _time(index, time)
                documents.append(
                    {
                        TIMESTAMP: time_text,
                        MEASUREMENT_NAME: name,
                        CONFIGURATIONS: configurations,
                        OUTPUTS: outputs,
                    }
                )
                continue
        documents.append(row_document(index, row, now_text, contexts))
    return documents


def row_document(
    index: int, row: object, now_text: str, contexts: SiteContexts | None
) -> dict[str, Any]:
    """Return the object of a row's line; what its values hold is still to be checked.

    Args:
        index: The place of the row in its batch.
        row: A row, as it was decoded.
        now_text: The time of a row that has none.
        contexts: What the record inherits; None for nothing.

    Raises:
        InvalidRequestError: The row is not as it should be; it is named by its index.
    """
    if type(row) is not list or not _LEAST <= len(row) <= _MOST:
        _refuse(index, f"it is no array of {_LEAST} to {_MOST} elements")
    microseconds, name, configurations, outputs = row[:_LEAST]
    if type(name) is not str:
        _refuse(index, "its measurement name is no text")
    if not name:
        _refuse(index, "its measurement name is empty; say what was measured")
    if type(configurations) is not dict or type(outputs) is not dict:
        _refuse(index, "its configurations and its outputs must be objects")
    document: dict[str, Any] = {
        TIMESTAMP: now_text if microseconds is None else _time(index, microseconds),
        MEASUREMENT_NAME: name,
        CONFIGURATIONS: configurations,
        OUTPUTS: outputs,
    }
    if len(row) > _LEAST or contexts is not None:
        try:
            _add_optional(row, document, contexts)
        except ValueError as error:
            _refuse(index, str(error))
    return document


def _time(index: int, microseconds: object) -> str:
    if type(microseconds) is not int:
        _refuse(index, "its time is neither an integer (microseconds since 1970) nor null")
    try:
        return microseconds_to_text(microseconds)
    except ValueError as error:
        _refuse(index, f"its time {error}")


def _add_optional(
    row: list[object], document: dict[str, Any], contexts: SiteContexts | None
) -> None:
    """Take what a row may lack: its context, its places of non-finite numbers, its details."""
    context = _context(row[_CONTEXT]) if len(row) > _CONTEXT else {}
    if contexts is not None:
        context = contexts.inherit(context)
    if context:
        document[CONTEXT] = context
    if len(row) > _NON_FINITE and row[_NON_FINITE] is not None:
        pointers = check_pointers(row[_NON_FINITE], document[CONFIGURATIONS], document[OUTPUTS])
        if pointers:
            document[NON_FINITE] = pointers
    if len(row) > _DETAILS and row[_DETAILS] is not None:
        document |= _details(row[_DETAILS], document[OUTPUTS])


def _context(context: object) -> Mapping[str, str | int]:
    if context is None:
        return {}
    if type(context) is not dict:
        raise ValueError("its context is neither an object nor null")
    return check_context(context)


def _details(details: object, outputs: object) -> dict[str, Any]:
    if type(details) is not dict:
        raise ValueError("its details are neither an object nor null")
    unknown = [repr(name[:40]) for name in details if name not in DETAILS]
    if unknown:
        raise ValueError(
            f"details have no field {', '.join(unknown)[:200]}; they have {', '.join(DETAILS)}"
        )
    return details_to_json(check_details(details_from_json(details), outputs))


def _refuse(index: int, reason: str) -> NoReturn:
    raise InvalidRequestError(
        f"Record {index} of the batch cannot be taken, so none was: {reason.rstrip('.')}."
    )
