"""An expression as words: names, constants and symbols, without spaces and comments."""

from __future__ import annotations

import re
from dataclasses import dataclass

from session_sharing.text import printable
from teststand_runner.expressions import literals
from teststand_runner.expressions.errors import ExpressionError, Refusal
from teststand_runner.expressions.limits import MAX_SOURCE
from teststand_runner.expressions.nodes import Integer, Number, String
from teststand_runner.expressions.syntax import SYMBOLS

_GAP = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_NAME = re.compile(r"#?[^\W\d]\w*")
_SYMBOL = re.compile("|".join(map(re.escape, SYMBOLS)))


@dataclass(frozen=True)
class Token:
    """A word of an expression.

    Attributes:
        text: What a name or a symbol is; empty for constants, and at the end.
        constant: What a constant is.
        position: Where it begins.
    """

    text: str
    position: int
    constant: Number | Integer | String | None = None
    is_name: bool = False

    @property
    def symbol(self) -> str:
        """The symbol; empty if it is something else."""
        return "" if self.is_name else self.text


def tokens_of(source: str) -> list[Token]:
    """Return the words of an expression; the last one is its end.

    Raises:
        ExpressionError: It is too long, or has what is no word.
    """
    if len(source) > MAX_SOURCE:
        raise ExpressionError(f"It has more than {MAX_SOURCE} characters.", source, MAX_SOURCE)
    found, position = [], _gap_end(source, 0)
    while position < len(source):
        token, end = _next(source, position)
        found.append(token)
        position = _gap_end(source, end)
    return [*found, Token("", len(source))]


def _gap_end(source: str, position: int) -> int:
    gap = _GAP.match(source, position)
    assert gap, "it matches nothing, too"
    if source.startswith("/*", gap.end()):
        raise ExpressionError("A comment is not closed. Close it with */.", source, gap.end())
    return gap.end()


def _next(source: str, position: int) -> tuple[Token, int]:
    if string := literals.STRING.match(source, position):
        constant = String(literals.string(string), position=position)
        return Token("", position, constant), string.end()
    if number := literals.NUMBER.match(source, position):
        return Token("", position, _number(source, number)), number.end()
    if name := _NAME.match(source, position):
        return Token(name[0], position, is_name=True), name.end()
    if symbol := _SYMBOL.match(source, position):
        return Token(symbol[0], position), symbol.end()
    raise ExpressionError(_no_word(source[position : position + 2]), source, position)


def _number(source: str, found: re.Match[str]) -> Number | Integer:
    try:
        return literals.number(found, found.start())
    except Refusal as refusal:
        raise ExpressionError(refusal.what, source, found.start()) from None


def _no_word(text: str) -> str:
    if text.startswith(('"', '@"')):
        return "A string is not closed. Close it with a quotation mark."
    if text[0].isdigit():
        return "This is no number."
    return f"{printable(text[0])} has no meaning here."
