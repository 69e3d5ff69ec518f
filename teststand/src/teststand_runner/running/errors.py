"""Why a step ends early.

StepFailedError    it cannot be done, or broke: the step has the status Error
StepStoppedError   the execution ended meanwhile: the step has the status Terminated
"""

from __future__ import annotations

import traceback
from pathlib import Path

from teststand_runner.errors import TestStandRunnerError
from teststand_runner.running.done import Done


def text_of_any(error: Exception) -> str:
    """Return what an error says; of one that nobody expected also its class, and where it rose."""
    if isinstance(error, TestStandRunnerError):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"This is a fault of the runner: {type(error).__name__}: {error}{where}."


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
