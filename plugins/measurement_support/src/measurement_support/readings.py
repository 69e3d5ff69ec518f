"""What a measurement finds: readings, and what they amount to."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from session_sharing import Limits


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


def hold(limits: Limits, value: float) -> bool:
    """Tell whether a value is within limits, both included; what is no number never is."""
    low = -math.inf if limits.low is None else limits.low
    high = math.inf if limits.high is None else limits.high
    return low <= value <= high


def status(limits: Limits, value: float) -> str:
    """Return what comes of a value, in the words that records have for it."""
    return "passed" if hold(limits, value) else "failed"


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
    return Summary(list(by_site), means, noises, all(hold(limits, mean) for mean in means))
