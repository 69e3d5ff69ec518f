"""What is logged: a caller's dicts, small ones and large ones, no two alike."""

from __future__ import annotations

import json
import math
from datetime import datetime, timezone
from typing import Any, TypeAlias

from session_sharing.records import Record

NAME = "voltage sweep"
Values: TypeAlias = "dict[str, Any]"


def small(index: int) -> tuple[Values, Values]:
    """Return four configurations and four plain outputs."""
    configurations = {"voltage": 3.3, "samples": 100, "range": f"{index % 8} V", "filtered": True}
    outputs = {"mean": math.cos(index), "count": index, "passed": index % 7 != 0, "unit": "V"}
    return configurations, outputs


def large(index: int) -> tuple[Values, Values]:
    """Return the same with an array of ten numbers besides."""
    configurations, outputs = small(index)
    return configurations, {**outputs, "wave": [math.sin(index + n / 10) for n in range(10)]}


def line(values: tuple[Values, Values]) -> str:
    """Make a line as programs do that have no service."""
    configurations, outputs = values
    record = {
        "timestamp": datetime.now(timezone.utc).isoformat(),
        "measurement_name": NAME,
        "measurement_configurations": configurations,
        "measurement_outputs": outputs,
    }
    return json.dumps(record) + "\n"


def record(values: tuple[Values, Values]) -> Record:
    """Make a record of a caller's dicts, as callers do."""
    return Record(NAME, *values)
