"""What is told while a run goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from teststand_runner.results.records import (
    ExecutionResult,
    SequenceResult,
    StepPlace,
    StepResult,
)


@dataclass(frozen=True)
class ExecutionStarted:
    """An execution begins.

    Attributes:
        socket: Its number, from 0.
        sequence: The name of the sequence that is run.
        started: When, in UTC.
        steps: How many steps that sequence has, without those of sequences that it calls.
    """

    socket: int
    sequence: str
    started: datetime
    steps: int


@dataclass(frozen=True)
class SequenceStarted:
    """A sequence begins: the one that is run, or one that is called.

    Attributes:
        socket: The number of the execution.
        thread: The name of the thread.
        depth: How many sequence calls it is below the sequence that is run.
        sequence: Its name.
        started: When, in UTC.
        steps: How many steps it has.
    """

    socket: int
    thread: str
    depth: int
    sequence: str
    started: datetime
    steps: int


@dataclass(frozen=True)
class StepStarted:
    """A step begins; a step that loops begins once for all times.

    Attributes:
        place: Which step it is.
        started: When, in UTC.
    """

    place: StepPlace
    started: datetime


@dataclass(frozen=True)
class StepEnded:
    """A step has ended.

    Attributes:
        result: What came of it.
    """

    result: StepResult


@dataclass(frozen=True)
class SequenceEnded:
    """A sequence has ended.

    Attributes:
        result: What came of it.
    """

    result: SequenceResult


@dataclass(frozen=True)
class ExecutionEnded:
    """An execution has ended; nothing more is told of it.

    Attributes:
        result: What came of it.
    """

    result: ExecutionResult


Event: TypeAlias = (
    ExecutionStarted | SequenceStarted | StepStarted | StepEnded | SequenceEnded | ExecutionEnded
)
Listener: TypeAlias = Callable[[Event], None]
"""Is told each event, in order, by one thread at a time, which waits until it returns.

What it raises ends the run: a listener that does I/O which may fail catches that itself.
"""
