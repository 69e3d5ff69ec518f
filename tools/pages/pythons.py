"""Where a command starts a Python: at once, below another program, or in a quoted word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tools.packages import ROOT
from tools.pages.places import own_path
from tools.programs import program_names

PYTHON = re.compile(r"(?:.*[/\\])?(?:python(?:3(?:\.\d+)?)?|py)(?:\.exe)?")
_ARGUMENT = re.compile(r"-[a-zA-Z]|-3(?:\.\d+)?|-|.*\.py")
_START_SCRIPT = re.compile(r"(?:.*/)?start\.(?:sh|bat)")
_MODULE = re.compile(r"\" -m ([\w.]+) ")


def python_arguments(words: Sequence[str]) -> Iterator[list[str]]:
    """Yield the arguments of each Python that a command starts.

    Args:
        words: The command. `sudo python -m a`, `sc create b binPath= "py -m a"`, the arguments
            `-m a` alone for another program to start, and a start script of a service count.
    """
    if words and PYTHON.fullmatch(words[0]):
        yield list(words[1:])
        return
    for index, word in enumerate(words):
        rest = [each.rstrip(",") for each in words[index + 1 :]]  # PowerShell's lists
        if PYTHON.fullmatch(word) and rest and _ARGUMENT.fullmatch(rest[0]):
            yield rest
            return
        if word.rstrip(",") == "-m" and rest and rest[0] in program_names():
            yield ["-m", *rest]
            return
        if module := _started_by(word):
            yield ["-m", module, *rest]
            return
        if " " in word:
            yield from python_arguments([each.strip("\\\"'") for each in word.split()])


def _started_by(word: str) -> str:
    """Return the module that a start script of the repository starts; of another word nothing."""
    path = own_path(word)
    if not _START_SCRIPT.fullmatch(path) or not (ROOT / path).is_file():
        return ""
    found = _MODULE.search((ROOT / path).read_text("utf-8"))
    return found[1] if found else ""
