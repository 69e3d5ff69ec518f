"""Benchmark `single`: a record a call, against a gRPC server that does nothing."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.clients import DISK, NOTHING, OS, Clients
from bench.effort import Effort
from bench.measuring import Slice, Tell, in_turns, processor_seconds, ratios, spread
from bench.report import Report, Row
from bench.servers import start_logger, start_nothing
from session_sharing.testing.processes import ServerProcess

COUNTS = (1, 4)
NAMES = {
    NOTHING: "gRPC that does nothing",
    OS: "log, acknowledged by the system",
    DISK: "log, on disk",
}


@dataclass(frozen=True)
class Sample:
    """What all clients met in one slice of time, and the processor time of their server."""

    slices: Sequence[Slice]
    server_cpu: float | None

    @property
    def rate(self) -> float:
        """Calls a second, of all clients."""
        return sum(one.rate for one in self.slices)


def measure_single(effort: Effort, folder: Path, tell: Tell) -> Report:
    """Measure calls from one client process and from several."""
    rows: list[Row] = []
    with ExitStack() as stack:
        logger = stack.enter_context(start_logger(folder / "logs"))
        nothing = stack.enter_context(start_nothing(folder / "nothing"))
        servers = {NOTHING: nothing, OS: logger, DISK: logger}
        for count in COUNTS:
            tell(f"starting {count} client processes")
            with Clients(count, logger.address, nothing.address) as clients:
                cases = _cases(clients, servers, effort.seconds)
                rows += _rows(count, in_turns(effort.pairs, cases, tell))
    return Report("single", "calls of one record each; more is better", rows)


def _cases(
    clients: Clients, servers: Mapping[str, ServerProcess], seconds: float
) -> dict[str, Callable[[], Sample]]:
    def sample(target: str) -> Sample:
        server = servers[target].process.pid
        before = processor_seconds(server)
        slices = clients.run(target, seconds)
        after = processor_seconds(server)
        cpu = None if before is None or after is None else after - before
        return Sample(slices, cpu)

    return {target: partial(sample, target) for target in NAMES}


def _rows(count: int, found: Mapping[str, Sequence[Sample]]) -> list[Row]:
    who = "1 client" if count == 1 else f"{count} clients"
    baseline = [sample.rate for sample in found[NOTHING]]
    rows = []
    for target, name in NAMES.items():
        rates = [sample.rate for sample in found[target]]
        compared = None if target == NOTHING else ratios(rates, baseline)
        against = "" if compared is None else NAMES[NOTHING]
        details = _details(found[target])
        rows.append(Row(f"{name}, {who}", spread(rates), "calls/s", compared, against, details))
    return rows


def _details(samples: Sequence[Sample]) -> dict[str, float]:
    """Return latencies, and the processor time of a call."""
    slices = [one for sample in samples for one in sample.slices]
    latencies = [1000 * latency for one in slices for latency in one.latencies]
    percentiles = statistics.quantiles(latencies, n=100)
    details = {
        "p50 ms": percentiles[49],
        "p99 ms": percentiles[98],
        "client CPU us": 1e6 * sum(one.cpu for one in slices) / len(latencies),
    }
    server = [sample.server_cpu for sample in samples if sample.server_cpu is not None]
    if server:
        details["server CPU us"] = 1e6 * sum(server) / len(latencies)
    return details
