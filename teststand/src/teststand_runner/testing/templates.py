"""Templates for the writer of sequence files: one step of each kind, as a user's file has them."""

from __future__ import annotations

from dataclasses import replace

from teststand_runner.model.properties import Property, PropertyFile
from teststand_runner.testing.building import (
    expression,
    number,
    objects,
    text,
    truth,
    with_changes,
    without,
)
from teststand_runner.testing.example import example_file, sequence

LOCKED = ("NI_MeasurementParameter", "NI_Measurement", "NI_UpdatePinMap")
"""The types that the measurement plug-in support locks."""

_CALL, _WAIT = "Call in a new thread", "Wait for it"
_MORE_SETTINGS = (
    expression("PassActTarget"),
    expression("LoopStatus"),
    expression("LoopIncrement", "RunState.LoopIndex += 1"),
    expression("LoopInitialize", "RunState.LoopIndex = 0"),
    truth("UseMutex"),
)


def template_file() -> PropertyFile:
    """Return a file with the steps of the example, a wait for a time, and three locked types."""
    steps = _steps()
    call, wait = steps[_CALL], steps[_WAIT]
    steps[_CALL] = _with_settings(call, without(_settings(call, "SData"), "ActualArgs"))
    pause = with_changes(wait, number("WaitForTarget", 0.0), text("SeqCallName"), name="Pause")
    return with_steps(*steps.values(), pause)


def with_steps(*steps: Property) -> PropertyFile:
    """Return a template with these steps, in one sequence."""
    file = example_file()
    types = {name: each for name, each in file.types.items() if name not in LOCKED}
    data = with_changes(file.data, objects("Seq", sequence("Any", main=steps)))
    return replace(file, types=types, locked_types=len(LOCKED), data=data)


def _steps() -> dict[str, Property]:
    sequences = example_file().data.properties["Seq"].elements
    assert sequences is not None
    groups = (sequences[0].properties[group].elements or () for group in ("Setup", "Main"))
    return {each.name: _with_settings(each, *_MORE_SETTINGS) for group in groups for each in group}


def _settings(step: Property, name: str) -> Property:
    return step.properties["TS"].properties[name]


def _with_settings(step: Property, *changes: Property) -> Property:
    return with_changes(step, with_changes(step.properties["TS"], *changes))
