"""Whether a program printed what a page shows.

In what a page shows, a line of `...` stands for any lines and `...` within a line for any text.
What no two runs have alike stands for its kind: the port in `localhost:50000`, `process 12`, a
moment (`2026-01-02 03:04:05`, with what follows of it), a duration (`1.4 s`, `20 ms`), and an id
of eight hexadecimal digits, which is the same one wherever the block has it again. Spaces stand for
any number of spaces. All else, all other numbers too, is as it stands, and nothing else is printed.
"""

from __future__ import annotations

import re

_KINDS = {
    "any": (r"\.\.\.", ".*"),
    "port": (r"\blocalhost:\d+\b", r"localhost:\d+"),
    "process": (r"\bprocess \d+\b", r"process \d+"),
    "moment": (
        r"\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[+-]\d\d:\d\d|Z)?",
        r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[+-]\d\d:\d\d|Z)?",
    ),
    "duration": (r"(?<![\w.])\d+(?:\.\d+)? m?s\b", r"\d+(?:\.\d+)? m?s"),
    "id": (r"\b(?=\d*[a-f])[0-9a-f]{8}\b", "[0-9a-f]{8}"),
    "space": ("[ \t]+", "[ \t]+"),
}
"""How a kind is found in what a page shows, and what is taken for it in what was printed."""

_PART = re.compile("|".join(f"(?P<{kind}>{shown})" for kind, (shown, _) in _KINDS.items()))
ANY_LINES = "..."


def matches(shown: str, printed: str) -> bool:
    """Say whether what was printed is what a page shows."""
    ids: set[str] = set()
    pattern = "".join(_line_pattern(line, ids) for line in shown.strip("\n").splitlines())
    ended = "".join(f"{line.rstrip()}\n" for line in printed.strip("\n").splitlines())
    return re.fullmatch(pattern, ended) is not None


def _line_pattern(line: str, ids: set[str]) -> str:
    """Return what a line is to match; `ids` are those of the lines before, and get those of it."""
    if line.strip() == ANY_LINES:
        return r"(?:.*\n)*"
    line = line.rstrip()
    pattern, end = "", 0
    for part in _PART.finditer(line):
        pattern += re.escape(line[end : part.start()]) + _part_pattern(part, ids)
        end = part.end()
    return pattern + re.escape(line[end:]) + r"\n"


def _part_pattern(part: re.Match[str], ids: set[str]) -> str:
    kind, text = str(part.lastgroup), part[0]
    if kind != "id":
        return _KINDS[kind][1]
    if text in ids:
        return f"(?P=id_{text})"
    ids.add(text)
    return f"(?P<id_{text}>{_KINDS[kind][1]})"
