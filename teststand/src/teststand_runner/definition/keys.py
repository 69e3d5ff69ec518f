"""Keys of TOML that are too long to be parsed: the parser's time grows with their square."""

from __future__ import annotations

import re

from teststand_runner.errors import DefinitionError

MAX_PARTS = 16
"""How many names with dots between them a key may have; those that mean something have four."""

_TOKEN = re.compile(
    r'''
    \#[^\n]*                                    # a comment
    | """(?:[^\\]|\\.)*?(?:"{3,5}|\Z)           # texts of several lines, at whose end two quotes
    | \'\'\'.*?(?:\'{3,5}|\Z)                   # may belong to them
    | (?P<part>"(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?|[\w-]+)
    | (?P<between>[. \t]+)
    ''',
    re.VERBOSE | re.DOTALL,
)
"""What a key stands between; whatever begins one of them matches, so that the time is linear."""


def check_keys(text: str) -> None:
    """Check that no key of a text is longer than what is parsed in a moment.

    Raises:
        DefinitionError: One is.
    """
    parts, end = 0, 0
    for token in _TOKEN.finditer(text):
        if token.start() != end:
            parts = 0
        end = token.end()
        if token["between"] is None:
            parts = parts + 1 if token["part"] is not None else 0
        if parts > MAX_PARTS:
            line = text.count("\n", 0, token.start()) + 1
            what = f"a key has more than {MAX_PARTS} parts."
            raise DefinitionError(what, place=f"line {line}")
