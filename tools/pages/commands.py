"""The commands of a block, word by word, for the shells of all platforms."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from tools.pages.blocks import Block

_CONTINUED = {"sh": "\\", "bat": "^", "powershell": "`"}
_COMMENTS = {"sh": ("#",), "bat": ("rem ", "REM ", "::"), "powershell": ("#",)}
_HERE = re.compile(r"<<-?\s*['\"]?(\w+)")
_SEPARATORS = frozenset({"&&", "||", "|", ";", "&", "(", ")"})
_REDIRECTIONS = frozenset({">", ">>", "<", "2>", "&>"})
_JOINED_STREAMS = re.compile(r"\s\d?>&\d")
_WINDOWS_WORD = re.compile(r'(?:"[^"]*"|[^\s"&|;]|(?<=\w);(?=\w))+|&&|\|\||[&|;]')


@dataclass(frozen=True)
class Command:
    """One command of a block.

    Attributes:
        words: The program and its arguments, without quotes.
        line: The number of its line in the page, from 1.
    """

    words: tuple[str, ...]
    line: int


def commands_of(block: Block) -> list[Command]:
    """Return the commands of a command block; comments, pipes and redirections are left out.

    Raises:
        ValueError: A quotation is not closed.
    """
    return [
        Command(words, number)
        for number, line in _whole_lines(block)
        for words in command_words(line, block.language)
    ]


def command_words(line: str, language: str = "sh") -> list[tuple[str, ...]]:
    """Return the commands of a line, each as its words.

    Raises:
        ValueError: A quotation is not closed.
    """
    line = _JOINED_STREAMS.sub("", line)
    words = _posix_words(line) if language == "sh" else _windows_words(line, language)
    found: list[list[str]] = [[]]
    skip = False
    for word in words:
        if word in _SEPARATORS:
            found.append([])
        elif skip or word in _REDIRECTIONS:
            skip = not skip
        else:
            found[-1].append(word)
    return [tuple(command) for command in found if command]


def _whole_lines(block: Block) -> Iterator[tuple[int, str]]:
    """Yield the lines, with those that continue joined, without comments and here-documents."""
    whole, start, until = "", 0, ""
    for number, line in enumerate(block.text.splitlines(), block.line + 1):
        if until:
            until = "" if line.strip() == until else until
            continue
        start = start if whole else number
        whole += line.strip()
        if whole.endswith(_CONTINUED[block.language]):
            whole = f"{whole[:-1].rstrip()} "
            continue
        if whole and not whole.startswith(_COMMENTS[block.language]):
            here = _HERE.search(whole) if block.language == "sh" else None
            until = here[1] if here else ""
            yield start, whole[: here.start()] if here else whole
        whole = ""


def _posix_words(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.wordchars += "@%+,:!{}[]^$"
    return list(lexer)


def _windows_words(line: str, language: str) -> list[str]:
    if line.count('"') % 2:
        raise ValueError("No closing quotation")
    if language == "powershell":
        line = re.sub(r"\s#.*", "", line)
    return [word.replace('"', "") for word in _WINDOWS_WORD.findall(line)]
