"""Numbers as sequence files have them in text."""

from __future__ import annotations

import re

_DECIMAL = re.compile(r"[+-]?(\d{1,400}(\.\d{0,400})?|\.\d{1,400})([eE][+-]?\d{1,4})?", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.ASCII | re.IGNORECASE)
_INTEGER = re.compile(r"[+-]?\d{1,20}", re.ASCII)
_INDEX = re.compile(r"\[(-?\d{1,10})\]", re.ASCII)
_BOUND = re.compile(r"(\[-?\d{1,10}\])+", re.ASCII)

RANGES = {"Int64": (-(2**63), 2**63 - 1), "UInt64": (0, 2**64 - 1)}
"""The representations of integers."""


def number_of(text: str, representation: str = "") -> int | float | None:
    """Return the number that a text says, or None if it says none.

    Args:
        text: Decimal digits, as of a number in XML.
        representation: `Int64` or `UInt64`; empty for a double.
    """
    if representation:
        return _integer_of(text, *RANGES[representation])
    if _DECIMAL.fullmatch(text) or _NOT_FINITE.fullmatch(text):
        return float(text)
    return None


def _integer_of(text: str, lowest: int, highest: int) -> int | None:
    if not _INTEGER.fullmatch(text):
        return None
    value = int(text)
    return value if lowest <= value <= highest else None


def indices_of(text: str) -> tuple[int, ...] | None:
    """Return the indices in a bound or index, as of `[0][2]`, or None if it is none."""
    if not _BOUND.fullmatch(text[:200]) or len(text) > 200:
        return None
    return tuple(int(each) for each in _INDEX.findall(text))


def array_size(lower: str, upper: str) -> int | None:
    """Return how many elements an array with these bounds has, or None if they are no bounds.

    Args:
        lower: The lowest index, as `[0]`, with one pair of brackets for each dimension.
        upper: The highest; `[]` in each dimension of an array without elements.
    """
    lowest = indices_of(lower)
    if lowest is None:
        return None
    if upper == "[]" * len(lowest):
        return 0
    highest = indices_of(upper)
    if highest is None or len(highest) != len(lowest):
        return None
    size = 1
    for low, high in zip(lowest, highest, strict=True):
        if high < low:
            return None
        size *= high - low + 1
    return size
