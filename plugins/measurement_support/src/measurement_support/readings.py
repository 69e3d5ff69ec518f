"""What a measurement finds: readings, and what they amount to."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Reading:
    """One reading.

    Attributes:
        index: From 0 up over all readings and sites of a run.
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
    value: float
    taken: datetime


@dataclass(frozen=True)
class Limits:
    """What the mean of a good unit lies between, both included."""

    low: float
    high: float

    def hold(self, value: float) -> bool:
        """Tell whether a value is within the limits."""
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Summary:
    """What the readings of a run amount to: one entry for each site, in the order of `sites`.

    Attributes:
        sites: The sites.
        mean: The means.
        noise: The standard deviations; 0 for a single reading.
        passed: Whether all means are within the limits.
    """

    sites: list[int]
    mean: list[float]
    noise: list[float]
    passed: bool


def summarise(readings: Sequence[Reading], limits: Limits) -> Summary:
    """Return what readings amount to, for the sites in the order in which they came."""
    by_site: dict[int, list[float]] = {}
    for reading in readings:
        by_site.setdefault(reading.site, []).append(reading.value)
    means = [statistics.fmean(values) for values in by_site.values()]
    noises = [statistics.stdev(values) if values[1:] else 0.0 for values in by_site.values()]
    return Summary(list(by_site), means, noises, all(map(limits.hold, means)))
