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
        sites: The sites at which measurements measure: one entry for all sockets, or one for each.
        serial_numbers: What the file global `SerialNumber` is: one for all sockets, or one for
            each; empty for what the file says.

    Raises:
        ValueError: Sites are given for another number of sockets.
    """

    sequence: str = "MainSequence"
    sockets: int = 1
    step_timeout: float = STEP_SECONDS
    python: Path | None = None
    interpreter: InterpreterScope = InterpreterScope.EXECUTION
    sites: tuple[tuple[int, ...], ...] = ((0,),)
    serial_numbers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.sites) not in {1, self.sockets}:
            raise ValueError(f"Sites are given {len(self.sites)} times for {self.sockets} sockets.")

    def sites_of(self, socket: int) -> tuple[int, ...]:
        """Return the sites at which the measurements of a socket measure."""
        return self.sites[socket if len(self.sites) > 1 else 0]
