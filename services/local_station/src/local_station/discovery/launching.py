"""Starting the program of a service: what differs between operating systems.

All functions block.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from session_sharing.errors import PreconditionError

_BATCH = {".bat", ".cmd"}


def command_of(program: Path) -> list[str]:
    """Return the command that starts a program on this operating system.

    A `.py` runs with the station's Python. Elsewhere than on Windows the twin of a `.bat` or `.cmd`
    is the file with the ending `.sh` beside it, and that of an `.exe` the one without an ending. A
    `.sh` that is not executable runs in `/bin/sh`.

    Raises:
        PreconditionError: There is no such program, or it cannot be looked for; the text says what
            was looked for.
    """
    ending = program.suffix.lower()
    found = program
    if sys.platform != "win32" and ending in _BATCH:
        found = program.with_suffix(".sh")
    elif sys.platform != "win32" and ending == ".exe":
        found = program.with_suffix("")
    if not _is_file(found):
        beside = "" if found == program else f", which takes the place of {program.name} here"
        raise PreconditionError(f"There is no file {found}{beside}. Put it there.")
    if found.suffix.lower() == ".py":
        return [sys.executable, str(found)]
    if found.suffix == ".sh" and not os.access(found, os.X_OK):
        return ["/bin/sh", str(found)]
    return [str(found)]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as error:
        raise PreconditionError(
            f"{path} cannot be looked for ({error.strerror}). Mend the path in the service's file, "
            "or the folder."
        ) from error


def launch(program: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own, in its folder.

    Its standard input is a pipe that stays open: many examples of NI's serve until they read a line
    or its end. What it prints is dropped; its standard error is a pipe.

    Raises:
        PreconditionError: There is no such program, or the operating system does not start it.
    """
    command = command_of(program)
    try:
        return subprocess.Popen(  # noqa: S603 - what the user's own files name
            command,
            cwd=program.parent,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the station, which ends its children.
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # the same there
        )
    except OSError as error:
        raise PreconditionError(
            f"{command[0]} could not be started ({error.strerror}). Make it executable, or mend it."
        ) from error


def environment_for(
    home: Path, variables: Mapping[str, str], own: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return the environment of children, so that they find this station and its Python.

    Args:
        home: The station's folder.
        variables: What to set besides; an empty text removes.
        own: The environment of the station.
    """
    path = os.pathsep.join(filter(None, [str(Path(sys.executable).parent), own.get("PATH", "")]))
    all_set = {**own, "LOCAL_STATION_HOME": str(home), "PATH": path, **variables}
    return {name: value for name, value in all_set.items() if value}
