"""Evaluating the expressions of a step."""

from __future__ import annotations

from functools import lru_cache

from teststand_runner.expressions import (
    Expression,
    ExpressionError,
    Path,
    Refusal,
    Scope,
    assign,
    evaluate,
    parse,
    parse_target,
)
from teststand_runner.expressions.nodes import Property
from teststand_runner.expressions.values import as_condition, as_text, as_whole, is_number

LONGEST_WAIT = 31 * 24 * 3600.0
"""How long a step may ask to wait, in seconds: a month."""


@lru_cache(maxsize=1024)
def parsed(source: str) -> Expression:
    """Return an expression.

    Raises:
        ExpressionError: It is none.
    """
    return parse(source)


def value_in(scope: Scope, source: str) -> object:
    """Return the value of an expression; None of none.

    Raises:
        ExpressionError: It cannot be evaluated.
    """
    return evaluate(parsed(source), scope) if source.strip() else None


def condition_in(scope: Scope, source: str) -> bool:
    """Return whether an expression is true.

    Raises:
        ExpressionError: It cannot be evaluated, or is no condition.
    """
    value = value_in(scope, source)
    try:
        return as_condition(value)
    except Refusal as refusal:
        raise ExpressionError(refusal.what, source, 0) from None


def text_in(scope: Scope, source: str, what: str) -> str:
    """Return the string that an expression gives; see `condition_in`."""
    value = value_in(scope, source)
    try:
        return as_text(value, what)
    except Refusal as refusal:
        raise ExpressionError(refusal.what, source, 0) from None


def seconds_in(scope: Scope, source: str, what: str) -> float:
    """Return the seconds that an expression gives, none of them negative; see `condition_in`."""
    value = value_in(scope, source)
    if not is_number(value) or not 0 <= value <= LONGEST_WAIT:
        raise ExpressionError(f"{what} is {value}; it has to be a number of seconds.", source, 0)
    return float(value)


def store(scope: Scope, location: str, value: object) -> None:
    """Give the variable that an expression names a value; do nothing if it is empty.

    Raises:
        ExpressionError: There is no such variable, it is of another kind, or none is named.
    """
    if location.strip():
        assign(parse_target(location), _as_computed(value), scope)


def _as_computed(value: object) -> object:
    """Return a value as expressions compute with it: numbers in arrays are doubles.

    One by itself becomes what its variable is.
    """
    if isinstance(value, (list, tuple)):
        return [float(each) if is_number(each) else each for each in value]
    return value


def path_in(scope: Scope, source: str) -> Path | None:
    """Return the path of the variable that an expression is; None if it is something else.

    Raises:
        ExpressionError: An index in it cannot be evaluated.
    """
    node = parsed(source).root
    if not isinstance(node, Property) or not node.parts:
        return None
    return (node.root, *(_part(scope, source, each) for each in node.parts))


def _part(scope: Scope, source: str, part: object) -> str | int:
    if isinstance(part, str):
        return part
    value = evaluate(Expression(source, part), scope)  # type: ignore[arg-type]
    try:
        return as_whole(value, "An index")
    except Refusal as refusal:
        raise ExpressionError(refusal.what, source, 0) from None
