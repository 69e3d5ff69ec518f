"""What one call of a sequence has of its own, and what it shares with its execution."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from teststand_runner.expressions import VariableScope
from teststand_runner.interpreters import CONTEXT, Cancellation, InterpreterPool
from teststand_runner.model import Group, Sequence, SequenceFile, Step
from teststand_runner.results import Event, StepPlace
from teststand_runner.running.options import RunOptions
from teststand_runner.running.stopping import Stop
from teststand_runner.running.variables import Parameters, container_of

PIN_MAP_VARIABLE = ("NI", "MeasurementPlugIns", "PinMapId")
"""The run-time variable that keeps the id of the pin map, as NI's steps do."""

_NUMBERS = itertools.count(1)


@dataclass
class Shared:
    """What all threads of an execution share.

    The variables are read and written by single operations, as TestStand's are; the rest is not
    changed, or guards itself.

    Attributes:
        file: The sequence file.
        path: Where it is.
        options: How the run is made.
        socket: The number of the execution in its run, from 0.
        pool: The interpreters of the run.
        tell: Is told what happens; any thread may call it.
        stop: Whether the execution is to end early.
        file_globals: The file globals, which each execution has for itself.
        run_time_variables: The run-time variables of the execution.
        number: Its id, which no other execution of this process has.
    """

    file: SequenceFile
    path: Path
    options: RunOptions
    socket: int
    pool: InterpreterPool
    tell: Callable[[Event], None]
    stop: Stop
    file_globals: dict[str, Any]
    run_time_variables: dict[str, Any] = field(default_factory=dict)
    number: int = field(default_factory=lambda: next(_NUMBERS))

    def owner(self, thread: str) -> str:
        """Return what the interpreters of a thread belong to."""
        return f"{self.number} {thread}"

    @property
    def pin_map_id(self) -> str:
        """The id of the pin map; empty if there is none."""
        found: object = self.run_time_variables
        for name in PIN_MAP_VARIABLE:
            found = found.get(name, "") if isinstance(found, Mapping) else ""
        return found if isinstance(found, str) else ""


class Frame:
    """One call of a sequence. It belongs to the thread that the sequence runs in.

    Args:
        shared: What it shares with its execution.
        sequence: The sequence.
        parameters: Its parameters.
        thread: The name of the thread.
        depth: How many sequence calls it is below the sequence that is run.
        in_cleanup: Whether a Cleanup calls it, which has to go on when the execution is terminated.

    Attributes:
        run_state: What expressions see of the state of the run.
        scope: What expressions see.
        group: The group that runs.
    """

    def __init__(
        self,
        shared: Shared,
        sequence: Sequence,
        parameters: Parameters,
        thread: str,
        depth: int = 0,
        *,
        in_cleanup: bool = False,
    ) -> None:
        self.shared = shared
        self.sequence = sequence
        self.thread = thread
        self.depth = depth
        self.group = Group.SETUP
        self._called_by_cleanup = in_cleanup
        self.run_state: dict[str, Any] = {
            "LoopIndex": 0.0,
            "LoopNumIterations": 0.0,
            "LoopNumPassed": 0.0,
            "LoopNumFailed": 0.0,
            "SequenceFailed": False,
            "SequenceErrorOccurred": False,
            "TestSockets": {"MyIndex": float(shared.socket)},
        }
        self.variables: dict[str, Any] = {
            "Locals": container_of(sequence.locals),
            "Parameters": parameters,
            "FileGlobals": shared.file_globals,
            "RunState": self.run_state,
            "Step": {},
        }
        self.scope = VariableScope({**self.variables, "ThisContext": CONTEXT})

    @property
    def in_cleanup(self) -> bool:
        """Whether what runs is part of a Cleanup."""
        return self._called_by_cleanup or self.group == Group.CLEANUP

    @property
    def halt(self) -> Cancellation:
        """What breaks off what runs now."""
        stop = self.shared.stop
        return stop.killing if self.in_cleanup else stop.terminating

    def show_step(self, step: dict[str, Any]) -> None:
        """Have expressions see a step."""
        self.variables["Step"] = step
        self.scope = VariableScope({**self.variables, "ThisContext": CONTEXT})

    def place(self, step: Step) -> StepPlace:
        """Return which step of the run a step is."""
        return StepPlace(
            socket=self.shared.socket,
            thread=self.thread,
            depth=self.depth,
            sequence=self.sequence.name,
            group=step.group,
            index=step.index,
            name=step.name,
            id=step.id,
            type_name=step.type_name,
        )
