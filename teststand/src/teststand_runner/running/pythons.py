"""Which Python a step runs in."""

from __future__ import annotations

import sys
from pathlib import Path

from teststand_runner.interpreters import InterpreterStartError, python_of
from teststand_runner.model import Interpreter
from teststand_runner.running.files import find_file


def python_for(interpreter: Interpreter, folder: Path, given: Path | None) -> Path:
    """Return the Python that a step's settings ask for.

    Args:
        interpreter: The settings.
        folder: That of the sequence file.
        given: The one that the user of the runner has given for all steps; None if none.

    Raises:
        InterpreterStartError: It is not on this machine.
    """
    if given is not None:
        return given
    if interpreter.from_adapter:
        return Path(sys.executable)
    if interpreter.virtual_environment:
        return _of_environment(interpreter, folder)
    own = ".".join(map(str, sys.version_info[:2]))
    if interpreter.version not in {"", own}:
        raise InterpreterStartError(
            f"The step asks for Python {interpreter.version}, and this runner runs in {own}. Give "
            "the Python of the steps, or set the version to that of this one."
        )
    return Path(sys.executable)


def _of_environment(interpreter: Interpreter, folder: Path) -> Path:
    found = find_file(folder, interpreter.virtual_environment)
    if found is None:
        raise InterpreterStartError(
            f"There is no virtual environment {interpreter.virtual_environment} in {folder}. Make "
            "it, or give the Python of the steps."
        )
    version = _version_of(found)
    if interpreter.version and version and not _same(version, interpreter.version):
        raise InterpreterStartError(
            f"The step asks for Python {interpreter.version}, and {found} has {version}. Make the "
            "environment anew, or give the Python of the steps."
        )
    return python_of(found)


def _version_of(environment: Path) -> str:
    """Return the version that a virtual environment says it has; empty if it does not say."""
    try:
        lines = (environment / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    entries = dict(line.split("=", 1) for line in lines if "=" in line)
    found = {name.strip(): value.strip() for name, value in entries.items()}
    return found.get("version", found.get("version_info", ""))


def _same(version: str, wanted: str) -> bool:
    return version.split(".")[:2] == wanted.split(".")[:2]
