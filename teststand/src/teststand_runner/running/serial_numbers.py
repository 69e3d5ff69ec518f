"""The serial number of the unit at each socket, as a file global."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from teststand_runner.checking import Problem
from teststand_runner.model import SequenceFile
from teststand_runner.running.options import RunOptions
from teststand_runner.running.variables import container_of

VARIABLE = "SerialNumber"


def file_globals_of(file: SequenceFile, options: RunOptions, socket: int) -> dict[str, Any]:
    """Return the file globals of an execution, with the serial number that it is given."""
    found = container_of(file.file_globals)
    numbers = options.serial_numbers
    if numbers:
        found[VARIABLE] = numbers[socket] if len(numbers) > 1 else numbers[0]
    return found


def serial_number_problems(file: SequenceFile, options: RunOptions) -> Iterator[Problem]:
    """Yield that a serial number is given for nothing, or for the wrong number of sockets."""
    numbers = len(options.serial_numbers)
    variable = file.file_globals.find(VARIABLE)
    if numbers and (variable is None or not isinstance(variable.value, str)):
        yield Problem(
            "the file",
            "",
            f"FileGlobals.{VARIABLE}",
            "a serial number is given, and the file has no file global for it.",
            f"Add a text {VARIABLE} to the file globals, or give none.",
        )
    if numbers > 1 and numbers != options.sockets:
        yield Problem(
            "the file",
            "",
            f"FileGlobals.{VARIABLE}",
            f"{numbers} serial numbers are given for {options.sockets} sockets.",
            "Give one for all, or one for each.",
        )
