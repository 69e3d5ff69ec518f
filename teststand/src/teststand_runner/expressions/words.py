"""The words of an expression, taken one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from session_sharing.text import printable
from teststand_runner.expressions.errors import ExpressionError
from teststand_runner.expressions.limits import MAX_DEPTH
from teststand_runner.expressions.syntax import SPELLINGS
from teststand_runner.expressions.tokens import Token, tokens_of

TOO_DEEP = f"Its parts lie more than {MAX_DEPTH} deep in each other. Write it in several steps."


class Words:
    """Where a parser stands in an expression; belongs to one thread.

    Raises:
        ExpressionError: The expression has what is no word.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens = tokens_of(source)
        self._at = 0
        self._depth = 0

    @property
    def next(self) -> Token:
        """The word that stands next; at the end, again and again, the end."""
        return self._tokens[self._at]

    @property
    def last(self) -> Token:
        """The word that was taken last."""
        return self._tokens[self._at - 1]

    @property
    def at_end(self) -> bool:
        """Whether all words are taken."""
        return self._at == len(self._tokens) - 1

    @property
    def operator(self) -> str:
        """The operator that stands next, as a symbol; empty if there is none."""
        text = self.next.text
        return SPELLINGS.get(text.lower(), "" if self.next.is_name else text)

    def take(self) -> Token:
        """Return the next word and go on."""
        token = self.next
        self._at += not self.at_end
        return token

    def takes(self, symbol: str) -> bool:
        """Take the next word if it is a symbol; return whether it was."""
        found = self.next.symbol == symbol
        if found:
            self.take()
        return found

    def expect(self, symbol: str) -> None:
        """Take a symbol.

        Raises:
            ExpressionError: Something else stands next.
        """
        if not self.takes(symbol):
            raise self.error(f"There is {self.shown()} where a {symbol} has to be.")

    def shown(self) -> str:
        """Return the next word for a message."""
        if self.at_end:
            return "the end"
        return "a constant" if self.next.constant else printable(self.next.text)

    def error(self, what: str, position: int | None = None) -> ExpressionError:
        """Return an error at a place; without one, at the next word."""
        return ExpressionError(
            what, self._source, self.next.position if position is None else position
        )

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """Guard one recursion of the parser.

        Raises:
            ExpressionError: There are too many in each other.
        """
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self.error(TOO_DEEP)
        yield
        self._depth -= 1
