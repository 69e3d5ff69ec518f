"""How a run is made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from teststand_runner.interpreters import InterpreterScope

STEP_SECONDS = 300.0
"""How long a step may take, unless it is told otherwise."""


@dataclass(frozen=True)
class RunOptions:
    """How a run is made.

    Attributes:
        sequence: The sequence to run.
        sockets: How many executions of it run at the same time.
        step_timeout: How long a Python or measurement step may take, in seconds.
        python: The Python of all Python steps; None for what the steps say, and where they leave
            it to the adapter for the one that runs this.
        interpreter: Which steps share an interpreter, of those that leave it to the adapter.
        sites: The sites at which measurements measure.
        serial_numbers: What the file global `SerialNumber` is: one for all sockets, or one for
            each; empty for what the file says.
    """

    sequence: str = "MainSequence"
    sockets: int = 1
    step_timeout: float = STEP_SECONDS
    python: Path | None = None
    interpreter: InterpreterScope = InterpreterScope.EXECUTION
    sites: tuple[int, ...] = (0,)
    serial_numbers: tuple[str, ...] = ()
