"""One value of a record as typed columns, and back: exactly what it was."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from session_sharing.errors import ValueTypeError
from session_sharing.records import Value, json_text
from session_sharing.records.plain import plain_values
from session_sharing.records.pointers import NON_FINITE_NUMBERS, restore_numbers

NEGATIVE_ZERO = "-0"
"""What `special` holds beside a number which is 0: SQLite drops the sign."""

_INTEGER_LIMIT = 2**63
_NUL = "\0"


ValueColumns: TypeAlias = (
    "tuple[float | None, int | None, bool | None, str | None, str | None, str | None]"
)
"""The columns of a value; all are None for no value.

1. number: any finite number; an integer beyond 53 bits is rounded here.
2. integer: an integer, exactly.
3. boolean: a truth value.
4. text: a text; one with the character NUL, which PostgreSQL has no place for, is in `json`.
5. json: a list or a mapping. Texts stand for NaN and the infinities.
6. special: NaN, Infinity or -Infinity for a number that is not finite; -0 beside a negative zero;
   beside JSON the places of texts that stand for numbers, as a JSON list of pointers which begin
   like those of a log file.
"""

_NOTHING: ValueColumns = (None, None, None, None, None, None)
_TRUE: ValueColumns = (None, None, True, None, None, None)
_FALSE: ValueColumns = (None, None, False, None, None, None)


def to_columns(name: str, value: object) -> ValueColumns:
    """Spread a value over its columns.

    Args:
        name: Of the value, for errors and pointers.
        value: Any value that has a place in a record.

    Raises:
        ValueTypeError: It has none.
    """
    handler = _HANDLERS.get(type(value))
    if handler is not None:
        return handler(name, value)
    return _walked(name, value)


def from_columns(name: str, columns: ValueColumns) -> Value:
    """Return the value that was spread over columns: the inverse of `to_columns`."""
    number, integer, boolean, text, document, special = columns
    if integer is not None:
        return integer
    if text is not None:
        return text
    if boolean is not None:
        return bool(boolean)
    if document is not None:
        return _from_json(name, document, special)
    if special is not None:
        return -0.0 if special == NEGATIVE_ZERO else NON_FINITE_NUMBERS[special]
    return number


def _number(_name: str, value: float) -> ValueColumns:
    if math.isfinite(value):
        if value or math.copysign(1.0, value) > 0:
            return value, None, None, None, None, None
        return 0.0, None, None, None, None, NEGATIVE_ZERO
    if value != value:  # noqa: PLR0124 - only NaN
        return None, None, None, None, None, "NaN"
    return None, None, None, None, None, "Infinity" if value > 0 else "-Infinity"


def _integer(name: str, value: int) -> ValueColumns:
    if -_INTEGER_LIMIT <= value < _INTEGER_LIMIT:
        return float(value), value, None, None, None, None
    raise ValueTypeError(f"The value {name[:80]!r} is beyond signed 64 bits. Log it as a text.")


def _text(_name: str, value: str) -> ValueColumns:
    if _NUL in value:
        return None, None, None, None, json.dumps(value), None
    return None, None, None, value, None, None


def _nested(name: str, value: object) -> ValueColumns:
    document = json_text.backend.encode_callers(value, nulls=0)
    if document is None:
        return _walked(name, value)
    return None, None, None, None, document.decode(), None


def _walked(name: str, value: object) -> ValueColumns:
    """Spread a value that has to be walked: another type, or one that holds NaN or None."""
    plain = plain_values({}, {name: value}, f"The value {name[:80]!r}")
    kept = plain.outputs[name]
    if isinstance(kept, (list, dict)):
        special = json.dumps(plain.non_finite) if plain.non_finite else None
        return None, None, None, None, json_text.backend.encode(kept).decode(), special
    if plain.non_finite:
        return None, None, None, None, None, str(kept)
    return to_columns(name, kept)


def _from_json(name: str, document: str, special: str | None) -> Value:
    holder: dict[str, Any] = {name: json_text.backend.decode(document.encode())}
    if special is not None:
        restore_numbers(json.loads(special), {}, holder)
    value: Value = holder[name]
    return value


_Handler: TypeAlias = "Callable[[str, Any], ValueColumns]"
_HANDLERS: Mapping[type, _Handler] = {
    float: _number,
    int: _integer,
    bool: lambda _name, value: _TRUE if value else _FALSE,
    str: _text,
    type(None): lambda _name, _value: _NOTHING,
    list: _nested,
    dict: _nested,
}
