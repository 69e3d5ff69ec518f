"""What the operators do with values.

As in C where TestStand's manual does not say otherwise: a number of double precision makes the
result one, Int64 and UInt64 keep what they are, and division of these cuts the fraction off.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

from teststand_runner.expressions.errors import Refusal
from teststand_runner.expressions.limits import MAX_TEXT
from teststand_runner.expressions.values import (
    UInt64,
    as_condition,
    as_whole,
    in_64_bits,
    is_number,
    kind_of,
)

_BITS: dict[str, Callable[[int, int], int]] = {
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "<<": operator.lshift,
    ">>": operator.rshift,
}


def unary(symbol: str, value: object) -> object:
    """Return what `-`, `+`, `!` or `~` makes of a value.

    Raises:
        Refusal: It does not go with such a value.
    """
    if symbol == "!":
        return not as_condition(value)
    if not is_number(value) or (symbol == "~" and isinstance(value, float)):
        needed = "an Int64 or UInt64" if symbol == "~" else "a number"
        raise Refusal(f"{symbol} cannot be applied to {kind_of(value)}; it needs {needed}.")
    if symbol == "+" or isinstance(value, float):
        return value if symbol == "+" else -value
    if isinstance(value, UInt64):
        return UInt64((-value if symbol == "-" else ~value) % 2**64)
    return in_64_bits(-value if symbol == "-" else ~value, unsigned=False)


def binary(symbol: str, left: object, right: object) -> object:
    """Return what an operator of arithmetic or of bits makes of two values.

    Raises:
        Refusal: It does not go with such values, or the result is out of range.
    """
    if symbol == "+" and isinstance(left, str) and isinstance(right, str):
        return _joined(left, right)
    if symbol in {"&", "|", "^"} and isinstance(left, bool) and isinstance(right, bool):
        return bool(_BITS[symbol](left, right))
    if not is_number(left) or not is_number(right):
        raise Refusal(
            f"{symbol} cannot be applied to {kind_of(left)} and {kind_of(right)}. "
            "Convert one of them with Str or Val."
        )
    if symbol in _BITS:
        return _of_bits(symbol, left, right)
    if isinstance(left, float) or isinstance(right, float):
        return _of_floats(symbol, left, right)
    return _of_integers(symbol, left, right)


def _joined(left: str, right: str) -> str:
    if len(left) + len(right) > MAX_TEXT:
        raise Refusal(f"The string would have more than {MAX_TEXT} characters.")
    return left + right


def _of_floats(symbol: str, left: float, right: float) -> float:
    one, other = float(left), float(right)
    if symbol in {"/", "%"} and other == 0:
        raise Refusal("This divides by zero.")
    if symbol == "%":
        if not math.isfinite(one):
            raise Refusal(f"{one} has no remainder.")
        return math.fmod(one, other)
    if symbol == "/":
        return one / other
    return one + other if symbol == "+" else one - other if symbol == "-" else one * other


def _of_integers(symbol: str, left: float, right: float) -> int:
    unsigned = _sign(left, right)
    one, other = int(left), int(right)
    if symbol in {"/", "%"}:
        if other == 0:
            raise Refusal("This divides by zero.")
        quotient = abs(one) // abs(other) * (1 if (one < 0) == (other < 0) else -1)
        return in_64_bits(quotient if symbol == "/" else one - quotient * other, unsigned=unsigned)
    result = one + other if symbol == "+" else one - other if symbol == "-" else one * other
    return in_64_bits(result, unsigned=unsigned)


def _sign(left: object, right: object) -> bool:
    """Return whether both are without a sign; refuse one of each."""
    unsigned = isinstance(left, UInt64)
    if unsigned != isinstance(right, UInt64):
        raise Refusal("An Int64 and a UInt64 do not mix. Write both as one of them.")
    return unsigned


def _of_bits(symbol: str, left: float, right: float) -> object:
    """Return a number for two numbers, of 32 bits as constants are, else a 64-bit integer."""
    as_float = isinstance(left, float) and isinstance(right, float)
    one, other = as_whole(left, "An operand"), as_whole(right, "An operand")
    if symbol in {"<<", ">>"}:
        if not 0 <= other < 64:
            raise Refusal(f"A shift by {other} bits is not possible; it is 0 to 63.")
        as_float = isinstance(left, float)
        unsigned = isinstance(left, UInt64)
    elif not as_float:
        unsigned = _sign(left, right)
    result = _BITS[symbol](one, other)
    if not as_float:
        return in_64_bits(result, unsigned=unsigned)
    if not all(0 <= each < 2**32 for each in (one, other, result)):
        raise Refusal(f"{symbol} works on numbers of 32 bits without sign. Use Int64.")
    return float(result)
