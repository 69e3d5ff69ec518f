"""Results of runs, made by hand."""

from __future__ import annotations

from datetime import datetime, timezone

from teststand_runner.model import Group
from teststand_runner.results import (
    ExecutionResult,
    Outcome,
    SequenceResult,
    StepPlace,
    StepResult,
    Value,
    worst,
)

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
PASSED, FAILED, ERROR, SKIPPED = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED


def place(name="Step", *, thread="main", depth=0, socket=0) -> StepPlace:
    return StepPlace(
        socket, thread, depth, "Main<Sequence>", Group.MAIN, 0, name, "ID#:x", "Action"
    )


def step(name="Step", status=PASSED, *, thread="main", depth=0, **changes) -> StepResult:
    return StepResult(place(name, thread=thread, depth=depth), START, 0.25, status, **changes)


def sequence(*steps, name="MainSequence", thread="main", depth=0, error="") -> SequenceResult:
    status = worst(each.status for each in steps)
    return SequenceResult(name, 0, thread, depth, START, 1.5, status, error, steps)


def execution(*steps, threads=(), status=None, error="", socket=0) -> ExecutionResult:
    main = sequence(*steps)
    outcome = status or worst([main.status, *(each.status for each in threads)])
    return ExecutionResult(
        socket, "folder\\a.seq", "MainSequence", START, 2.0, outcome, error, main, tuple(threads)
    )


def value(name="mean", content=3.3, *, kind="Double", direction="Out", member="") -> Value:
    return Value(name, direction, kind, content, member)
