"""What steps do: calls, measurements and built-in steps that are understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from teststand_runner.model.calls import PythonCall, SequenceCall


class WaitTarget(IntEnum):
    """What is waited for."""

    TIME_INTERVAL = 0
    TIME_MULTIPLE = 1
    THREAD = 2
    EXECUTION = 3


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
