"""How the command ends, for the programs that start it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from teststand_runner.results import ExecutionResult, Outcome, worst


class ExitCode(IntEnum):
    """The exit codes; README.md has them as a table."""

    GOOD = 0
    FAILED = 1
    REFUSED = 2
    ERROR = 3
    TERMINATED = 4


_CODES = {
    Outcome.FAILED: ExitCode.FAILED,
    Outcome.ERROR: ExitCode.ERROR,
    Outcome.TERMINATED: ExitCode.TERMINATED,
}


def exit_code(results: Iterable[ExecutionResult]) -> ExitCode:
    """Return the code for what came of a run: that of the worst of its executions."""
    return _CODES.get(worst(each.status for each in results), ExitCode.GOOD)
