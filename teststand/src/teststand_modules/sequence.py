"""What is read from, and written to, the `ThisContext` that TestStand hands to a step.

It is a COM object in TestStand, and the stand-in of a runner elsewhere; it is taken by shape.
"""

from __future__ import annotations

from typing import Any, Protocol
from uuid import uuid4

from teststand_modules.errors import NoPinMapError

PIN_MAP_VARIABLE = "NI.MeasurementPlugIns.PinMapId"
"""The run-time variable of an execution that NI's steps keep the id of the pin map in."""

INSERT_IF_MISSING = 0x1
"""TestStand's option to make a property that is not there."""

_THIS_PROCESS = uuid4().hex[:8]


class SequenceContext(Protocol):
    """What is used of TestStand's SequenceContext."""

    @property
    def Execution(self) -> Any:  # noqa: ANN401 - a COM object
        """The execution that the step belongs to."""

    @property
    def Engine(self) -> Any:  # noqa: ANN401 - a COM object
        """The engine, which finds files."""

    @property
    def SequenceFile(self) -> Any:  # noqa: ANN401 - a COM object
        """The sequence file, from whose folder files are searched."""


def execution_of(context: SequenceContext | None) -> str:
    """Return what tells an execution from others of this process; empty if nothing does.

    Args:
        context: The context of a step; None if the step was not given it.
    """
    try:
        number = context.Execution.Id if context is not None else None
    except AttributeError:  # A stand-in need not have it.
        number = None
    return "" if number is None else str(number)


def run_of(execution: str) -> str:
    """Return a word for a run, the same for all that one execution logs.

    Args:
        execution: The execution, of this process; a run of its own if it is empty.
    """
    return f"{_THIS_PROCESS}-{execution}" if execution else uuid4().hex[:12]


def pin_map_of(context: SequenceContext) -> str:
    """Return the id of the execution's pin map.

    Raises:
        NoPinMapError: It has none.
    """
    pin_map_id = get_text(context, PIN_MAP_VARIABLE)
    if not pin_map_id:
        raise NoPinMapError(
            "This execution has no pin map. Put an Update Pin Map step before this one, or call "
            "update_pin_map(path, ThisContext) of teststand_pin_map.py, or give pin_map_id."
        )
    return pin_map_id


def set_pin_map(context: SequenceContext, pin_map_id: str) -> None:
    """Have all steps of the execution use a pin map."""
    set_text(context, PIN_MAP_VARIABLE, pin_map_id)


def get_text(context: SequenceContext, variable: str) -> str:
    """Return a run-time variable of the execution; empty if there is none."""
    variables = context.Execution.RunTimeVariables
    return str(variables.GetValString(variable, 0)) if variables.Exists(variable, 0) else ""


def set_text(context: SequenceContext, variable: str, text: str) -> None:
    """Set a run-time variable of the execution, which outlives the interpreter."""
    context.Execution.RunTimeVariables.SetValString(variable, INSERT_IF_MISSING, text)


def find_file(context: SequenceContext, path: str) -> str:
    """Return the absolute path of a file, found as TestStand finds files.

    Raises:
        NoPinMapError: It was not found.
    """
    found, absolute, _, _, cancelled = context.Engine.FindFileEx(
        fileToFind=path,
        absolutePath=None,
        srchDirType=None,
        searchDirectoryIndex=None,
        userCancelled=None,
        searchContext=context.SequenceFile,
    )
    if cancelled or not found or not absolute:
        raise NoPinMapError(
            f"TestStand did not find the pin map {path!r}. Give its path from the folder of the "
            "sequence file, or an absolute one."
        )
    return str(absolute)
