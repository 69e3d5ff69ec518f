"""The fenced blocks of a page, and the paragraph before each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"(?P<indent> *)(?P<fence>`{3,}|~{3,})(?P<info>.*)")
_FILE = re.compile(r"`([\w-]+(?:\.[\w-]+)+)`")


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        language: The first word behind the fence, empty without one.
        words: The further words.
        text: What stands in it, without the indentation of a list that it is in, each line with
            its end.
        line: The number of the line that opens it, from 1.
        before: The paragraph right before it, in one line; empty if another block, a heading or a
            table is there.
        follows: Whether nothing but `before` stands between it and the block before it.
    """

    language: str
    words: tuple[str, ...]
    text: str
    line: int
    before: str = ""
    follows: bool = False

    @property
    def file_names(self) -> list[str]:
        """The names of files, without folders, that the paragraph before it has in code."""
        return _FILE.findall(self.before)


def blocks_of(page: str) -> list[Block]:
    """Return the fenced blocks of a page in Markdown, from top to bottom.

    Raises:
        ValueError: A block is not closed.
    """
    return list(_blocks(page.splitlines()))


def _blocks(lines: list[str]) -> Iterator[Block]:
    number, end_of_last = 0, -1
    while number < len(lines):
        opening = _FENCE.match(lines[number])
        if opening is None:
            number += 1
            continue
        end = _end(lines, number, opening["fence"])
        start_of_before, before = _paragraph_before(lines, number)
        info = opening["info"].split()
        yield Block(
            info[0] if info else "",
            tuple(info[1:]),
            "".join(f"{_dedent(line, opening['indent'])}\n" for line in lines[number + 1 : end]),
            number + 1,
            before,
            end_of_last >= 0 and not any(map(str.strip, lines[end_of_last + 1 : start_of_before])),
        )
        number, end_of_last = end + 1, end


def _end(lines: list[str], start: int, fence: str) -> int:
    """Return the index of the line that closes a block."""
    for number in range(start + 1, len(lines)):
        line = lines[number].strip()
        if line.startswith(fence) and not line.strip(fence[0]):
            return number
    raise ValueError(f"the block that begins in line {start + 1} is not closed")


def _dedent(line: str, indent: str) -> str:
    return line[len(indent) :] if line.startswith(indent) else line.lstrip(" ")


def _paragraph_before(lines: list[str], fence: int) -> tuple[int, str]:
    """Return where the paragraph before a line begins, and its text."""
    end = fence
    while end and not lines[end - 1].strip():
        end -= 1
    start = end
    while start and lines[start - 1].strip() and not _FENCE.match(lines[start - 1]):
        start -= 1
    paragraph = [line.strip() for line in lines[start:end]]
    if not paragraph or paragraph[0].startswith(("#", "|")):
        return end, ""
    return start, " ".join(paragraph)
