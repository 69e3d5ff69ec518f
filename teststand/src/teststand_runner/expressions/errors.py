"""What can be wrong with an expression."""

from __future__ import annotations

from session_sharing.text import printable
from teststand_runner.errors import TestStandRunnerError

_BEFORE, _AFTER = 30, 50


class ExpressionError(TestStandRunnerError):
    """An expression is not one, uses what is not supported, or cannot be evaluated.

    Attributes:
        what: What is wrong, and what to do, as sentences.
        source: The expression.
        position: Where in it, as a number of characters from its beginning.
    """

    def __init__(self, what: str, source: str, position: int) -> None:
        super().__init__(what, source, position)
        self.what = what
        self.source = source
        self.position = position

    def __str__(self) -> str:
        return f"{self.what} ({_place(self.source, self.position)})"


class Refusal(Exception):  # noqa: N818 - the evaluator makes an error of it
    """An operator, a function or a scope cannot do it; the evaluator says where that was.

    Attributes:
        what: What is wrong, and what to do, as sentences.
    """

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def _place(source: str, position: int) -> str:
    """Return line, column and what stands there, of an expression that may be long."""
    line_start = source.rfind("\n", 0, position) + 1
    line = source.count("\n", 0, position) + 1
    column = position - line_start + 1
    before = source[max(0, position - _BEFORE) : position]
    after = source[position : position + _AFTER]
    cut = "..." if position > _BEFORE else "", "..." if source[position + _AFTER :] else ""
    shown = f"{cut[0]}{printable(before)} >>> {printable(after)}{cut[1]}"
    return f"line {line}, column {column}: {shown}"
