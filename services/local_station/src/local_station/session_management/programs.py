"""What a program is called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_OPTION = re.compile(r"-([bBdEhiIOPqRsStuvVx?]*)([cmWX])(.*)", re.DOTALL)
_LONG_OPTION = "--check-hash-based-pycs"
"""The one long option of Python that has a value."""


def program_of(command: Sequence[str], executable: str = "") -> str:
    """Return the script, module or executable of a command line, without folder and arguments.

    Args:
        command: The command line.
        executable: The path of the executable; empty if that is not told.
    """
    first = (command[0].strip() if command else "") or executable
    if _is_title(first, executable):
        return _last_part(executable or first.split()[0])
    name = _last_part(first)
    if not re.match(r"(?i)(python|pypy)", name):
        return name
    rest = iter(command[1:])
    for word in rest:
        option = _OPTION.match(word)
        if option and option[2] == "c":
            return f"{name} -c"
        if option and option[2] == "m":
            module = option[3] or next(rest, name)
            return _joined_program(rest) if module == "session_sharing" else module
        if word == _LONG_OPTION or (option and not option[3]):
            next(rest, None)  # its value, or that of -W or -X
        elif not word.startswith("-"):
            return _last_part(word)
    return name


def _is_title(first: str, executable: str) -> bool:
    """Tell whether a program may have set its title, with its arguments, as its command line.

    That has blanks, as paths may have; but a path ends as the executable's does, or in the
    beginning of its name: `bin/python` where it is `bin/python3.12`.
    """
    name = _last_part(first).lower()
    is_path = name and _last_part(executable).lower().startswith(name)
    return not is_path and re.search(r"\s", first) is not None


def _joined_program(rest: Iterator[str]) -> str:
    """Return what `python -m session_sharing run` runs in its own process."""
    command = next(rest, "")
    return program_of(["python", *rest]) if command == "run" else f"session_sharing {command}"


def _last_part(path: str) -> str:
    return re.split(r"[\\/]", path)[-1]
