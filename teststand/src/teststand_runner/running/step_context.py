"""What a step needs to do what it does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from teststand_runner.expressions import Scope
from teststand_runner.interpreters import Cancellation
from teststand_runner.model import Action, Sequence, Step
from teststand_runner.results import SequenceResult
from teststand_runner.running.done import Done
from teststand_runner.running.files import find_file
from teststand_runner.running.frames import Frame
from teststand_runner.running.variables import Parameters


class StartedThread(Protocol):
    """A sequence that runs in a thread of its own."""

    def wait(self, seconds: float | None, halt: Cancellation) -> SequenceResult | None:
        """Wait for its end.

        Args:
            seconds: How long to wait; None for as long as it takes.
            halt: Breaks the wait off.

        Returns:
            What came of it; None if it did not end in time, or the wait was broken off.
        """
        ...


class Sequences(Protocol):
    """Calls sequences for a step."""

    def call(self, step: Step, sequence: Sequence, parameters: Parameters) -> SequenceResult:
        """Run a sequence in this thread."""
        ...

    def start(self, step: Step, sequence: Sequence, parameters: Parameters, joins: bool) -> None:
        """Run a sequence in a new thread; if it joins, this sequence waits for it at its end."""
        ...

    def started(self, step: Step) -> StartedThread | None:
        """Return the thread that a step of this sequence has started last; None if it has not."""
        ...


@dataclass(frozen=True)
class StepContext:
    """A step that runs; it belongs to the thread of its sequence.

    Attributes:
        frame: The call of the sequence that it is in.
        step: The step.
        sequences: Calls other sequences.
    """

    frame: Frame
    step: Step
    sequences: Sequences

    @property
    def scope(self) -> Scope:
        """What its expressions see."""
        return self.frame.scope

    @property
    def halt(self) -> Cancellation:
        """What breaks it off."""
        return self.frame.halt

    @property
    def killing(self) -> Cancellation:
        """What ends it at once."""
        return self.frame.shared.stop.killing

    @property
    def step_timeout(self) -> float:
        """How long it may take, in seconds."""
        return self.frame.shared.options.step_timeout

    def find(self, name: str) -> Path | None:
        """Return where a file is, from the folder of the sequence file on; None if nowhere."""
        return find_file(self.frame.shared.path.parent, name)


class ActionRunner(Protocol):
    """Does what steps do."""

    def __call__(self, context: StepContext, action: Action) -> Done:
        """Do what a step does.

        Raises:
            TestStandRunnerError: It cannot be done, or broke; the text says why. `StepStoppedError`
                if the execution ended meanwhile.
        """
        ...
