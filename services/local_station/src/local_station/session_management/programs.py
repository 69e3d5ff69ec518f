"""What a program is called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_OPTION = re.compile(r"-([bBdEhiIOPqRsStuvVx?]*)([cmWX])(.*)", re.DOTALL)


def program_of(command: Sequence[str]) -> str:
    """Return the script, module or executable of a command line, without folder and arguments."""
    name = _last_part(command[0]) if command else ""
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
        if option and not option[3]:
            next(rest, None)  # the value of -W or -X
        elif not word.startswith("-"):
            return _last_part(word)
    return name


def _joined_program(rest: Iterator[str]) -> str:
    """Return what `python -m session_sharing run` runs in its own process."""
    command = next(rest, "")
    return program_of(["python", *rest]) if command == "run" else f"session_sharing {command}"


def _last_part(path: str) -> str:
    return re.split(r"[\\/]", path)[-1]
