"""How far a run has come."""

from __future__ import annotations

from teststand.tests.unit.reporting.made_results import START, execution, place, sequence, step
from teststand_runner.live.progress import Progress
from teststand_runner.results import (
    ExecutionEnded,
    ExecutionStarted,
    SequenceEnded,
    SequenceStarted,
    StepEnded,
    StepStarted,
)


def begun(*threads: str) -> Progress:
    progress = Progress()
    progress.listen(ExecutionStarted(0, "MainSequence", START, 3))
    for thread in threads:
        depth = 0 if thread == "main" else 1
        progress.listen(SequenceStarted(0, thread, depth, f"S {thread}", START, 3))
    return progress


def test_steps_are_counted_by_thread() -> None:
    """Each thread has its own step that runs, and its own count."""
    progress = begun("main", "t")
    progress.listen(StepStarted(place("a"), START))
    progress.listen(StepEnded(step("a")))
    progress.listen(StepStarted(place("b", thread="t", depth=1), START))
    assert [(each.thread, each.ended, each.steps, each.step) for each in progress.running()] == [
        ("main", 1, 3, ""),
        ("t", 0, 3, "b"),
    ]


def test_called_sequence_stands_below_its_caller() -> None:
    """While a sequence is called, its caller's step runs on."""
    progress = begun("main")
    progress.listen(StepStarted(place("call"), START))
    progress.listen(SequenceStarted(0, "main", 1, "Called", START, 1))
    assert [(each.sequence, each.step) for each in progress.running()] == [
        ("S main", "call"),
        ("Called", ""),
    ]
    progress.listen(SequenceEnded(sequence(name="Called", depth=1)))
    assert [each.sequence for each in progress.running()] == ["S main"]


def test_nothing_runs_after_the_end() -> None:
    """What an execution that was killed did not end is not shown for ever; others go on."""
    progress = begun("main", "t")
    progress.listen(SequenceStarted(1, "main", 0, "Other", START, 1))
    progress.listen(ExecutionEnded(execution()))
    assert [each.sequence for each in progress.running()] == ["Other"]
