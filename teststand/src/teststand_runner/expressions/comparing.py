"""Comparisons, as TestStand makes them."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from teststand_runner.expressions.errors import Refusal
from teststand_runner.expressions.values import is_number, kind_of, number_of

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def compare(symbol: str, left: object, right: object) -> bool:
    """Return what a comparison says of two values.

    Strings are compared without regard to case, a string with a number as a number, and numbers
    that are not 0 by their first 14 digits. What is not a number is equal to itself.

    Raises:
        Refusal: Values of these kinds are not compared.
    """
    comparison = COMPARISONS[symbol]
    if isinstance(left, str) and isinstance(right, str):
        return comparison(left.lower(), right.lower())
    if isinstance(left, bool) and isinstance(right, bool):
        return comparison(left, right)
    one, other = _as_number(left, right), _as_number(right, left)
    if one is not None and other is not None:
        return _compare_numbers(comparison, one, other)
    if symbol in {"==", "!="} and _is_reference(left) and _is_reference(right):
        return (left is right) == (symbol == "==")
    raise Refusal(f"{kind_of(left).capitalize()} and {kind_of(right)} are not compared.")


def _as_number(value: object, other: object) -> float | None:
    if isinstance(value, str) and is_number(other):
        return number_of(value)
    return value if is_number(value) else None


def _compare_numbers(comparison: Callable[[Any, Any], bool], one: float, other: float) -> bool:
    if isinstance(one, int) and isinstance(other, int):
        return comparison(one, other)
    one, other = float(one), float(other)
    if math.isnan(one) and math.isnan(other):
        return comparison(0, 0)
    return comparison(_rounded(one), _rounded(other)) if one and other else comparison(one, other)


def _rounded(number: float) -> float:
    return float(f"{number:.13e}")


def _is_reference(value: object) -> bool:
    return value is None or kind_of(value) == "a reference"
