"""Starting interpreters and ending them: what differs between operating systems.

All functions block.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from teststand_runner.interpreters.errors import InterpreterStartError

# Holders of sessions and reservations are shown by the name of their script.
_CHILD = Path(__file__).with_name("child") / "teststand_interpreter.py"


def python_of(environment: Path) -> Path:
    """Return the Python of a virtual environment, made on Windows or elsewhere.

    Raises:
        InterpreterStartError: The folder has none.
    """
    places = [environment / "Scripts" / "python.exe", environment / "bin" / "python"]
    found = next((place for place in places if _is_file(place)), None)
    if found is None:
        raise InterpreterStartError(
            f"{environment} is no virtual environment: it has neither {places[0].name} in Scripts "
            f"nor {places[1].name} in bin. Make one there, or name another one."
        )
    return found


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # A folder on the way cannot be read.
        return False


def launch(
    python: Path, grace: float, folder: Path | None, variables: Mapping[str, str] | None
) -> subprocess.Popen[bytes]:
    """Start an interpreter in a process group of its own.

    Args:
        python: The Python to run in.
        grace: How long it may take to end once the runner has, in seconds.
        folder: Its working folder; None for the runner's.
        variables: Its environment; None for the runner's.

    Raises:
        InterpreterStartError: There is no such Python, or the operating system does not start it.
    """
    try:
        return subprocess.Popen(  # noqa: S603 - the Python that the user has named
            [str(python), str(_CHILD), str(grace)],
            cwd=folder,
            env=None if variables is None else dict(variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the runner, which ends its children.
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # the same there
        )
    except OSError as error:
        raise InterpreterStartError(
            f"The Python {python} could not be started ({error.strerror}). Name another one."
        ) from error


def exit_text(code: int | None) -> str:
    """Return how a process ended, for a message."""
    if code is None:
        return "it is still ending"
    if code >= 0:
        return f"exit code {code if code < 2**16 else hex(code)}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"


def has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Return whether an interpreter has ended, and leave its number to its group if possible.

    On macOS a number is not given again either while a group has it; Windows has jobs.
    """
    if sys.platform != "linux" or process.returncode is not None:
        return process.poll() is not None
    how = os.WEXITED | os.WNOHANG | os.WNOWAIT
    return os.waitid(os.P_PID, process.pid, how) is not None
