"""What the benchmarks of the database writer have in common: jobs, rows and verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from bench.clients import Clients, Target
from bench.databases import BenchDatabase, Stored
from bench.effort import Effort
from bench.measuring import Sample, Tell, in_turns, processor_times, ratios, spread
from bench.report import Row, Verdict
from bench.servers import with_server
from session_sharing.testing.processes import ServerProcess

CLIENTS = 8
SLICES = 2.0
"""A slice is longer than elsewhere, by this: a call of many records takes long."""


@dataclass(frozen=True)
class Rate:
    """A slice of time, and what the database says of it.

    Attributes:
        sample: What the clients met.
        stored: What was stored; None where nobody stores.
    """

    sample: Sample
    stored: Stored | None = None

    @property
    def lost(self) -> int:
        """How many records were acknowledged and are not there, or are there twice."""
        calls = sum(len(one.latencies) for one in self.sample.slices)
        return 0 if self.stored is None else abs(self.sample.records * calls - self.stored.records)


Found = Mapping[str, Sequence[Rate]]


@dataclass(frozen=True)
class Job:
    """What is measured.

    Attributes:
        name: Its name.
        clients: How many processes do it at once.
        target: What they call.
        database: Where it stores; None if it does not.
        server: Whose processor time counts, if anyone's.
        records: How many records a call has.
    """

    name: str
    clients: int
    target: Target
    database: BenchDatabase | None = None
    server: ServerProcess | None = None
    records: int = 1

    def measure(self, clients: Clients, seconds: float) -> Rate:
        """Measure a slice of time."""
        sample = partial(self._sample, clients, seconds)
        return Rate(sample()) if self.database is None else Rate(*self.database.meanwhile(sample))

    def _sample(self, clients: Clients, seconds: float) -> Sample:
        run = partial(clients.run, self.name, seconds)
        slices, cpu = (run(), None) if self.server is None else with_server(self.server, run)
        return Sample(slices, cpu, self.records)


def measure(jobs: Sequence[Job], effort: Effort, tell: Tell) -> Found:
    """Measure all jobs in turns; processes that idle belong to the others."""
    with ExitStack() as stack:
        clients: dict[int, Clients] = {}
        for count in sorted({job.clients for job in jobs}):
            tell(f"starting {count} client processes")
            targets = {job.name: job.target for job in jobs if job.clients == count}
            clients[count] = stack.enter_context(Clients(count, targets))
        seconds = effort.seconds * SLICES
        cases = {job.name: partial(job.measure, clients[job.clients], seconds) for job in jobs}
        return in_turns(effort.pairs, cases, tell)


def row(
    found: Found, name: str, baseline: str | None = None, details: Mapping[str, float] | None = None
) -> Row:
    """Return the row of a case, in records a second.

    Args:
        found: What was measured, by case.
        name: The case.
        baseline: What it is compared to.
        details: What to show besides commits and processor times.
    """
    rates = _rates(found[name])
    compared = None if baseline is None else ratios(rates, _rates(found[baseline]))
    besides = {**(details or {}), **commits(found[name])}
    times = processor_times([one.sample for one in found[name]])
    besides.update((key, value) for key, value in times.items() if key not in besides)
    return Row(name, spread(rates), "records/s", compared, baseline or "", besides)


def commits(rates: Sequence[Rate]) -> dict[str, float]:
    """Return how many records and commits there were, as details of a row."""
    stored = [one.stored for one in rates if one.stored is not None]
    if not stored:
        return {}
    records, made = (sum(one.records for one in stored), sum(one.commits for one in stored))
    return {"records": records, "commits": made, "records a commit": records / made}


def all_stored(found: Found) -> Verdict:
    """Return whether the databases hold exactly what was acknowledged."""
    lost = sum(one.lost for rates in found.values() for one in rates)
    return Verdict("each record that was acknowledged is stored once", lost == 0)


def _rates(rates: Sequence[Rate]) -> list[float]:
    return [one.sample.rate for one in rates]
