"""Whether the commands that pages show exist: programs, options, paths, sessions, variables.

Commands for every platform are parsed, also those that no test can run. What a reader puts in
(`SESSION`, `DIR`, a file of their own) cannot be looked up, and is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec

from tools.environment_variables import OWN_NAME, environment_variables, mentioned_variables
from tools.nox_sessions import nox_sessions
from tools.pages.options import PLACEHOLDER, option_problems
from tools.pages.places import package_problems, path_problems
from tools.pages.shells import is_known
from tools.programs import parsers, program_names, source_of

PYTHON = re.compile(r"(?:.*[/\\])?(?:python(?:3(?:\.\d+)?)?|py)(?:\.exe)?")
_NOX = re.compile(r"(?:.*[/\\])?nox(?:\.exe)?")
_OPTION_OF_PYTHON = re.compile(r"-[IEsSu]|-3(?:\.\d+)?")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_USED = re.compile(r"\$\{?(?:env:)?(\w+)|%(\w+)%")
_HAND_ON = {"bench": "bench", "codegen": "tools.codegen", "demo": "demo"}
"""Sessions that hand what follows `--` to a program."""


def command_problems(words: Sequence[str], language: str = "sh") -> list[str]:
    """Return what of a command does not exist.

    Args:
        words: The command, as `tools.pages.commands.command_words` gives it.
        language: `sh`, `bat` or `powershell`.
    """
    found = [*_variable_problems(words), *path_problems(words)]
    while words and language == "sh" and _ASSIGNMENT.fullmatch(words[0]):
        words = words[1:]
    return [*found, *(_program_problems(words, language) if words else ())]


def _program_problems(words: Sequence[str], language: str) -> Iterator[str]:
    program, *arguments = words
    if PYTHON.fullmatch(program):
        yield from _python_problems(arguments)
    elif _NOX.fullmatch(program):
        yield from _nox_problems(arguments)
    elif not is_known(program, language):
        yield f"{program!r} is neither in the repository nor a known program of the system"


def _python_problems(arguments: Sequence[str]) -> Iterator[str]:
    while arguments and _OPTION_OF_PYTHON.fullmatch(arguments[0]):
        arguments = arguments[1:]
    match arguments:
        case ["-m", "pip", _, *rest]:
            yield from package_problems(rest)
        case ["-m", "nox", *rest]:
            yield from _nox_problems(rest)
        case ["-m", module, *rest]:
            yield from _module_problems(module, rest)
        case ["run.py", *rest]:
            yield from _nox_problems(["-s", *rest])


def _module_problems(module: str, arguments: Sequence[str]) -> Iterator[str]:
    if module in program_names() or _is_tool(module):
        yield from option_problems(parsers(module), arguments)
        if module == "session_sharing" and list(arguments[:2]) == ["run", "-m"]:
            yield from _module_problems(arguments[2], arguments[3:])
    elif source_of(module) is None and not _is_importable(module):
        yield f"there is no module {module}"


def _is_tool(module: str) -> bool:
    """Say whether a module of `tools` has a command line that can be asked for."""
    source = source_of(module) if module.startswith("tools.") else None
    return source is not None and "ArgumentParser(" in source.read_text("utf-8")


@cache
def _is_importable(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _nox_problems(arguments: Sequence[str]) -> Iterator[str]:
    given = list(arguments)
    end = given.index("--") if "--" in given else len(given)
    names = {session.name for session in nox_sessions()}
    for name in given[:end]:
        if name.startswith("-") or PLACEHOLDER.fullmatch(name):
            continue
        if name not in names:
            yield f"there is no session {name}; there are {', '.join(sorted(names))}"
        elif name in _HAND_ON:
            yield from option_problems(parsers(_HAND_ON[name]), given[end + 1 :])


def _variable_problems(words: Sequence[str]) -> Iterator[str]:
    assigned = [match[1] for word in words if (match := _ASSIGNMENT.fullmatch(word))]
    used = [name for word in words for pair in _USED.findall(word) for name in pair]
    for name in [*assigned, *used]:
        if OWN_NAME.fullmatch(name) and name not in _known_variables():
            yield f"nothing reads the variable {name}"


@cache
def _known_variables() -> frozenset[str]:
    return frozenset({each.name for each in environment_variables()} | mentioned_variables())
