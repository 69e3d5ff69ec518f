"""What comes of doing what a step does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from teststand_runner.expressions.values import is_number
from teststand_runner.results import Recorded, SequenceResult, Value


@dataclass(frozen=True)
class Done:
    """What comes of it.

    Attributes:
        status: The status that the module gives the step; empty if it gives none.
        report: What is reported.
        values: What the step took and gave.
        call: What came of the sequence that it called in its thread.
        timed_out: Of a wait, whether it gave up.
    """

    status: str = ""
    report: str = ""
    values: tuple[Value, ...] = ()
    call: SequenceResult | None = None
    timed_out: bool = False


def recorded(value: object) -> Recorded:
    """Return a value as results keep it; what is neither simple nor an array, as text."""
    if isinstance(value, (list, tuple)):
        return tuple(map(recorded, value))
    if value is None or is_number(value) or isinstance(value, (str, bool)):
        return value
    return str(value)


def report_of(lines: Iterable[str] | Sequence[str]) -> str:
    """Return lines that a step printed, as its report."""
    return "\n".join(lines).strip("\n")
