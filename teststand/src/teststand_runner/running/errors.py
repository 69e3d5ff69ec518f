"""Why a step ends early.

StepFailedError    it cannot be done, or broke: the step has the status Error
StepStoppedError   the execution ended meanwhile: the step has the status Terminated
"""

from __future__ import annotations

from teststand_runner.errors import TestStandRunnerError
from teststand_runner.running.done import Done


class StepEndedError(TestStandRunnerError):
    """The root of the tree.

    Attributes:
        done: What came of the step so far.
    """

    def __init__(self, what: str, done: Done | None = None) -> None:
        super().__init__(what)
        self.done = done or Done()


class StepFailedError(StepEndedError):
    """A step cannot be done, or broke; the text says why."""


class StepStoppedError(StepEndedError):
    """The execution was to end while the step ran."""
