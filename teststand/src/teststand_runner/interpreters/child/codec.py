"""Values between the runner and an interpreter, as JSON.

Numbers, strings, Booleans, None, lists and tuples go over by value. What else there is goes as a
reference, which the side that has it makes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_MOST_ITEMS = 1_000_000
_DEEPEST = 50


class _TooMuchError(Exception):
    """A value has too many parts, or holds itself."""


def encode(value: object, refer: Callable[[object], dict[str, Any]]) -> object:
    """Return a value as JSON has it.

    Args:
        value: The value. An integer beyond 64 bits, and a list or tuple with too much in it, go as
            references.
        refer: Makes the reference of what does not go by value: a dict with a key other than
            `tuple`.
    """
    try:
        return _Encoding(refer).encode(value, 0)
    except _TooMuchError:
        return refer(value)


def decode(value: object, find: Callable[[dict[str, Any]], object]) -> object:
    """Return the value of what `encode` made.

    Args:
        value: What JSON has.
        find: Returns what a reference stands for.
    """
    if isinstance(value, list):
        return [decode(item, find) for item in value]
    if not isinstance(value, dict):
        return value
    if "tuple" in value:
        return tuple(decode(item, find) for item in value["tuple"])
    return find(value)


class _Encoding:
    """One value on its way, with a count of its parts."""

    def __init__(self, refer: Callable[[object], dict[str, Any]]) -> None:
        self._refer = refer
        self._items = 0

    def encode(self, value: object, depth: int) -> object:
        self._items += 1
        if self._items > _MOST_ITEMS or depth > _DEEPEST:
            raise _TooMuchError
        if isinstance(value, (list, tuple)):
            items = [self.encode(item, depth + 1) for item in value]
            return items if isinstance(value, list) else {"tuple": items}
        return self._simple(value)

    def _simple(self, value: object) -> object:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int) and -(2**63) <= value < 2**64:
            return int(value)
        # Also what derives from them, as the numbers of NumPy and members of enumerations do.
        if isinstance(value, float):
            return float(value)
        return str.__str__(value) if isinstance(value, str) else self._refer(value)
