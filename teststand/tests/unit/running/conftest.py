"""Running sequences without processes, and seeing what they did."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from teststand_runner.results import Event, ExecutionResult, StepEnded
from teststand_runner.running import RunOptions, StopRequests, run_sequences
from teststand_runner.testing.making import sequence_file


@dataclass
class Ran:
    """What came of a run, and what was told of it."""

    results: tuple[ExecutionResult, ...] = ()
    events: list[Event] = field(default_factory=list)

    @property
    def result(self):
        """The result of the first execution."""
        return self.results[0]

    @property
    def status(self):
        """The status of the main sequence."""
        return self.result.main.status.value

    def statuses(self, sequence="MainSequence"):
        """The names and statuses of the steps of a sequence that were told, in their order."""
        return [
            (event.result.place.name, event.result.status.value)
            for event in self.events
            if isinstance(event, StepEnded) and event.result.place.sequence == sequence
        ]

    def names(self, sequence="MainSequence"):
        """The names of the steps of a sequence that ran, in their order."""
        return [name for name, _ in self.statuses(sequence)]

    def step(self, name):
        """The result of a step, the first of its name."""
        found = (event.result for event in self.events if isinstance(event, StepEnded))
        return next(result for result in found if result.place.name == name)


@pytest.fixture
def run(tmp_path):
    """Return a function that runs the main sequence of a file that lies in a folder of its own."""

    def run_(*sequences, file_globals=(), options=None, requests=None, listener=None, **how):
        ran = Ran()

        def listen(event):
            ran.events.append(event)
            if listener is not None:
                listener(event)

        ran.results = run_sequences(
            sequence_file(*sequences, file_globals=file_globals),
            Path(tmp_path) / "made.seq",
            options or RunOptions(),
            listener=listen,
            requests=requests or StopRequests(),
            **how,
        )
        return ran

    return run_
