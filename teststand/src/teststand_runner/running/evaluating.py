"""Evaluating the expressions of a step."""

from __future__ import annotations

from functools import lru_cache

from teststand_runner.expressions import (
    Expression,
    ExpressionError,
    Path,
    Refusal,
    Scope,
    evaluate,
    parse,
)
from teststand_runner.expressions.nodes import Assignment, Property
from teststand_runner.expressions.values import as_condition, as_text, as_whole, is_number
from teststand_runner.running.errors import StepFailedError

LONGEST_WAIT = 31 * 24 * 3600.0
"""How long a step may ask to wait, in seconds: a month."""

_STORED = "<value>"  # no name in an expression is like this


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
        ExpressionError: There is no such variable, or it is of another kind.
        StepFailedError: The expression names no variable.
    """
    if not location.strip():
        return
    target = parsed(location)
    if not isinstance(target.root, Property):
        raise StepFailedError(f"{location} is no variable to store a value in.")
    assignment = Assignment("=", target.root, Property(_STORED), position=target.root.position)
    evaluate(Expression(location, assignment), _With(scope, value))


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


class _With:
    """A scope with one more value, which is to be stored in it."""

    def __init__(self, scope: Scope, value: object) -> None:
        self._scope = scope
        self._value = value

    def get(self, path: Path) -> object:
        """Return a value."""
        return self._value if path == (_STORED,) else self._scope.get(path)

    def set(self, path: Path, value: object) -> None:
        """Set a value."""
        self._scope.set(path, value)
