"""The results for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from teststand_runner.results import (
    ExecutionResult,
    Outcome,
    Recorded,
    SequenceResult,
    StepResult,
    Value,
    worst,
)

FORM = 1
"""The version of this form; it grows when a program that reads it has to change."""


def json_text(results: Sequence[ExecutionResult]) -> str:
    """Return the results as JSON, in ASCII."""
    return json.dumps(json_fields(results), indent=2, allow_nan=False) + "\n"


def json_fields(results: Sequence[ExecutionResult]) -> dict[str, Any]:
    """Return the results as what JSON knows.

    Numbers that JSON does not know are the texts `NaN`, `Infinity` and `-Infinity`.
    """
    return {
        "form": FORM,
        "status": worst((each.status for each in results), none=Outcome.DONE).value,
        "executions": [_execution(each) for each in results],
    }


def _execution(result: ExecutionResult) -> dict[str, Any]:
    return {
        "socket": result.socket,
        "file": result.file,
        "sequence": result.sequence,
        "started": result.started.isoformat(timespec="microseconds"),
        "seconds": result.duration,
        "status": result.status.value,
        "error": result.error,
        "main": _sequence(result.main),
        "threads": [_sequence(each) for each in result.threads],
    }


def _sequence(result: SequenceResult) -> dict[str, Any]:
    return {
        "name": result.name,
        "thread": result.thread,
        "depth": result.depth,
        "started": result.started.isoformat(timespec="microseconds"),
        "seconds": result.duration,
        "status": result.status.value,
        "error": result.error,
        "steps": [_step(each) for each in result.steps],
    }


def _step(result: StepResult) -> dict[str, Any]:
    place = result.place
    return {
        "name": place.name,
        "group": place.group.value,
        "index": place.index,
        "id": place.id,
        "type": place.type_name,
        "started": result.started.isoformat(timespec="microseconds"),
        "seconds": result.duration,
        "status": result.status.value,
        "error": result.error,
        "report": result.report,
        "recorded": result.recorded,
        "values": [_value(each) for each in result.values],
        "iterations": [_step(each) for each in result.iterations],
        "call": _sequence(result.call) if result.call is not None else None,
    }


def _value(value: Value) -> dict[str, Any]:
    return {
        "name": value.name,
        "direction": value.direction,
        "type": value.type,
        "value": _known(value.value),
        "member": value.member or None,
    }


def _known(value: Recorded) -> Recorded:
    """Return a value that JSON knows."""
    if isinstance(value, tuple):
        return tuple(map(_known, value))
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
