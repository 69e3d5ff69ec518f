"""What is in a sequence file, as text for people."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum

from session_sharing.text import printable
from teststand_runner.model.actions import (
    Action,
    Flow,
    Label,
    MeasurementCall,
    MeasurementParameter,
    Other,
    Statement,
    UpdatePinMap,
    Wait,
    WaitTarget,
)
from teststand_runner.model.calls import (
    InterpreterScope,
    PythonArgument,
    PythonCall,
    PythonOperation,
    SequenceCall,
    ThreadOption,
)
from teststand_runner.model.properties import FileInformation, Property
from teststand_runner.model.steps import Group, Sequence, SequenceFile, Step

_INDENT = "    "


def listing(file: SequenceFile) -> str:
    """Return the sequences of a file with their steps and what these call, line by line.

    Control characters of the file are shown as escapes, so that it cannot command a terminal.
    """
    lines = [_head(file.information), *_variables("file globals", file.file_globals)]
    for sequence in file.sequences:
        lines += ["", *_sequence(sequence)]
    return "".join(f"{line}\n" for line in map(printable, lines))


def _head(information: FileInformation) -> str:
    if not information.product_version:
        return information.form
    return (
        f"TestStand {information.product_version}, format {information.format_version}, "
        f"{information.form}"
    )


def _indented(lines: Iterator[str]) -> Iterator[str]:
    return (f"{_INDENT}{line}" for line in lines)


def _variables(what: str, holder: Property) -> Iterator[str]:
    if holder.properties:
        yield f"{what}: {', '.join(holder.properties)}"


def _sequence(sequence: Sequence) -> Iterator[str]:
    yield f"sequence {sequence.name}"
    yield from _indented(_variables("parameters", sequence.parameters))
    yield from _indented(_variables("locals", sequence.locals))
    for group, steps in zip(Group, (sequence.setup, sequence.main, sequence.cleanup), strict=True):
        if steps:
            yield f"{_INDENT}{group.value}"
        for step in steps:
            yield from _indented(_indented(_step(step)))


def _step(step: Step) -> Iterator[str]:
    yield f"{step.index + 1}. {step.name} [{step.type_name}] {step.id}".rstrip()
    yield from _indented(_settings(step))
    yield from _indented(_action(step.action))


def _settings(step: Step) -> Iterator[str]:
    """Say what is not as in most steps."""
    if step.mode != "Normal":
        yield f"mode: {step.mode}"
    expressions = {
        "precondition": step.precondition,
        "before": step.pre_expression,
        "after": "" if isinstance(step.action, Statement) else step.post_expression,
        "status": step.status_expression,
    }
    yield from (f"{name}: {source}" for name, source in expressions.items() if source)
    if step.loop.kind != "NoLooping":
        yield f"loop: {step.loop.kind}, while {step.loop.condition}"
    for name, then in (("on pass", step.on_pass), ("on fail", step.on_fail)):
        if then.action != "Next":
            yield f"{name}: {then.action} {then.target}".rstrip()
    if step.on_custom.condition:
        yield f"then: by {step.on_custom.condition}"
    if step.result_recording == 0:
        yield "result: not recorded"
    if step.ignores_errors:
        yield "errors: ignored"


def _action(action: Action) -> Iterator[str]:
    if isinstance(action, PythonCall):
        yield from _python(action)
    elif isinstance(action, MeasurementCall):
        yield from _measurement(action)
    elif isinstance(action, SequenceCall):
        yield from _sequence_call(action)
    elif isinstance(action, Wait):
        yield _wait(action)
    elif not isinstance(action, Label):
        yield _short(action)


def _short(action: UpdatePinMap | Statement | Flow | Other) -> str:
    """Say in one line what needs no more."""
    if isinstance(action, UpdatePinMap):
        return f"pin map: {action.path}"
    if isinstance(action, Statement):
        return f"statement: {action.expression}"
    if isinstance(action, Flow):
        parts = (f"{name} {source}" for name, source in action.expressions.items() if source)
        return f"flow {action.kind}: {', '.join(parts)}".removesuffix(": ")
    return f"module: {action.adapter or 'unknown'}"


def _python(call: PythonCall) -> Iterator[str]:
    owner = f"{call.class_name}." if call.scope else ""
    yield f"python {call.module}: {_name(PythonOperation, call.operation)} {owner}{call.member}"
    interpreter = call.interpreter
    source = "adapter" if interpreter.from_adapter else "step"
    yield (
        f"interpreter of the {source}: {_name(InterpreterScope, interpreter.scope)}, version "
        f"{interpreter.version or 'any'}, environment {interpreter.virtual_environment or 'none'}"
    )
    yield from (_argument("argument", each) for each in call.arguments)
    if call.return_value is not None and call.return_value.expression:
        yield _argument("returns", call.return_value)


def _argument(what: str, argument: PythonArgument) -> str:
    return f"{what} {argument.name} = {argument.expression}"


def _measurement(call: MeasurementCall) -> Iterator[str]:
    yield f"measurement {call.service_class} {call.version}".rstrip()
    yield from (_parameter("in", each) for each in call.inputs)
    yield from (_parameter("out", each) for each in call.outputs)


def _parameter(direction: str, parameter: MeasurementParameter) -> str:
    brackets = "[]" * min(parameter.dimensions, 8)
    kind = "" if parameter.specialization == "None" else f" {parameter.specialization}"
    value = f" = {parameter.expression}" if parameter.expression else ""
    log = "" if parameter.log else ", not logged"
    return (
        f"{direction} {parameter.id} {parameter.name}: {parameter.type}{brackets}{kind}{value}{log}"
    )


def _sequence_call(call: SequenceCall) -> Iterator[str]:
    name = call.sequence_expression if call.by_expression else call.sequence
    file = call.file_expression if call.by_expression else call.file
    where = "" if call.use_current_file else f" of {file}"
    yield f"calls {name}{where}: {_name(ThreadOption, call.thread)}"
    for each in call.arguments:
        yield f"argument {each.name} = {'its default' if each.use_default else each.expression}"


def _wait(wait: Wait) -> str:
    target = _name(WaitTarget, wait.target)
    if wait.target not in {WaitTarget.THREAD, WaitTarget.EXECUTION}:
        return f"waits for {target} {wait.time} s"
    reference = wait.thread if wait.target == WaitTarget.THREAD else wait.execution
    limit = "" if wait.timeout is None else f", at most {wait.timeout} s"
    return f"waits for {target} of {wait.call if wait.by_call else reference}{limit}"


def _name(names: type[IntEnum], number: int) -> str:
    known = {each.value: each.name.lower().replace("_", " ") for each in names}
    return known.get(number, str(number))
