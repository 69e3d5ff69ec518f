"""What a benchmark found, for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.measuring import Spread
from session_sharing.cli.output import print_table


@dataclass(frozen=True)
class Row:
    """One case.

    Attributes:
        case: What was measured.
        value: How much.
        unit: The unit of the value.
        ratio: The value as a multiple of that of the baseline, pair by pair.
        baseline: The case that it is compared to.
        details: Further numbers, by name and unit.
    """

    case: str
    value: Spread
    unit: str
    ratio: Spread | None = None
    baseline: str = ""
    details: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """Whether a requirement was met in this run."""

    text: str
    holds: bool


@dataclass(frozen=True)
class Report:
    """What a benchmark found.

    Attributes:
        name: The benchmark.
        title: What was measured, and whether more is better.
        rows: The cases; each baseline stands before those that are compared to it.
        verdicts: The requirements.
    """

    name: str
    title: str
    rows: Sequence[Row]
    verdicts: Sequence[Verdict] = ()

    def fields(self) -> dict[str, Any]:
        """Return the report as programs are told of it."""
        return asdict(self)


def at_least(target: float, measured: Row) -> Verdict:
    """Return whether the median of a ratio reaches a target."""
    reached = measured.ratio is not None and measured.ratio.median >= target
    return Verdict(f"{measured.case}: at least {target} times {measured.baseline}", reached)


def show(report: Report) -> None:
    """Print a report for people. A ratio is to the nearest line above that has none."""
    print(f"\n=== {report.name}: {report.title}\n")
    columns = ("CASE", "MEDIAN", "QUARTILES", "UNIT", "RATIO", "QUARTILES", "BESIDES")
    print_table(columns, [_cells(row) for row in report.rows])
    for verdict in report.verdicts:
        print(f"{verdict.text}: {'yes' if verdict.holds else 'no'}")


def _cells(row: Row) -> tuple[str, ...]:
    ratio = _spread_cells(row.ratio) if row.ratio else ("", "")
    besides = ", ".join(f"{name} {_number(value)}" for name, value in row.details.items())
    return (row.case, *_spread_cells(row.value), row.unit, *ratio, besides)


def _spread_cells(value: Spread) -> tuple[str, str]:
    return _number(value.median), f"{_number(value.lower)} to {_number(value.upper)}"


def _number(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
