"""Measuring in turns: what is compared runs side by side, so that both meet the same machine."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
Tell = Callable[[str], None]
"""Tells whoever waits how far the measurement is."""


@dataclass(frozen=True)
class Spread:
    """The middle of some values, and between what half of them lie."""

    median: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Slice:
    """What happened in a slice of time.

    Attributes:
        latencies: How long each call took, in seconds.
        seconds: How long all took.
        cpu: The processor time that this process spent, in seconds.
    """

    latencies: Sequence[float]
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        """Calls a second."""
        return len(self.latencies) / self.seconds


@dataclass(frozen=True)
class Sample:
    """A slice of time with all who were at work in it.

    Attributes:
        slices: What each client met.
        server_cpu: The processor time of their server, in seconds; None where nobody tells.
        records: How many records each call had.
    """

    slices: Sequence[Slice]
    server_cpu: float | None
    records: int = 1

    @property
    def rate(self) -> float:
        """Records a second, of all clients."""
        return self.records * sum(one.rate for one in self.slices)


def processor_times(samples: Sequence[Sample]) -> dict[str, float]:
    """Return the processor time of a record, in microseconds, as details of a row."""
    slices = [(sample.records, one) for sample in samples for one in sample.slices]
    records = sum(each * len(one.latencies) for each, one in slices)
    details = {"client CPU us": 1e6 * sum(one.cpu for _, one in slices) / records}
    server = [sample.server_cpu for sample in samples if sample.server_cpu is not None]
    if server:
        details["server CPU us"] = 1e6 * sum(server) / records
    return details


def spread(values: Sequence[float]) -> Spread:
    """Return median and quartiles of two values or more."""
    lower, median, upper = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(median, lower, upper)


def ratios(measured: Sequence[float], baseline: Sequence[float]) -> Spread:
    """Return the spread of the ratios of values that were measured in turns."""
    return spread([one / other for one, other in zip(measured, baseline, strict=True)])


def in_turns(rounds: int, cases: Mapping[str, Callable[[], T]], tell: Tell) -> dict[str, list[T]]:
    """Measure all cases once in each round; every round begins with another case.

    A round before them warms up caches and connections, and is left out.

    Args:
        rounds: How many rounds count.
        cases: The measurements, by name.
        tell: Is told how far it is.
    """
    names = list(cases)
    results: dict[str, list[T]] = {name: [] for name in names}
    for number in range(rounds + 1):
        tell(f"round {number} of {rounds}" if number else "warming up")
        first = number % len(names)
        for name in names[first:] + names[:first]:
            result = cases[name]()
            if number:
                results[name].append(result)
    return results


def repeat(call: Callable[[], object], seconds: float) -> Slice:
    """Repeat a call until the time is over."""
    latencies = []
    cpu = time.process_time()
    start = before = time.perf_counter()
    while before - start < seconds:
        call()
        now = time.perf_counter()
        latencies.append(now - before)
        before = now
    return Slice(latencies, before - start, time.process_time() - cpu)
