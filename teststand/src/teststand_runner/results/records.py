"""What is kept of a run: executions, the sequences in them, and their steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from teststand_runner.model import Group
from teststand_runner.results.outcome import Outcome

Scalar: TypeAlias = str | bool | int | float
"""A single value; an int has an integer type, or is the number of an enumeration's member."""

Recorded: TypeAlias = "Scalar | tuple[Recorded, ...] | None"
"""What results keep of a value: an array is a tuple, of arrays if it has several dimensions."""


@dataclass(frozen=True)
class Value:
    """A value that a step took or gave.

    Attributes:
        name: Its name: of a parameter, an output, or `Return Value`.
        direction: `In` or `Out`.
        type: As the step declares it: `Double`, `Int32`, `String`, `Bool`, `Enum`...; of an
            array the type of its elements.
        value: It; of an array a tuple; None if the step ended before there was one.
        member: The name of the member, if it is one of an enumeration; else empty.
    """

    name: str
    direction: str
    type: str
    value: Recorded
    member: str = ""


@dataclass(frozen=True)
class StepPlace:
    """Which step of a run it is.

    Attributes:
        socket: The number of the execution, from 0.
        thread: The name of the thread: `main`, else that of the step that started it, and a
            number where that makes it unique in its execution.
        depth: How many sequence calls it is below the sequence that was run.
        sequence: The name of its sequence.
        group: Its group.
        index: Its place in the group, from 0.
        name: Its name.
        id: Its id; in some files two steps have the same.
        type_name: Its step type.
    """

    socket: int
    thread: str
    depth: int
    sequence: str
    group: Group
    index: int
    name: str
    id: str
    type_name: str


@dataclass(frozen=True)
class StepResult:
    """What came of a step.

    Attributes:
        place: Which step it is.
        started: When it began, in UTC.
        duration: The seconds that it took.
        status: How it ended.
        error: Why, if it ended with an error; else empty.
        report: What it says besides: why it was skipped, or what it printed.
        values: What it took and gave, in the order of its parameters.
        recorded: Whether its author wants it in reports.
        call: What came of the sequence that it called in its own thread; None if it called none.
            A sequence in a thread of its own is in `ExecutionResult.threads`.
        iterations: If it loops, what came of each time, of the last 1000; then `values` are those
            of the last.
    """

    place: StepPlace
    started: datetime
    duration: float
    status: Outcome
    error: str = ""
    report: str = ""
    values: tuple[Value, ...] = ()
    recorded: bool = True
    call: SequenceResult | None = None
    iterations: tuple[StepResult, ...] = ()


@dataclass(frozen=True)
class SequenceResult:
    """What came of one call of a sequence.

    Attributes:
        name: Its name.
        socket: The number of the execution, from 0.
        thread: The name of the thread.
        depth: How many sequence calls it is below the sequence that was run.
        started: When it began, in UTC.
        duration: The seconds that it took.
        status: How it ended.
        error: The error that ended it; else empty.
        steps: What came of its steps, in the order in which they ran.
    """

    name: str
    socket: int
    thread: str
    depth: int
    started: datetime
    duration: float
    status: Outcome
    error: str
    steps: tuple[StepResult, ...]


@dataclass(frozen=True)
class ExecutionResult:
    """What came of an execution.

    Attributes:
        socket: Its number, from 0.
        file: The path of the sequence file.
        sequence: The name of the sequence that was run.
        started: When it began, in UTC.
        duration: The seconds that it took.
        status: How it ended: the worst of its main sequence and of its threads.
        error: The error that ended it; else empty.
        main: What came of the sequence that was run.
        threads: What came of the sequences in threads of their own, in the order of their start.
    """

    socket: int
    file: str
    sequence: str
    started: datetime
    duration: float
    status: Outcome
    error: str
    main: SequenceResult
    threads: tuple[SequenceResult, ...] = ()
