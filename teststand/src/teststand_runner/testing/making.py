"""Sequences made by hand, without properties, for tests of what is done with them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from teststand_runner.model import (
    Action,
    CustomPostAction,
    FileInformation,
    Flow,
    Group,
    Interpreter,
    Label,
    Loop,
    PostAction,
    Property,
    PythonArgument,
    PythonCall,
    Sequence,
    SequenceArgument,
    SequenceCall,
    SequenceFile,
    Statement,
    Step,
    Wait,
)
from teststand_runner.reading.sequence_file import sequences_of
from teststand_runner.testing.building import container
from teststand_runner.testing.example import example_file

_NEXT = PostAction("Next", "")
_NO_LOOP = Loop("NoLooping", "RunState.LoopIndex = 0", "", "RunState.LoopIndex += 1", "")
_TYPES = {
    "Flow": "NI_Flow_",
    "MeasurementCall": "NI_Measurement",
    "PythonCall": "Action",
    "UpdatePinMap": "NI_UpdatePinMap",
    "Wait": "NI_Wait",
}


def step(name: str, action: Action | None = None, **changes: Any) -> Step:  # noqa: ANN401
    """Return a step: a label, or what it is told to do, with options other than those of a new one.

    Its id is made of its name. Where it stands is set by `sequence`.
    """
    does = action or Label()
    type_name = _TYPES.get(type(does).__name__, type(does).__name__)
    made = Step(
        name=name,
        type_name=type_name + does.kind if isinstance(does, Flow) else type_name,
        id=f"ID#:{name}",
        group=Group.MAIN,
        index=0,
        mode="Normal",
        precondition="",
        pre_expression="",
        post_expression=does.expression if isinstance(does, Statement) else "",
        status_expression="",
        loop=_NO_LOOP,
        on_pass=_NEXT,
        on_fail=_NEXT,
        on_custom=CustomPostAction("", _NEXT, _NEXT),
        result_recording=1,
        failure_fails_sequence=True,
        ignores_errors=False,
        action=does,
        properties=container(name, class_name="Step"),
        path="",
    )
    return replace(made, **changes)


def looped(condition: str, status: str = "", **changes: str) -> Loop:
    """Return a loop that goes on while something is true."""
    return replace(_NO_LOOP, kind="Custom", condition=condition, status=status, **changes)


def sequence(
    name: str = "MainSequence",
    *main: Step,
    setup: tuple[Step, ...] = (),
    cleanup: tuple[Step, ...] = (),
    parameters: tuple[Property, ...] = (),
    variables: tuple[Property, ...] = (),
) -> Sequence:
    """Return a sequence of steps, with its parameters and local variables."""
    groups = {Group.SETUP: setup, Group.MAIN: main, Group.CLEANUP: cleanup}
    placed = {
        group: tuple(replace(each, group=group, index=index) for index, each in enumerate(steps))
        for group, steps in groups.items()
    }
    return Sequence(
        name=name,
        parameters=container("Parameters", *parameters),
        locals=container("Locals", *variables),
        setup=placed[Group.SETUP],
        main=placed[Group.MAIN],
        cleanup=placed[Group.CLEANUP],
        properties=container(name, class_name="Sequence"),
    )


def sequence_file(*sequences: Sequence, file_globals: tuple[Property, ...] = ()) -> SequenceFile:
    """Return a file with sequences and file globals."""
    read = sequences_of(example_file())
    return replace(
        read,
        information=FileInformation("XML", 962, "2021 SP1 (21.1.0.49154)", "line"),
        file_globals=container("FileGlobalDefaults", *file_globals),
        sequences=sequences,
        properties=container("Data", class_name="SequenceFileData"),
    )


def statement(expression: str, **changes: Any) -> Step:  # noqa: ANN401
    """Return a step that evaluates an expression, which is its name as well."""
    return step(expression, Statement(expression), **changes)


def flow(kind: str, condition: str = "", **expressions: str) -> Step:
    """Return a step of flow control."""
    return step(kind, Flow(kind, {"ConditionExpr": condition, **expressions}))


def call(name: str, *arguments: SequenceArgument, thread: int = 0, joins: bool = True) -> Step:
    """Return a step that calls a sequence of the same file."""
    does = SequenceCall(
        use_current_file=True,
        file="",
        file_expression="",
        sequence=name,
        sequence_expression="",
        by_expression=False,
        thread=thread,
        waits_at_end=joins,
        suspended=False,
        thread_expression="",
        remote=False,
        arguments=arguments,
    )
    return step(f"call {name}", does)


def wait(seconds: str) -> Step:
    """Return a step that waits for a time."""
    return step("wait", Wait(0, seconds, False, "", "", "", None, False))


def wait_for(awaited: Step, timeout: str | None = None, *, fails: bool = True) -> Step:
    """Return a step that waits for the thread of another one."""
    does = Wait(2, "", True, awaited.id, "", "", timeout, fails)
    return step(f"wait for {awaited.name}", does)


def python(module: str, function: str, *arguments: str, returns: str = "", scope: int = 3) -> Step:
    """Return a step that calls a function of a Python module with the values of expressions.

    Args:
        module: The path of the module.
        function: The function.
        *arguments: The expressions.
        returns: The variable that gets the result.
        scope: Which steps share an interpreter, as `InterpreterScope` numbers it.
    """
    does = PythonCall(
        module=module,
        operation=1,
        scope=0,
        class_name="",
        instance_location="",
        member=function,
        return_value=PythonArgument("Return Value", returns, 7),
        arguments=tuple(PythonArgument(f"p{i}", each, 7) for i, each in enumerate(arguments)),
        interpreter=Interpreter(False, scope, "", "", "", True),
    )
    return step(function, does)
