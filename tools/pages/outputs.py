"""Whether a program printed what a page shows.

In what a page shows, a line of `...` stands for any lines and `...` within a line for any text;
a number stands for any number, eight or more hexadecimal digits for any id, and spaces for any
number of spaces. All else is as it stands, and nothing else is printed.
"""

from __future__ import annotations

import re

_PART = re.compile(r"(?P<any>\.\.\.)|(?P<id>\b[0-9a-f]{8,}\b)|(?P<number>\d+)|(?P<space>[ \t]+)")
_PATTERNS = {"any": ".*", "id": "[0-9a-f]+", "number": r"\d+", "space": "[ \t]+"}
ANY_LINES = "..."


def matches(shown: str, printed: str) -> bool:
    """Say whether what was printed is what a page shows."""
    pattern = "".join(map(_line_pattern, shown.strip("\n").splitlines()))
    ended = "".join(f"{line.rstrip()}\n" for line in printed.strip("\n").splitlines())
    return re.fullmatch(pattern, ended) is not None


def _line_pattern(line: str) -> str:
    if line.strip() == ANY_LINES:
        return r"(?:.*\n)*"
    line = line.rstrip()
    pattern, end = "", 0
    for part in _PART.finditer(line):
        pattern += re.escape(line[end : part.start()]) + _PATTERNS[str(part.lastgroup)]
        end = part.end()
    return pattern + re.escape(line[end:]) + r"\n"
