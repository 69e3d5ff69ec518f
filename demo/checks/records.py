"""Checks the logs: every record of every run is there exactly once, and in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from demo.checks.common import attached, describe, different
from demo.scenes.steps import STATION, TO_BOTH
from demo.told.performance import GOOD, Performance, Run
from session_sharing import Record
from session_sharing.core import SessionEvent


def record_faults(performance: Performance) -> Iterator[str]:
    """Yield what was wrong with the records of a scene."""
    found = {
        unit: [record.outputs.get("index") for record in records]
        for unit, records in _by_unit(performance.records).items()
    }
    stored = _stored(performance, performance.events)
    names = {record.measurement_name for record in performance.records}
    for run in performance.runs:
        indices = found.pop(run.serial_number, [])
        count = _expected(run, stored, len(indices))
        yield from different(f"{describe(run)}: order of records", list(range(count)), indices)
        if run.serial_number in stored:
            told = _told(run, stored, len(indices))
            yield from different(f"{describe(run)}: records of its hold", told, len(indices))
    if found:
        yield f"records of units that nobody measured: {sorted(map(str, found))}"
    if len(names) != len({run.plugin for run in performance.runs if run.held}):
        word = performance.scene.way.shared.word
        yield f"the {word} does not have the records of both: {sorted(names)}"
    yield from _origin_faults(performance)
    yield from _copy_faults(performance)


def _origin_faults(performance: Performance) -> Iterator[str]:
    """Each record names the station and the program that it comes from."""
    records = _by_unit(performance.records)
    for run in performance.runs:
        contexts = [record.context for record in records[run.serial_number] if record.context]
        found = {(context.station, context.program) for context in contexts}
        if found - {(STATION, run.plugin.value)}:
            yield f"{describe(run)}: its records name another station or program: {found}"


def _copy_faults(performance: Performance) -> Iterator[str]:
    """The other log has the same records, value by value, of those that log to both; no others."""
    word = performance.scene.way.shared.other.word
    records, copies = _by_unit(performance.records), _by_unit(performance.copies)
    stored = _stored(performance, performance.other_events)
    for run in performance.runs:
        if run.plugin not in TO_BOTH[performance.scene.way]:
            continue
        found = copies.pop(run.serial_number, [])
        if found != records[run.serial_number]:
            yield f"{describe(run)}: the {word} does not have the same records"
        told = _told(run, stored, len(found))
        yield from different(
            f"{describe(run)}: records of its hold of the {word}", told, len(found)
        )
    if copies:
        yield f"records that do not belong into the {word}, of: {sorted(map(str, copies))}"


def _stored(performance: Performance, events: Sequence[SessionEvent]) -> dict[str, int]:
    """Return how many records of each unit are stored, as the service of a log told."""
    return {run.serial_number: hold.records for run, hold in attached(performance, events)}


def _expected(run: Run, stored: dict[str, int], found: int) -> int:
    """Return how many records a run must have: who was stopped, as many as it was told are stored.

    A run that was refused has none.
    """
    return run.readings if run.status == GOOD else _told(run, stored, found)


def _told(run: Run, stored: dict[str, int], found: int) -> int:
    """Return how many records of a run are stored, as the service told when the run let go.

    What was under way when it was stopped may have been stored just after that: then as many as
    were found, if it measured so many.
    """
    told = stored.get(run.serial_number, 0)
    is_stopped = run.status != GOOD and run.serial_number in stored
    return found if is_stopped and told < found <= run.readings else told


def _by_unit(records: Sequence[Record]) -> dict[str | None, list[Record]]:
    found: dict[str | None, list[Record]] = defaultdict(list)
    for record in records:
        found[record.context.serial_number if record.context else None].append(record)
    return found
