"""Lines of a log back to records, those of other writers too."""

from __future__ import annotations

from typing import Any

from session_sharing.errors import InvalidRequestError
from session_sharing.records import json_text
from session_sharing.records.details import details_from_json
from session_sharing.records.model import (
    CONFIGURATIONS,
    CONTEXT,
    CONTEXT_FIELDS,
    MEASUREMENT_NAME,
    NON_FINITE,
    OUTPUTS,
    TIMESTAMP,
    Record,
    RecordContext,
)
from session_sharing.records.plain import plain_values
from session_sharing.records.pointers import restore_numbers
from session_sharing.records.timestamps import from_text


def parse_line(line: bytes) -> Record:
    """Read one line of a log as a record, its time in UTC, its non-finite numbers as floats.

    A time without a zone is taken as UTC, as NI's example writes it. Unknown keys are passed over.

    Args:
        line: One line, with or without its newline.

    Raises:
        InvalidRequestError: The line is no such record; says why, and shows how it begins.
    """
    try:
        return _record(json_text.backend.decode(line), json_text.has_long_integer(line))
    except (ValueError, InvalidRequestError) as error:
        beginning = line[:80].decode(errors="replace")
        raise InvalidRequestError(
            f"The line is no measurement record: {str(error)[:400].rstrip('.')}. "
            f"It begins with {beginning!r}."
        ) from error


def document_to_record(document: dict[str, Any], context: RecordContext | None) -> Record:
    """Make a record of the object of a line; numbers are restored in it.

    Args:
        document: The object.
        context: What its context was read as.

    Raises:
        InvalidRequestError: It is no such object.
        ValueError: It is none either.
    """
    configurations, outputs = (
        _typed(document, CONFIGURATIONS, dict),
        _typed(document, OUTPUTS, dict),
    )
    restore_numbers(_pointers(document), configurations, outputs)
    return Record(
        _typed(document, MEASUREMENT_NAME, str),
        configurations,
        outputs,
        from_text(_typed(document, TIMESTAMP, str)),
        context,
        *details_from_json(document),
    )


def _record(document: object, check_integers: bool) -> Record:
    if not isinstance(document, dict):
        raise InvalidRequestError("it is no JSON object")
    if check_integers:
        plain_values(document.get(CONFIGURATIONS), document.get(OUTPUTS), "A value")
    return document_to_record(document, _context(document.get(CONTEXT)))


def _typed(document: dict[str, Any], key: str, wanted: type) -> Any:  # noqa: ANN401 - as `wanted`
    value = document.get(key)
    if not isinstance(value, wanted):
        raise InvalidRequestError(
            f"{key} is missing or no {'object' if wanted is dict else 'text'}"
        )
    return value


def _pointers(document: dict[str, Any]) -> list[str]:
    pointers = document.get(NON_FINITE, [])
    if not isinstance(pointers, list) or not all(isinstance(item, str) for item in pointers):
        raise InvalidRequestError(f"{NON_FINITE} is no list of JSON pointers")
    return pointers


def _context(fields: object) -> RecordContext | None:
    if fields is None:
        return None
    if not isinstance(fields, dict):
        raise InvalidRequestError(f"{CONTEXT} is no object")
    return RecordContext(**{name: fields[name] for name in CONTEXT_FIELDS if name in fields})
