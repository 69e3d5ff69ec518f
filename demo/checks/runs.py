"""Checks what came of each run: its status, its text, and what it found."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from enum import Enum

from demo.checks.common import attached, describe, different
from demo.scenes.steps import Log, Plugin
from demo.told.performance import GOOD, Performance, Run

MEANS: Mapping[Enum, str] = {Plugin.VOLTAGE: "mean", Plugin.CURRENT: "currents"}
"""What the output is called that holds the mean of a run."""

PLAUSIBLE: Mapping[Enum, tuple[float, float]] = {
    Plugin.VOLTAGE: (3.1, 3.5),
    Plugin.CURRENT: (0.8e-3, 1.2e-3),
}
"""Between what it lies: a 3.3 V regulator, in volts; what that takes itself, in amperes."""


def run_faults(performance: Performance) -> Iterator[str]:
    """Yield what was wrong with the runs of a scene."""
    for run in performance.runs:
        for fault in _faults(run):
            yield f"{describe(run)}: {fault}"
    yield from _session_faults(performance)


def _faults(run: Run) -> Iterator[str]:
    if run.status != run.wanted.status:
        yield f"expected {run.wanted.status}, found {run.status} {run.text}".rstrip()
        return
    for words in run.wanted.says:
        if words not in run.text:
            yield f"the refusal does not say {words!r}: {run.text}"
    if run.status == GOOD:
        yield from _output_faults(run)


def _output_faults(run: Run) -> Iterator[str]:
    yield from different("sites", [0], run.outputs.get("sites"))
    yield from different("passed", True, run.outputs.get("passed"))
    yield from different("records logged", run.readings, run.outputs.get("logged"))
    lowest, highest = PLAUSIBLE[run.plugin]
    mean = _only(run.outputs.get(MEANS[run.plugin]))
    if not lowest <= mean <= highest:
        yield f"a mean of {mean} lies outside {lowest} to {highest}"


def _only(values: object) -> float:
    """Return the one number of a list; no number if it is anything else."""
    if isinstance(values, list) and len(values) == 1 and isinstance(values[0], float):
        return values[0]
    return math.nan


def _session_faults(performance: Performance) -> Iterator[str]:
    """What runs say of their sessions is what the services say of them, the file's first."""
    logs = {
        performance.scene.way.shared: performance.events,
        performance.scene.way.shared.other: performance.other_events,
    }
    pairs = [pair for log in Log for pair in attached(performance, logs[log])]
    for run in performance.runs:
        held = [hold for one, hold in pairs if one is run]
        if run.status == GOOD and held:
            names = ", ".join(hold.session for hold in held)
            expected = names, any(hold.created for hold in held)
            told = run.outputs.get("log_session"), run.outputs.get("new_session")
            yield from different(f"{describe(run)}: session", expected, told)
