"""Checks the file: every record of every run is there exactly once, and in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from demo.checks.common import attached, describe, different
from demo.told.performance import GOOD, Performance, Run


def record_faults(performance: Performance) -> Iterator[str]:
    """Yield what was wrong with the records of a scene."""
    found = _indices_by_unit(performance)
    stored = {run.serial_number: hold.records for run, hold in attached(performance)}
    names = {record.measurement_name for record in performance.records}
    for run in performance.runs:
        count = _expected(run, stored)
        indices = found.pop(run.serial_number, [])
        yield from different(f"{describe(run)}: order of records", list(range(count)), indices)
        if run.serial_number in stored:
            told = stored[run.serial_number]
            yield from different(f"{describe(run)}: records of its hold", told, len(indices))
    if found:
        yield f"records of units that nobody measured: {sorted(map(str, found))}"
    if len(names) != len({run.plugin for run in performance.runs if run.held}):
        yield f"the file does not have the records of both: {sorted(names)}"


def _expected(run: Run, stored: dict[str, int]) -> int:
    """Return how many records a run must have: who was stopped, as many as it was told are stored.

    A run that was refused has none.
    """
    if run.status == GOOD:
        return run.readings
    return stored.get(run.serial_number, 0)


def _indices_by_unit(performance: Performance) -> dict[str | None, list[object]]:
    found: dict[str | None, list[object]] = defaultdict(list)
    for record in performance.records:
        unit = record.context.serial_number if record.context else None
        found[unit].append(record.outputs.get("index"))
    return found
