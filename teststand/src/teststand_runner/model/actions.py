"""What steps do: the code modules, calls and built-in steps that are understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias


class PythonOperation(IntEnum):
    """What the Python adapter does."""

    CREATE_INSTANCE = 0
    CALL = 1
    GET_ATTRIBUTE = 2
    SET_ATTRIBUTE = 3


class PythonScope(IntEnum):
    """What the function or attribute belongs to."""

    MODULE = 0
    CLASS = 1
    INSTANCE = 2


class InterpreterScope(IntEnum):
    """Which calls share an interpreter."""

    REFERENCE = 0
    THREAD = 1
    EXECUTION = 2
    GLOBAL = 3


class ThreadOption(IntEnum):
    """Where a called sequence runs."""

    SAME_THREAD = 0
    NEW_THREAD = 1
    NEW_EXECUTION = 2


class WaitTarget(IntEnum):
    """What is waited for."""

    TIME_INTERVAL = 0
    TIME_MULTIPLE = 1
    THREAD = 2
    EXECUTION = 3


@dataclass(frozen=True)
class PythonArgument:
    """An argument of a Python call.

    Attributes:
        name: Its name; of the first one `Return Value`.
        expression: What is handed over; of the return value, where it is stored, if anywhere.
        type: The number of its type: 1 number, 2 string, 3 boolean, 7 dynamic, and others.
    """

    name: str
    expression: str
    type: int


@dataclass(frozen=True)
class Interpreter:
    """In which Python a call runs.

    Attributes:
        from_adapter: Whether the adapter's settings on the station hold, and not these.
        scope: Which calls share it: a number of `InterpreterScope`, if it is known.
        version: As `3.10`; may be empty.
        virtual_environment: The path of its virtual environment; empty if it has none.
        location: The expression that has the reference to it, for the scope `REFERENCE`.
        creates: Whether it is made when there is none.
    """

    from_adapter: bool
    scope: int
    version: str
    virtual_environment: str
    location: str
    creates: bool


@dataclass(frozen=True)
class PythonCall:
    """A call of the Python adapter.

    Attributes:
        module: The path of the module.
        operation: A number of `PythonOperation`, if it is known.
        scope: A number of `PythonScope`, if it is known.
        class_name: The class; where the scope is the module, it may be left over from before.
        instance_location: The expression that has the instance, or gets it.
        member: The function or attribute.
        return_value: Where the result goes; None if the call has none.
        arguments: What is handed over, in order.
        interpreter: In which Python it runs.
    """

    module: str
    operation: int
    scope: int
    class_name: str
    instance_location: str
    member: str
    return_value: PythonArgument | None
    arguments: tuple[PythonArgument, ...]
    interpreter: Interpreter


@dataclass(frozen=True)
class MeasurementParameter:
    """A configuration or an output of a measurement plug-in.

    Attributes:
        name: Its name.
        id: Its number, from 1; configurations and outputs are numbered for themselves.
        type: As `TypeDouble`.
        dimensions: 0 of a scalar, 1 of an array.
        specialization: `None`, `IOResource`, `Enum` and others.
        expression: The value of a configuration; where an output is stored, if anywhere.
        log: Whether it is recorded in the results.
        enumeration: The members of an enumeration with their numbers, else nothing.
        message_type: The type of a message; empty if it is none.
    """

    name: str
    id: int
    type: str
    dimensions: int
    specialization: str
    expression: str
    log: bool
    enumeration: Mapping[str, int]
    message_type: str


@dataclass(frozen=True)
class MeasurementCall:
    """A call of a measurement plug-in.

    Attributes:
        service_class: The service class of the plug-in.
        version: The version that is asked for; empty if any will do.
        inputs: The configurations, in order.
        outputs: The outputs, in order.
    """

    service_class: str
    version: str
    inputs: tuple[MeasurementParameter, ...]
    outputs: tuple[MeasurementParameter, ...]


@dataclass(frozen=True)
class UpdatePinMap:
    """Makes a pin map that of the execution.

    Attributes:
        path: The expression that gives the path of the file.
    """

    path: str


@dataclass(frozen=True)
class SequenceArgument:
    """An argument of a sequence call.

    Attributes:
        name: The name of the parameter.
        use_default: Whether the parameter keeps its default value.
        expression: What is handed over, if it does not.
        type: The number of its type.
    """

    name: str
    use_default: bool
    expression: str
    type: int


@dataclass(frozen=True)
class SequenceCall:
    """A call of a sequence.

    Attributes:
        use_current_file: Whether it is in this file; then `file` may be left over from before.
        file: The path of its file.
        file_expression: The expression for that path, if it is specified so.
        sequence: Its name.
        sequence_expression: The expression for the name, if it is specified so.
        by_expression: Whether the two expressions hold.
        thread: Where it runs: a number of `ThreadOption`, if it is known.
        waits_at_end: Whether the calling sequence waits for it at its end.
        suspended: Whether its thread is made, and not started.
        thread_expression: Where the reference to its thread is stored, if anywhere.
        remote: Whether it runs on another computer.
        arguments: What is handed over, in order.
    """

    use_current_file: bool
    file: str
    file_expression: str
    sequence: str
    sequence_expression: str
    by_expression: bool
    thread: int
    waits_at_end: bool
    suspended: bool
    thread_expression: str
    remote: bool
    arguments: tuple[SequenceArgument, ...]


@dataclass(frozen=True)
class Wait:
    """Waits for a time, a thread or an execution.

    Attributes:
        target: A number of `WaitTarget`, if it is known.
        time: The expression for the seconds.
        by_call: Whether the thread or execution is that of a sequence call.
        call: The id, in older files the name, of the step with that call.
        thread: The expression for the thread, if it is not that of a call.
        execution: The expression for the execution, if it is not that of a call.
        timeout: The expression for the seconds after which it gives up; None if it does not.
        error_on_timeout: Whether that is an error.
    """

    target: int
    time: str
    by_call: bool
    call: str
    thread: str
    execution: str
    timeout: str | None
    error_on_timeout: bool


@dataclass(frozen=True)
class Statement:
    """Evaluates an expression.

    Attributes:
        expression: It; the same as the step's post expression.
    """

    expression: str


@dataclass(frozen=True)
class Label:
    """Does nothing."""


@dataclass(frozen=True)
class Flow:
    """Begins, parts or ends a block of steps.

    Attributes:
        kind: `If`, `ElseIf`, `Else`, `For`, `ForEach`, `While`, `Select`, `Case`, `End` and others.
        expressions: Its expressions by the name of the property.
    """

    kind: str
    expressions: Mapping[str, str]


@dataclass(frozen=True)
class Other:
    """Is not understood.

    Attributes:
        adapter: The type of the module's settings, as `FlexCStepAdditions` of a DLL,
            `NoneStepAdditions` if it has no module; empty if the file does not say.
    """

    adapter: str


Action: TypeAlias = (
    PythonCall
    | MeasurementCall
    | UpdatePinMap
    | SequenceCall
    | Wait
    | Statement
    | Label
    | Flow
    | Other
)
