"""The lines of a journal, each with a checksum of its own, so that a cut anywhere is seen."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

_CHECKSUM = 8  # hexadecimal digits


@dataclass(frozen=True)
class Lines:
    """What was read of a journal.

    Attributes:
        texts: The lines that are good, up to the first that is not, without their checksums.
        damaged_at: Where a bad line begins, in bytes; None if there is none. A last line that was
            not written to its end is no damage: nobody was told of what it says.
    """

    texts: list[str] = field(default_factory=list)
    damaged_at: int | None = None


def to_line(text: str) -> str:
    """Make a line of a text that is ASCII and has no line end."""
    return f"{zlib.crc32(text.encode('ascii')):0{_CHECKSUM}x} {text}\n"


def read_lines(content: bytes) -> Lines:
    """Read lines up to the end, or to the first that is not as `to_line` made it."""
    texts: list[str] = []
    start = 0
    while start < len(content):
        end = content.find(b"\n", start)
        torn = end < 0
        line = content[start:] if torn else content[start:end]
        if not _is_good(line):
            return Lines(texts, None if torn else start)
        texts.append(line[_CHECKSUM + 1 :].decode("ascii"))
        start += len(line) + 1
    return Lines(texts)


def _is_good(line: bytes) -> bool:
    text = line[_CHECKSUM + 1 :]
    return text.isascii() and line[: _CHECKSUM + 1] == b"%08x " % zlib.crc32(text)
