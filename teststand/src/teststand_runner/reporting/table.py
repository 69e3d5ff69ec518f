"""The results as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from session_sharing.cli.output import print_table
from session_sharing.text import printable
from teststand_runner.reporting.steps import sequences_of, steps_of, told
from teststand_runner.reporting.wording import details, one_line, seconds
from teststand_runner.results import ExecutionResult, StepResult

COLUMNS = ("THREAD", "STEP", "STATUS", "TIME", "WHAT IT SAYS")


def print_results(results: Sequence[ExecutionResult]) -> None:
    """Print what came of each execution: with colours on a terminal, plain otherwise."""
    for result in results:
        rows = [row for each in _told(result) for row in _rows(each)]
        print(_title(result, len(results)))
        if rows:
            print_table(COLUMNS, rows)
        if result.error:
            print(f"error: {one_line(result.error)}")
        print()


def _title(result: ExecutionResult, executions: int) -> str:
    socket = f"socket {result.socket}, " if executions > 1 else ""
    status = f"{result.status.value} in {seconds(result.duration)}"
    return f"{socket}{printable(result.sequence)}: {status}"


def _told(result: ExecutionResult) -> Iterator[StepResult]:
    for sequence in sequences_of(result):
        yield from filter(told, steps_of(sequence))


def _rows(step: StepResult) -> Iterator[tuple[str, ...]]:
    """Return the row of a step, and one for each further line of what it says."""
    place = step.place
    name = "  " * place.depth + printable(place.name)
    first, *more = list(details(step)) or [""]
    times = f" {len(step.iterations)} times" if step.iterations else ""
    status = f"{step.status.value}{times}"
    yield (printable(place.thread), name, status, seconds(step.duration), first)
    yield from (("", "", "", "", each) for each in more)
