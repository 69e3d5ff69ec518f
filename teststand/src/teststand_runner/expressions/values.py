"""What expressions compute with, and how one kind of value becomes another.

A number is a `float`; a whole number of 64 bits is an `int`, or `UInt64` if it has no sign. The
others are `str`, `bool`, `list`, and None for `Nothing`. Whatever else a scope holds is a reference
that expressions hand on but do not look into.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TypeGuard

from session_sharing.text import shorten
from teststand_runner.expressions.errors import Refusal

_NUMBER = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*")
_LONGEST_NUMBER, _SHOWN = 400, 40


class UInt64(int):
    """A whole number of 64 bits without a sign."""


def kind_of(value: object) -> str:
    """Return what a value is, with its article, for a message."""
    if value is None:
        return "Nothing"
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "a Boolean"),
        (UInt64, "a UInt64"),
        (int, "an Int64"),
        (float, "a number"),
        (str, "a string"),
        ((list, tuple), "an array"),
        (Mapping, "a container"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), "a reference")


def is_number(value: object) -> TypeGuard[float]:
    """Return whether a value is a number of any representation. A Boolean is none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def as_condition(value: object) -> bool:
    """Return a Boolean, or whether a number is not 0, as in C.

    Raises:
        Refusal: It is neither.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return value != 0
    raise Refusal(f"This is {kind_of(value)}; a condition is a Boolean or a number.")


def as_text(value: object, what: str) -> str:
    """Return a value that has to be a string.

    Raises:
        Refusal: It is none.
    """
    if isinstance(value, str):
        return value
    raise Refusal(f"{what} is {kind_of(value)}; it has to be a string.")


def as_whole(value: object, what: str) -> int:
    """Return a value that has to be a number without a fraction.

    Raises:
        Refusal: It is no number, or has a fraction.
    """
    if is_number(value):
        if math.isfinite(value) and int(value) == value:
            return int(value)
        raise Refusal(f"{what} is {value}; it has to be a whole number.")
    raise Refusal(f"{what} is {kind_of(value)}; it has to be a whole number.")


def text_of(value: object) -> str:
    """Return a simple value as TestStand's Str does without a format: 13 digits.

    Raises:
        Refusal: It is neither a number nor a string nor a Boolean.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, int)):
        return str(value)
    if isinstance(value, float):
        return f"{value:.13G}" if not math.isfinite(value) else f"{value:.13g}"
    raise Refusal(f"{kind_of(value).capitalize()} cannot be made a string.")


def number_of(text: str) -> float:
    """Return the number that a text is.

    Raises:
        Refusal: It is no number.
    """
    if len(text) <= _LONGEST_NUMBER and _NUMBER.fullmatch(text):
        return float(text)
    raise Refusal(f"The string {text[:40]!r} is no number.")


def in_64_bits(value: int, *, unsigned: bool) -> int:
    """Return a whole number as UInt64 or Int64.

    Raises:
        Refusal: It does not fit.
    """
    low, high = (0, 2**64) if unsigned else (-(2**63), 2**63)
    if low <= value < high:
        return UInt64(value) if unsigned else int(value)
    kind = "UInt64" if unsigned else "Int64"
    raise Refusal(f"{shorten(str(value), _SHOWN)} is beyond the range of {kind}.")


def converted(value: object, like: object) -> object:
    """Return a value as the kind that a property has, as an assignment converts it.

    Args:
        value: The new value.
        like: The value that the property has.

    Raises:
        Refusal: There is no such conversion.
    """
    simple = (bool, int, float, str)
    if isinstance(like, simple) and isinstance(value, simple):
        return _converted_simple(value, like)
    if isinstance(like, list) and isinstance(value, (list, tuple)):
        return list(value)
    if not isinstance(like, (*simple, list, Mapping)):  # a reference: it takes what it is given
        return value
    raise Refusal(f"{kind_of(value).capitalize()} cannot be assigned to {kind_of(like)}.")


def _converted_simple(value: float | str, like: object) -> object:
    if isinstance(like, str):
        return text_of(value)
    if isinstance(like, bool):
        return _as_boolean(value)
    number = number_of(value) if isinstance(value, str) else value
    if isinstance(like, float):
        return float(number)
    whole = int(number) if isinstance(number, bool) else as_whole(number, "What is assigned")
    return in_64_bits(whole, unsigned=isinstance(like, UInt64))


def _as_boolean(value: object) -> bool:
    if not isinstance(value, str):
        return as_condition(value)
    known = {"true": True, "false": False}
    if value.lower() in known:
        return known[value.lower()]
    raise Refusal(f"The string {value[:40]!r} is neither True nor False.")
