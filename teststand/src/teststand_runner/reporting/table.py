"""The results as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from session_sharing.cli.output import print_table
from teststand_runner.reporting.steps import sequences_of, steps_of, told
from teststand_runner.reporting.wording import details, name_text, one_line, seconds
from teststand_runner.results import ExecutionResult, StepResult

COLUMNS = ("THREAD", "STEP", "STATUS", "TIME", "WHAT IT SAYS")


def print_results(results: Sequence[ExecutionResult]) -> None:
    """Print what came of each execution: with colours on a terminal, plain otherwise."""
    for result in results:
        rows = list(_table(result))
        print(_title(result, len(results)))
        if rows:
            print_table(COLUMNS, rows)
        if result.error:
            print(f"error: {one_line(result.error)}")
        print()


def _title(result: ExecutionResult, executions: int) -> str:
    socket = f"socket {result.socket}, " if executions > 1 else ""
    status = f"{result.status.value} in {seconds(result.duration)}"
    return f"{socket}{name_text(result.sequence)}: {status}"


def _table(result: ExecutionResult) -> Iterator[tuple[str, ...]]:
    for sequence in sequences_of(result):
        for step in filter(told, steps_of(sequence)):
            yield from _rows(step, step.place.depth - sequence.depth)


def _rows(step: StepResult, depth: int) -> Iterator[tuple[str, ...]]:
    """Return the row of a step, and one for each further line of what it says."""
    name = "  " * depth + name_text(step.place.name)
    first, *more = list(details(step)) or [""]
    times = f" {len(step.iterations)} times" if step.iterations else ""
    status = f"{step.status.value}{times}"
    yield (name_text(step.place.thread), name, status, seconds(step.duration), first)
    yield from (("", "", "", "", each) for each in more)
