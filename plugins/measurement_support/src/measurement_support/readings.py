"""What a measurement finds: readings, and what they amount to."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from session_sharing import Limits

V = TypeVar("V")
"""What an instrument reads: of a supply, for example, voltage and current."""


@dataclass(frozen=True)
class Reading(Generic[V]):
    """One reading.

    Attributes:
        index: From 0 up over all readings, sites and pins of a run.
        site: The site; -1 for system pins.
        pin: The pin that was measured.
        channel: The channel of the instrument.
        value: What was measured.
        taken: When, in UTC.
    """

    index: int
    site: int
    pin: str
    channel: str
    value: V
    taken: datetime


def by_pin(readings: Sequence[Reading[V]]) -> dict[tuple[int, str], list[V]]:
    """Return what was measured at each site and pin, in the order in which these came."""
    found: dict[tuple[int, str], list[V]] = {}
    for reading in readings:
        found.setdefault((reading.site, reading.pin), []).append(reading.value)
    return found


def mean(values: Sequence[float]) -> float:
    """Return the mean; no number if one of the values is none, or is infinite."""
    return statistics.fmean(values) if all(map(math.isfinite, values)) else math.nan


def noise(values: Sequence[float]) -> float:
    """Return the standard deviation: 0 of a single value, no number where the mean is none."""
    if not all(map(math.isfinite, values)):
        return math.nan
    return statistics.stdev(values) if values[1:] else 0.0


def hold(limits: Limits, value: float) -> bool:
    """Tell whether a value is within limits, both included; what is no number never is."""
    low = -math.inf if limits.low is None else limits.low
    high = math.inf if limits.high is None else limits.high
    return low <= value <= high


def status(*, passed: bool) -> str:
    """Return what comes of a value, in the words that records have for it."""
    return "passed" if passed else "failed"
