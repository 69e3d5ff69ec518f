"""Whether what a run needs is on this machine, before any of its steps runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from teststand_runner.checking import Problem, reachable
from teststand_runner.checking.problem import Spot
from teststand_runner.errors import quoted
from teststand_runner.interpreters import InterpreterStartError
from teststand_runner.model import PythonCall, PythonScope, SequenceFile
from teststand_runner.running.files import find_file
from teststand_runner.running.options import RunOptions
from teststand_runner.running.pythons import python_for

_BASE = "TS.SData.PythonCall"


def preparation_problems(file: SequenceFile, path: Path, options: RunOptions) -> list[Problem]:
    """Return what the Python steps of a run need and is not on this machine.

    Args:
        file: The file, which has passed its checks.
        path: Where it is.
        options: How the run is to be made.
    """
    start = file.sequence(options.sequence)
    folder = path.resolve().parent
    found: list[Problem] = []
    for sequence in reachable(file, start) if start is not None else ():
        for step in sequence.steps:
            if step.mode == "Normal" and isinstance(step.action, PythonCall):
                found += _missing(Spot(sequence, step), step.action, folder, options)
    return found


def _missing(spot: Spot, call: PythonCall, folder: Path, options: RunOptions) -> Iterator[Problem]:
    if call.scope != PythonScope.INSTANCE and find_file(folder, call.module) is None:
        yield spot.problem(
            f"{_BASE}.ModulePath",
            f"there is no {quoted(call.module)} in {folder}.",
            "Put the module there, or give its path.",
        )
    try:
        python_for(call.interpreter, folder, options.python)
    except InterpreterStartError as error:
        name = "PythonVirtualEnvironmentPath"
        if not call.interpreter.virtual_environment:
            name = "PythonVersion"
        yield spot.problem(f"{_BASE}.{name}", str(error), "")
