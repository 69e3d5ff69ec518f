"""Steps of TestStand's Python adapter, each in a Python process of its scope.

`InterpreterPool` has the process of a scope; `Interpreter.call` does in it what a step asks for,
while a `ContextServer` answers what the user's code asks of its sequence context.
"""

from teststand_runner.interpreters.cancellation import Cancellation
from teststand_runner.interpreters.contexts import (
    CONTEXT,
    Branch,
    ContextServer,
    MissingMemberError,
    Question,
    RefusedQuestionError,
)
from teststand_runner.interpreters.errors import (
    InterpreterClosedError,
    InterpreterDiedError,
    InterpreterEndedError,
    InterpreterError,
    InterpreterGoneError,
    InterpreterStartError,
    StepCancelledError,
    StepRaisedError,
    StepTimeoutError,
    ValueNotPassedError,
)
from teststand_runner.interpreters.interpreter import Interpreter
from teststand_runner.interpreters.pool import InterpreterKey, InterpreterPool, InterpreterScope
from teststand_runner.interpreters.processes import python_of
from teststand_runner.interpreters.requests import Answer, ModuleOwner, ObjectHandle, Request
from teststand_runner.interpreters.sequence_context import SequenceContextServer

__all__ = [
    "CONTEXT",
    "Answer",
    "Branch",
    "Cancellation",
    "ContextServer",
    "Interpreter",
    "InterpreterClosedError",
    "InterpreterDiedError",
    "InterpreterEndedError",
    "InterpreterError",
    "InterpreterGoneError",
    "InterpreterKey",
    "InterpreterPool",
    "InterpreterScope",
    "InterpreterStartError",
    "MissingMemberError",
    "ModuleOwner",
    "ObjectHandle",
    "Question",
    "RefusedQuestionError",
    "Request",
    "SequenceContextServer",
    "StepCancelledError",
    "StepRaisedError",
    "StepTimeoutError",
    "ValueNotPassedError",
    "python_of",
]
