"""Checking a sequence before any of its steps runs."""

from __future__ import annotations

from collections.abc import Iterator

from teststand_runner.checking.actions import action_problems
from teststand_runner.checking.flow import block_problems
from teststand_runner.checking.options import flow_option_problems, option_problems
from teststand_runner.checking.problem import Problem, Spot
from teststand_runner.checking.properties import (
    callback_problems,
    file_property_problems,
    property_problems,
    sequence_property_problems,
)
from teststand_runner.checking.sequence_calls import target_of
from teststand_runner.errors import quoted
from teststand_runner.model import Flow, Sequence, SequenceCall, SequenceFile, Step


def check(file: SequenceFile, name: str) -> list[Problem]:
    """Return what a sequence, and all that it calls, needs and the runner does not do.

    Of steps that are skipped nothing is needed; of those that are forced to pass or fail, not what
    they would call. What only a run shows, as an index beyond an array, is an error of the run.

    Args:
        file: The file.
        name: The sequence that is to run.
    """
    start = file.sequence(name)
    if start is None:
        known = ", ".join(quoted(each.name) for each in file.sequences)
        what, remedy = f"there is no sequence {quoted(name)}.", f"The file has: {known}."
        return [Problem("the file", "", "", what, remedy)]
    found = [*file_property_problems(file), *callback_problems(file)]
    for sequence in reachable(file, start):
        found += _sequence_problems(file, sequence)
    return list(dict.fromkeys(found))


def reachable(file: SequenceFile, start: Sequence) -> list[Sequence]:
    """Return a sequence and all that it calls, directly or by others, each once."""
    found = {start.name.lower(): start}
    waiting = [start]
    while waiting:
        for step in waiting.pop().steps:
            called = _called(file, step)
            if called is not None and called.name.lower() not in found:
                found[called.name.lower()] = called
                waiting.append(called)
    return list(found.values())


def _called(file: SequenceFile, step: Step) -> Sequence | None:
    if step.mode != "Normal" or not isinstance(step.action, SequenceCall):
        return None
    return target_of(step.action, file)


def _sequence_problems(file: SequenceFile, sequence: Sequence) -> Iterator[Problem]:
    yield from sequence_property_problems(Spot(sequence))
    yield from block_problems(sequence)
    for step in sequence.steps:
        yield from _step_problems(Spot(sequence, step, file.file_globals), step, file)


def _step_problems(spot: Spot, step: Step, file: SequenceFile) -> Iterator[Problem]:
    yield from option_problems(spot, step)
    yield from flow_option_problems(spot, step)
    if step.mode == "Skip" and not isinstance(step.action, Flow):
        return
    if step.mode in {"Pass", "Fail"}:
        return
    problems = list(action_problems(spot, step, file))
    yield from problems
    if not problems:  # else what the step says of it belongs to what is not done
        yield from property_problems(spot, step)
