"""Checks what came of a scene of a service that was made from the template."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from demo.checks.sessions import LogTold, meeting_faults
from demo.told.performance import GOOD, Performance
from demo.told.spans import holds, openings


def find_made_faults(performance: Performance) -> list[str]:
    """Return what was not as it should be, a sentence each."""
    return list(_faults(performance))


def _faults(performance: Performance) -> Iterator[str]:
    scene, runs = performance.scene, performance.runs
    for run in runs:
        if run.status != run.wanted.status:
            expected = run.wanted.status
            yield f"{run.plugin.value}: expected {expected}, found {run.status} {run.text}"
    told = LogTold("resource", performance.events, performance.names)
    yield from told.faults(scene.opens, scene.pending, Counter(run.plugin.value for run in runs))
    yield from meeting_faults(scene.way, holds(performance.events, performance.names))
    sessions = {opening.session for opening in openings(performance.events)}
    for run in runs:
        if run.status == GOOD and run.outputs.get("session") not in sessions:
            yield f"{run.plugin.value} names another session: {run.outputs.get('session')}"
