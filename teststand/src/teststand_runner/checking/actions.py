"""Whether what a step does is what the runner does."""

from __future__ import annotations

from collections.abc import Iterator

from teststand_runner.checking.expressions import expression_problems, location_problems
from teststand_runner.checking.flow import flow_problems
from teststand_runner.checking.problem import Problem, Spot
from teststand_runner.checking.sequence_calls import call_problems, wait_problems
from teststand_runner.errors import quoted
from teststand_runner.model import (
    Flow,
    InterpreterScope,
    Label,
    MeasurementCall,
    MeasurementParameter,
    PythonArgument,
    PythonCall,
    PythonOperation,
    PythonScope,
    SequenceCall,
    SequenceFile,
    Statement,
    Step,
    UpdatePinMap,
    Wait,
)

BUILT_IN = ("Action", "Statement", "Label", "SequenceCall")
"""Step types that do nothing of their own beside the module or the statement."""

TYPES = (*BUILT_IN, "NI_Wait", "NI_Measurement", "NI_UpdatePinMap")

PARAMETER_TYPES = frozenset(
    f"Type{name}"
    for name in (
        *("Double", "Float", "Bool", "String", "Enum"),
        *("Int32", "Int64", "Uint32", "Uint64", "Sint32", "Sint64"),
        *("Fixed32", "Fixed64", "Sfixed32", "Sfixed64"),
    )
)
"""The types of parameters of measurements that the runner hands over."""

ARGUMENT_TYPES = {1: "number", 2: "string", 3: "boolean", 4: "tuple", 5: "list", 7: "dynamic"}
"""The types of values that go to Python calls, or come back from them, by their numbers."""


def action_problems(spot: Spot, step: Step, file: SequenceFile) -> Iterator[Problem]:
    """Return a problem for each thing that a step does and the runner does not."""
    action = step.action
    if not _known_type(step):
        yield _unknown_type(spot, step)
    elif isinstance(action, PythonCall):
        yield from _python(spot, action)
    elif isinstance(action, MeasurementCall):
        yield from _measurement(spot, action)
    elif isinstance(action, UpdatePinMap):
        yield from expression_problems(spot, "PinMapPath", action.path, needed=True)
    elif isinstance(action, SequenceCall):
        yield from call_problems(spot, action, file)
    elif isinstance(action, Wait):
        yield from wait_problems(spot, action)
    elif isinstance(action, Statement):
        yield from expression_problems(spot, "TS.PostExpr", action.expression)
    elif isinstance(action, Flow):
        yield from flow_problems(spot, action)
    elif not isinstance(action, Label) and action.adapter != "NoneStepAdditions":
        yield _unknown_adapter(spot, action.adapter)


def _known_type(step: Step) -> bool:
    return step.type_name in TYPES or isinstance(step.action, Flow)


def _unknown_type(spot: Spot, step: Step) -> Problem:
    return spot.problem(
        "type",
        f"this runner does not do steps of the type {quoted(step.type_name)}.",
        "Take the step out, or set its run mode to Skip.",
    )


def _unknown_adapter(spot: Spot, adapter: str) -> Problem:
    return spot.problem(
        "TS.SData",
        f"this runner does not call modules by {quoted(adapter or 'an unknown adapter')}.",
        "Call a Python module, or set the run mode of the step to Skip.",
    )


def _python(spot: Spot, call: PythonCall) -> Iterator[Problem]:
    base = "TS.SData.PythonCall"
    numbers = {
        "OperationType": (call.operation, tuple(PythonOperation)),
        "OperationScope": (call.scope, tuple(PythonScope)),
    }
    if not call.interpreter.from_adapter:
        scopes = (InterpreterScope.THREAD, InterpreterScope.EXECUTION, InterpreterScope.GLOBAL)
        numbers["InterpreterSessionScope"] = (call.interpreter.scope, scopes)
    for name, (value, known) in numbers.items():
        if value not in known:
            yield spot.problem(
                f"{base}.{name}", f"{value} is not done by this runner.", f"It does {_all(known)}."
            )
    yield from _python_target(spot, call)
    for index, argument in enumerate(call.arguments, start=1):
        place = f"{base}.Parameters[{index}]"
        yield from _type(spot, place, argument)
        yield from expression_problems(
            spot, f"{place}.ArgumentValue", argument.expression, needed=True
        )
    if call.return_value is not None:
        place = f"{base}.Parameters[0]"
        yield from _type(spot, place, call.return_value)
        yield from location_problems(spot, f"{place}.ArgumentValue", call.return_value.expression)


def _type(spot: Spot, place: str, argument: PythonArgument) -> Iterator[Problem]:
    if argument.type not in ARGUMENT_TYPES:
        yield spot.problem(
            f"{place}.Type",
            f"this runner hands over no values of type {argument.type}.",
            f"It hands over: {', '.join(ARGUMENT_TYPES.values())}.",
        )


def _python_target(spot: Spot, call: PythonCall) -> Iterator[Problem]:
    base = "TS.SData.PythonCall"
    creates = call.operation == PythonOperation.CREATE_INSTANCE
    of_instance = call.scope == PythonScope.INSTANCE
    needed = {
        "ModulePath": (call.module, not of_instance),
        "FunctionOrAttributeName": (call.member, not creates),
        "ClassName": (call.class_name, creates or call.scope == PythonScope.CLASS),
        "ClassInstanceLocation": (call.instance_location, creates or of_instance),
    }
    for name, (value, is_needed) in needed.items():
        if is_needed and not value:
            yield spot.problem(f"{base}.{name}", "it is empty.", "Enter it.")
    if creates or of_instance:
        yield from location_problems(spot, f"{base}.ClassInstanceLocation", call.instance_location)


def _measurement(spot: Spot, call: MeasurementCall) -> Iterator[Problem]:
    if not call.service_class:
        yield spot.problem("Measurement.Name", "it is empty.", "Choose a measurement.")
    for index, each in enumerate((*call.inputs, *call.outputs)):
        yield from _parameter(spot, f"Measurement.Parameters[{index}]", each)
    for index, each in enumerate(call.inputs):
        place = f"Measurement.Parameters[{index}].ArgumentValue"
        yield from expression_problems(spot, place, each.expression, needed=True)
    for index, each in enumerate(call.outputs, start=len(call.inputs)):
        place = f"Measurement.Parameters[{index}].ArgumentValue"
        yield from location_problems(spot, place, each.expression)


def _parameter(spot: Spot, place: str, parameter: MeasurementParameter) -> Iterator[Problem]:
    name = quoted(parameter.name)
    if parameter.type not in PARAMETER_TYPES or parameter.message_type:
        yield spot.problem(
            f"{place}.Type",
            f"this runner hands over no {quoted(parameter.type)}, of which {name} is.",
            "Use numbers, strings, booleans and enumerations.",
        )
    if parameter.dimensions not in {0, 1}:
        yield spot.problem(
            f"{place}.Dimension",
            f"this runner hands over no arrays of {parameter.dimensions} dimensions, as {name} is.",
            "Use arrays of one dimension.",
        )


def _all(known: tuple[object, ...]) -> str:
    return ", ".join(
        f"{int(each)} ({each.name.lower().replace('_', ' ')})"  # type: ignore[call-overload,attr-defined]
        for each in known
    )
