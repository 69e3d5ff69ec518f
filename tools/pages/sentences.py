"""Whether what sentences and tables of a page have in code exists, as in its blocks.

Looked up are commands, options of the project's programs, its variables, and paths from the root or
from a package on. What is a link is left to the links' own check.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Set
from functools import cache

from tools.packages import ROOT, all_packages
from tools.pages.checking import command_problems, variable_problems
from tools.pages.commands import command_words
from tools.pages.places import own_path, path_problems
from tools.pages.pythons import PYTHON
from tools.pages.shells import is_known
from tools.programs import parsers, program_names, sub_parsers

_BLOCK = re.compile(r"^ *```.*?^ *```", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"(?<!`)(?P<fence>`{1,2})(?!`)(?P<code>.+?)(?<!`)(?P=fence)(?!`)(?P<link>\]\()?")
_COMMAND = re.compile(r"(?:\S*[/\\])?(?:python3?|py)(?:\.exe)? (?:-[\w.]+ |\w+\.py\b)|nox -")
_OPTION = re.compile(r"(?<![\w-])--[a-z][\w-]*")
_OF_OTHERS = frozenset(["--branch", "--randomly-seed", "--timeout"])
"""Options of git and pytest that sentences name without their program. Add what one needs."""

_TOOLS = ("tools.codegen", "tools.new_service")
_BUILT = "_build"


def spans_of(page: str) -> list[str]:
    """Return what the sentences and tables of a page have in code, but for links."""
    lines = _BLOCK.sub("", page).splitlines()
    found = (match for line in lines for match in _SPAN.finditer(line))
    return [match["code"].replace(r"\|", "|") for match in found if not match["link"]]


def span_problems(span: str, *, scripts: Set[str] = frozenset()) -> list[str]:
    """Return what of a piece of code in a sentence does not exist.

    Args:
        span: The code.
        scripts: Files of Python that the reader has, beside those of the repository.

    Raises:
        ValueError: It is a command, and a quotation in it is not closed.
    """
    if _COMMAND.match(span):
        language = "bat" if "\\" in span or span.startswith("py ") else "sh"
        commands = command_words(span.replace("|", " ").replace("...", ""), language)
        return [
            problem
            for words in commands
            for problem in command_problems(words, language, scripts=scripts, whole=False)
        ]
    words = span.split()
    paths = [each for word in words for each in path_problems([word]) if not _is_elsewhere(word)]
    return [*variable_problems(words), *paths, *_option_problems(span)]


def _is_elsewhere(word: str) -> bool:
    """Say whether a path that is not there from the root on is made, a form, or a package's own."""
    path = own_path(word)
    if "..." in word or "NAME" in word or _BUILT in path.split("/"):
        return True
    return any((ROOT / package.folder / path).exists() for package in all_packages())


def _option_problems(span: str) -> Iterator[str]:
    program = span.split(maxsplit=1)[0]
    if is_known(program, "sh") and not PYTHON.fullmatch(program):
        return  # its options are its own
    for option in _OPTION.findall(span):
        if option not in _known_options() | _OF_OTHERS:
            yield f"no program of the project has the option {option}"


@cache
def _known_options() -> frozenset[str]:
    return frozenset(
        option
        for module in (*program_names(), *_TOOLS)
        for parser in parsers(module).values()
        for option in _options(parser)
    )


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        yield from action.option_strings
    for each in sub_parsers(parser).values():
        yield from _options(each)
