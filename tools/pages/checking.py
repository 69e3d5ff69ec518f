"""Whether the commands that pages show exist: programs, options, paths, sessions, variables.

Commands for every platform are parsed, also those that no test can run. What a reader puts in
(`SESSION`, `DIR`, a file of their own) cannot be looked up, and is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from functools import cache
from importlib.util import find_spec

from tools.environment_variables import OWN_NAME, environment_variables, mentioned_variables
from tools.packages import ROOT
from tools.pages.options import is_put_in, option_problems
from tools.pages.places import own_path, package_problems, path_problems
from tools.pages.pythons import PYTHON, python_arguments
from tools.pages.sessions import session_problems
from tools.pages.shells import is_known
from tools.programs import parsers, program_names, source_of

_NOX = re.compile(r"(?:.*[/\\])?nox(?:\.exe)?")
_OPTION_OF_PYTHON = re.compile(r"-[IEsSu]|-3(?:\.\d+)?")
_OPTION_WITH_VALUE = re.compile(r"-[WX]")
_OF_PIP = frozenset(
    ["--version", "check", "download", "freeze", "install", "list", "show", "uninstall", "wheel"]
)
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)


def command_problems(
    words: Sequence[str],
    language: str = "sh",
    *,
    scripts: Set[str] = frozenset(),
    whole: bool = True,
) -> list[str]:
    """Return what of a command does not exist.

    Args:
        words: The command, as `tools.pages.commands.command_words` gives it.
        language: `sh`, `bat` or `powershell`.
        scripts: Files of Python that the reader has, beside those of the repository.
        whole: Whether it is to be typed: whether what programs need is to be there, too.
    """
    found = [*variable_problems(words), *path_problems(words)]
    while words and language == "sh" and _ASSIGNMENT.fullmatch(words[0]):
        words = words[1:]
    if words and not PYTHON.fullmatch(words[0]) and not is_known(words[0], language):
        found.append(f"{words[0]!r} is neither in the repository nor a known program of the system")
    if words and _NOX.fullmatch(words[0]):
        found += session_problems(words[1:], whole=whole)
    for arguments in python_arguments(words):
        found += _python_problems(arguments, scripts, whole)
    return found


def _python_problems(arguments: Sequence[str], scripts: Set[str], whole: bool) -> Iterator[str]:
    while arguments and (given := _options_of_python(arguments[0])):
        arguments = arguments[given:]
    match arguments:
        case ["-m", "pip", command, *rest] if command in _OF_PIP:
            yield from package_problems(rest)
        case ["-m", "pip", command, *_]:
            yield f"pip has no command {command} that pages use"
        case ["-m", "nox", *rest]:
            yield from session_problems(rest, whole=whole)
        case ["-m", module, *rest]:
            yield from _module_problems(module, rest, whole)
        case ["run.py", *rest]:
            yield from session_problems(rest, whole=whole)
        case ["-c" | "-", *_]:
            return
        case [option, *_] if option.startswith("-") and not option.endswith("-version"):
            yield f"Python has no option {option} that pages use"
        case [script, *_] if not (is_put_in(script) or own_path(script) or script in scripts):
            if not (ROOT / script).is_file():
                yield f"{script} is not in the repository, nor does the page make it"


def _options_of_python(word: str) -> int:
    """Return how many words an option of Python is, with its value."""
    return 2 if _OPTION_WITH_VALUE.fullmatch(word) else bool(_OPTION_OF_PYTHON.fullmatch(word))


def _module_problems(module: str, arguments: Sequence[str], whole: bool) -> Iterator[str]:
    if module in program_names() or _is_tool(module):
        yield from option_problems(parsers(module), arguments, whole=whole)
        if module == "session_sharing" and list(arguments[:2]) == ["run", "-m"]:
            yield from _module_problems(arguments[2], arguments[3:], whole)
    elif source_of(module) is None and not is_put_in(module) and not _is_importable(module):
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


def variable_problems(words: Sequence[str]) -> Iterator[str]:
    """Yield the variables of the project that words name, and that nothing reads."""
    for name in (name for word in words for name in OWN_NAME.findall(word)):
        if name not in _known_variables():
            yield f"nothing reads the variable {name}"


@cache
def _known_variables() -> frozenset[str]:
    return frozenset({each.name for each in environment_variables()} | mentioned_variables())
