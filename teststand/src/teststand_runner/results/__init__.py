"""What came of a run, and what is told while it goes on."""

from __future__ import annotations

from teststand_runner.results.events import (
    Event,
    ExecutionEnded,
    ExecutionStarted,
    Listener,
    SequenceEnded,
    SequenceStarted,
    StepEnded,
    StepStarted,
)
from teststand_runner.results.outcome import Outcome, worst
from teststand_runner.results.records import (
    ExecutionResult,
    Recorded,
    Scalar,
    SequenceResult,
    StepPlace,
    StepResult,
    Value,
)

__all__ = [
    "Event",
    "ExecutionEnded",
    "ExecutionResult",
    "ExecutionStarted",
    "Listener",
    "Outcome",
    "Recorded",
    "Scalar",
    "SequenceEnded",
    "SequenceResult",
    "SequenceStarted",
    "StepEnded",
    "StepPlace",
    "StepResult",
    "StepStarted",
    "Value",
    "worst",
]
