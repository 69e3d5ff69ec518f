"""Every error of steps that run in interpreter processes.

InterpreterError                  a step in an interpreter did not do what it was to do
├── InterpreterStartError         no interpreter could be started
├── StepRaisedError               the user's code raised; the interpreter runs on
├── ValueNotPassedError           an argument cannot go to the interpreter
└── InterpreterEndedError         the interpreter is gone, and with it what its modules held
    ├── InterpreterDiedError      it ended by itself
    ├── StepTimeoutError          the step took too long, so it was ended
    ├── StepCancelledError        the run was cancelled, so it was ended
    ├── InterpreterGoneError      it had ended before the step, which was not begun
    └── InterpreterClosedError    it was closed before the step, or during it
"""

from __future__ import annotations

from collections.abc import Sequence

from teststand_runner.errors import TestStandRunnerError


class InterpreterError(TestStandRunnerError):
    """The root of the tree.

    Attributes:
        output: What the step printed, the last lines of it.
    """

    def __init__(self, message: str, output: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.output = tuple(output)


class InterpreterStartError(InterpreterError):
    """There is no such Python, or it did not start."""


class StepRaisedError(InterpreterError):
    """The user's code raised.

    Attributes:
        type_name: The name of the exception's class.
        text: The exception's own text.
        traceback: Where it was raised, the last frames of it.
    """

    def __init__(
        self, type_name: str, text: str, traceback: str, output: Sequence[str] = ()
    ) -> None:
        super().__init__(f"{type_name}: {text}" if text else type_name, output)
        self.type_name = type_name
        self.text = text
        self.traceback = traceback


class ValueNotPassedError(InterpreterError):
    """An argument is of a kind that cannot go to an interpreter, or belongs to another one."""


class InterpreterEndedError(InterpreterError):
    """The interpreter is gone, and with it what its modules held."""


class InterpreterGoneError(InterpreterEndedError):
    """The interpreter had ended before the step, of which nothing was done."""


class InterpreterDiedError(InterpreterEndedError):
    """The interpreter ended by itself."""


class StepTimeoutError(InterpreterEndedError):
    """The step took too long: it was ended, and with it its interpreter."""


class StepCancelledError(InterpreterEndedError):
    """The run was cancelled: the step was ended, and with it its interpreter."""


class InterpreterClosedError(InterpreterEndedError):
    """The interpreter was closed before the step."""
