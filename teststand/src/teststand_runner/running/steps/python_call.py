"""Steps of the Python adapter."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from teststand_runner.errors import quoted
from teststand_runner.expressions import ExpressionError
from teststand_runner.expressions.values import is_number, kind_of
from teststand_runner.interpreters import (
    Answer,
    Branch,
    Interpreter,
    InterpreterError,
    InterpreterGoneError,
    InterpreterKey,
    InterpreterScope,
    ModuleOwner,
    ObjectHandle,
    Request,
    SequenceContextServer,
    StepCancelledError,
    StepRaisedError,
)
from teststand_runner.model import PythonArgument, PythonCall, PythonOperation, PythonScope
from teststand_runner.results import Value
from teststand_runner.running.done import Done, recorded, report_of
from teststand_runner.running.errors import StepFailedError, StepStoppedError
from teststand_runner.running.evaluating import store, value_in
from teststand_runner.running.frames import Frame
from teststand_runner.running.pythons import python_for
from teststand_runner.running.step_context import StepContext

_MOST_INTERPRETERS = 100
"""How many interpreters a step may find ended: steps that hang may wait before it."""

_Operation = Literal["call", "create", "get", "set"]

_OPERATIONS: dict[int, _Operation] = {
    PythonOperation.CREATE_INSTANCE: "create",
    PythonOperation.CALL: "call",
    PythonOperation.GET_ATTRIBUTE: "get",
    PythonOperation.SET_ATTRIBUTE: "set",
}
_KINDS: dict[int, tuple[str, Callable[[object], bool]]] = {
    1: ("Number", is_number),
    2: ("String", lambda value: isinstance(value, str)),
    3: ("Boolean", lambda value: isinstance(value, bool)),
    4: ("Tuple", lambda value: isinstance(value, (list, tuple))),
    5: ("List", lambda value: isinstance(value, (list, tuple))),
    7: ("Dynamic", lambda _: True),
}


def run_python(context: StepContext, call: PythonCall) -> Done:
    """Do in an interpreter what a step of the Python adapter asks for.

    Raises:
        StepFailedError: The user's code raised, ended its interpreter, or took too long; or an
            argument does not fit.
        StepStoppedError: The execution was ended at once meanwhile.
        ExpressionError: An argument cannot be evaluated, or the result not be stored.
    """
    arguments = [(each, _argument(context, each)) for each in call.arguments]
    taken = tuple(_value(each, value, "In") for each, value in arguments if not _is_context(value))
    request = _request(context, call, tuple(value for _, value in arguments))
    try:
        answer = _answer(context, call, request)
    except StepCancelledError as error:
        raise StepStoppedError(str(error), _done(error.output, taken)) from error
    except StepRaisedError as error:
        report = [*error.output, *error.traceback.splitlines()]
        raise StepFailedError(str(error), _done(report, taken)) from error
    except InterpreterError as error:
        raise StepFailedError(str(error), _done(error.output, taken)) from error
    return _stored(context, call, answer, taken)


def _answer(context: StepContext, call: PythonCall, request: Request) -> Answer:
    """Do what a step asks for, in another interpreter where others end one that it waits for.

    Raises:
        InterpreterError: It was not done, or went wrong.
    """
    server = sequence_context(context.frame, context.find)
    for _ in range(_MOST_INTERPRETERS - 1):
        try:
            return _called(context, call, request, server)
        except InterpreterGoneError:  # The step before it has ended it; of this one nothing ran.
            continue
    return _called(context, call, request, server)


def _called(
    context: StepContext, call: PythonCall, request: Request, server: SequenceContextServer
) -> Answer:
    return _interpreter(context, call).call(
        request, timeout=context.step_timeout, context=server, cancellation=context.killing
    )


def sequence_context(frame: Frame, find: Callable[[str], Path | None]) -> SequenceContextServer:
    """Return what answers the user's code about the sequence that runs."""
    shared, variables = frame.shared, frame.variables
    names = ("Locals", "Parameters", "FileGlobals", "Step")
    return SequenceContextServer(
        {
            **{name: variables[name] for name in names},
            "Execution.RunTimeVariables": shared.run_time_variables,
        },
        {
            "Execution.Id": shared.number,
            "SequenceFile.Path": str(shared.path),
            "Sequence.Name": frame.sequence.name,
        },
        find,
    )


def _interpreter(context: StepContext, call: PythonCall) -> Interpreter:
    shared = context.frame.shared
    settings = call.interpreter
    from_adapter = settings.from_adapter
    scope = shared.options.interpreter if from_adapter else InterpreterScope(settings.scope)
    owners = {
        InterpreterScope.GLOBAL: "",
        InterpreterScope.EXECUTION: str(shared.number),
        InterpreterScope.THREAD: shared.owner(context.frame.thread),
    }
    python = python_for(settings, shared.path.parent, shared.options.python)
    return shared.pool.get(InterpreterKey(scope, owners[scope], python))


def _request(context: StepContext, call: PythonCall, arguments: tuple[object, ...]) -> Request:
    operation = _OPERATIONS[call.operation]
    if operation == "create":
        outer, _, name = call.class_name.rpartition(".")
        return Request(operation, ModuleOwner(_module(context, call), outer), name, arguments)
    if call.scope != PythonScope.INSTANCE:
        class_name = call.class_name if call.scope == PythonScope.CLASS else ""
        owner = ModuleOwner(_module(context, call), class_name)
        return Request(operation, owner, call.member, arguments)
    instance = value_in(context.scope, call.instance_location)
    if not isinstance(instance, ObjectHandle):
        raise StepFailedError(f"{call.instance_location} is no object of a Python interpreter.")
    return Request(operation, instance, call.member, arguments)


def _module(context: StepContext, call: PythonCall) -> Path:
    found = context.find(call.module)
    if found is None:
        folder = context.frame.shared.path.parent
        raise StepFailedError(f"There is no module {quoted(call.module)} in {folder}.")
    return found


def _argument(context: StepContext, argument: PythonArgument) -> object:
    """Return the value of an argument as the type that the step declares."""
    value = value_in(context.scope, argument.expression)
    name, fits = _KINDS[argument.type]
    if not fits(value):
        raise StepFailedError(
            f"The argument {quoted(argument.name)} is {kind_of(value)}; the step declares a {name}."
        )
    if argument.type == 4 and isinstance(value, list):
        return tuple(value)
    return value


def _is_context(value: object) -> bool:
    return isinstance(value, Branch)


def _value(argument: PythonArgument, value: object, direction: str) -> Value:
    name, _ = _KINDS[argument.type]
    return Value(argument.name, direction, name, recorded(value))


def _done(output: object, values: tuple[Value, ...]) -> Done:
    lines = output if isinstance(output, (list, tuple)) else ()
    return Done(report=report_of(lines), values=values)


def _stored(
    context: StepContext, call: PythonCall, answer: Answer, taken: tuple[Value, ...]
) -> Done:
    """Store what came back, and return it with what went there."""
    if call.operation == PythonOperation.CREATE_INSTANCE:
        store(context.scope, call.instance_location, answer.value)
        return _done(answer.output, taken)
    returned = call.return_value
    if returned is None:
        return _done(answer.output, taken)
    given = (_value(returned, answer.value, "Out"),) if answer.value is not None else ()
    name, fits = _KINDS[returned.type]
    try:
        if call.operation != PythonOperation.SET_ATTRIBUTE and not fits(answer.value):
            what = f"What came back is {kind_of(answer.value)}; the step declares a {name}."
            raise StepFailedError(what, _done(answer.output, taken + given))
        store(context.scope, returned.expression, answer.value)
    except ExpressionError as error:
        raise StepFailedError(str(error), _done(answer.output, taken + given)) from error
    return _done(answer.output, taken + given)
