"""From what callers log to plain JSON values: strict, and saying where something has no place.

Plain are None, bool, signed 64 bit int, finite float, str, list, and dict with str keys, of exactly
these types. Nothing turns silently into something else: a time, a fraction or an identifier is
refused, not written as text.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

from session_sharing.errors import ValueTypeError
from session_sharing.records.model import CONFIGURATIONS, MAX_NESTING, OUTPUTS, Value
from session_sharing.records.pointers import Place, pointer
from session_sharing.records.texts import is_utf8

_INTEGER_LIMIT = 2**63
_FLOATS = frozenset({float})
_ARRAY_KINDS = "biufUO"  # numpy's kinds whose tolist() loses nothing; a time's may become a number
_LISTED_TYPES = (bool, int, float, str, list, type(None))


@dataclass(frozen=True)
class PlainValues:
    """The values of a record, copied and made plain.

    Attributes:
        configurations: The plain configurations.
        outputs: The plain outputs.
        non_finite: Where the texts NaN, Infinity and -Infinity stand for numbers, as JSON pointers.
    """

    configurations: dict[str, Value]
    outputs: dict[str, Value]
    non_finite: list[str]


def plain_values(configurations: object, outputs: object, record: str) -> PlainValues:
    """Make the values of a record plain; the caller's own objects are left alone.

    Args:
        configurations: A mapping with text keys.
        outputs: A mapping with text keys.
        record: How errors call the record.

    Raises:
        ValueTypeError: A value has no place in a record.
    """
    walk = _Walk(record)
    return PlainValues(
        walk.root(configurations, CONFIGURATIONS), walk.root(outputs, OUTPUTS), walk.non_finite
    )


def unwrap(value: object) -> object:
    """Turn a value of another type into one of the types that JSON knows, one layer deep.

    Raises:
        TypeError: There is no such value.
    """
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float):
        return float(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple):
        return list(value)
    return _listed(value)


def _listed(value: object) -> object:
    """Take numpy's scalars and arrays, and what is like them, without importing numpy."""
    tolist = getattr(value, "tolist", None)
    kind = getattr(getattr(value, "dtype", None), "kind", "O")
    if callable(tolist) and kind in _ARRAY_KINDS and not isinstance(value, (memoryview, type)):
        listed: object = tolist()
        if isinstance(listed, _LISTED_TYPES):
            return listed
    raise TypeError("there is no JSON for it")


@dataclass
class _Walk:
    """One pass over the values of one record."""

    record: str
    non_finite: list[str] = field(default_factory=list)

    def root(self, value: object, name: str) -> dict[str, Value]:
        if not isinstance(value, Mapping):
            raise self.refusal(value, (None, name), "a mapping is needed here")
        return self.mapping(value, (None, name), 0)

    def constant(self, value: Any, _place: Place, _depth: int) -> Value:  # noqa: ANN401 - a Value
        return value  # type: ignore[no-any-return]

    def number(self, value: float, place: Place, _depth: int) -> Value:
        if math.isfinite(value):
            return value
        self.non_finite.append(pointer(place))
        if math.isnan(value):
            return "NaN"
        return "Infinity" if value > 0 else "-Infinity"

    def integer(self, value: int, place: Place, _depth: int) -> Value:
        if not -_INTEGER_LIMIT <= value < _INTEGER_LIMIT:
            raise self.refusal(value, place, "it is beyond signed 64 bits")
        return int(value)

    def text(self, value: str, place: Place, _depth: int) -> str:
        if not is_utf8(value):
            raise self.refusal(value, place, "half of a surrogate pair is no UTF-8")
        return str.__str__(value)

    def mapping(self, value: Mapping[object, object], place: Place, depth: int) -> dict[str, Value]:
        self.check_depth(value, place, depth)
        plain: dict[str, Value] = {}
        for key, item in value.items():
            if not isinstance(key, str):
                raise self.refusal(key, place, "it is a key here, and keys are texts")
            name = self.text(key, place, depth)
            handler = _HANDLERS.get(type(item), _Walk.subtype)
            plain[name] = handler(self, item, (place, name), depth + 1)
        return plain

    def sequence(self, value: Iterable[Any], place: Place, depth: int) -> list[Value]:
        self.check_depth(value, place, depth)
        if _FLOATS.issuperset(map(type, value)) and all(map(math.isfinite, value)):
            return list(value)  # a waveform: checked without a step of Python for each number
        plain: list[Value] = []
        for index, item in enumerate(value):
            handler = _HANDLERS.get(type(item), _Walk.subtype)
            plain.append(handler(self, item, (place, index), depth + 1))
        return plain

    def subtype(self, value: object, place: Place, depth: int) -> Value:
        """Take a type that is not JSON's own; an enumeration first, since it may also be a str."""
        if not isinstance(value, Enum):
            for kind in (str, int, dict, list):
                if isinstance(value, kind):
                    return _HANDLERS[kind](self, value, place, depth)
        try:
            unwrapped = unwrap(value)
        except TypeError as error:
            raise self.refusal(value, place, str(error)) from error
        return _HANDLERS.get(type(unwrapped), _Walk.subtype)(self, unwrapped, place, depth)

    def check_depth(self, value: object, place: Place, depth: int) -> None:
        if depth > MAX_NESTING:
            raise self.refusal(value, place, f"it lies more than {MAX_NESTING} levels deep")

    def refusal(self, value: object, place: Place, reason: str) -> ValueTypeError:
        return ValueTypeError(
            f"{self.record}: {_shown(value)} at {pointer(place)[:200]} has no place in a record: "
            f"{reason}. Values are None, bool, int (signed 64 bit), float, str, and lists and "
            "mappings of them."
        )


_Handler: TypeAlias = "Callable[[_Walk, Any, Place, int], Value]"
_HANDLERS: Mapping[type, _Handler] = {
    bool: _Walk.constant,
    type(None): _Walk.constant,
    float: _Walk.number,
    int: _Walk.integer,
    str: _Walk.text,
    dict: _Walk.mapping,
    list: _Walk.sequence,
    tuple: _Walk.sequence,
}


def _shown(value: object) -> str:
    """Show a value in an error without its whole length."""
    if isinstance(value, (str, bytes)):
        return repr(value[:40])
    if isinstance(value, int) and value.bit_length() < 200:
        return repr(value)
    return f"a value of type {type(value).__name__}"
