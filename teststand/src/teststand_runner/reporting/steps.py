"""The steps of an execution, one after the other, whichever called which."""

from __future__ import annotations

from collections.abc import Iterator

from teststand_runner.results import ExecutionResult, SequenceResult, StepResult


def sequences_of(result: ExecutionResult) -> tuple[SequenceResult, ...]:
    """Return what ran in the threads of an execution: first its main sequence."""
    return (result.main, *result.threads)


def steps_of(sequence: SequenceResult) -> Iterator[StepResult]:
    """Return the steps of a sequence, each followed by those of the sequence that it called."""
    for step in sequence.steps:
        yield step
        if step.call is not None:
            yield from steps_of(step.call)


def told(step: StepResult) -> bool:
    """Say whether a step belongs into reports: its author wants it, or it did not end well."""
    return step.recorded or not step.status.good
