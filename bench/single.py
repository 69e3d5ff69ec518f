"""Benchmark `single`: a record a call, against a gRPC server that does nothing."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from bench import calls
from bench.clients import Clients, Target
from bench.effort import Effort
from bench.measuring import Sample, Tell, in_turns, processor_times, ratios, spread
from bench.report import Report, Row, at_least
from bench.servers import start_logger, start_nothing, with_server
from session_sharing.testing.processes import ServerProcess

COUNTS = (1, 4)
NOTHING, OS, DISK = "does nothing", "os", "disk"
FLUSHED, SYNCED = "flushed", "synced"
NAMES = {
    NOTHING: "does nothing",
    OS: "log, ack=os",
    DISK: "log, ack=disk",
    FLUSHED: "no service, json.dumps, write, flush",
    SYNCED: "no service, json.dumps, write, fdatasync",
}
TARGET = 0.85


def measure_single(effort: Effort, folder: Path, tell: Tell) -> Report:
    """Measure calls from one client process and from several."""
    rows: list[Row] = []
    with ExitStack() as stack:
        logger = stack.enter_context(start_logger(folder / "logs"))
        nothing = stack.enter_context(start_nothing(folder / "nothing"))
        servers = {NOTHING: nothing, OS: logger, DISK: logger}
        targets: dict[str, Target] = {NOTHING: partial(calls.nothing, nothing.address)}
        for level in (OS, DISK):
            targets[level] = partial(calls.log_line, logger.address, level)
        for name in (FLUSHED, SYNCED):
            targets[name] = partial(calls.write_line, folder, name == SYNCED)
        for count in COUNTS:
            tell(f"starting {count} client processes")
            with Clients(count, targets) as clients:
                cases = _cases(clients, servers, effort.seconds)
                rows += _rows(count, in_turns(effort.pairs, cases, tell))
    title = "calls of one record each, against gRPC that does nothing; more is better"
    judged = [row for row in rows if row.case == f"{NAMES[OS]}, 1 client"]
    return Report("single", title, rows, [at_least(TARGET, row) for row in judged])


def _cases(
    clients: Clients, servers: Mapping[str, ServerProcess], seconds: float
) -> dict[str, Callable[[], Sample]]:
    def sample(target: str) -> Sample:
        if target not in servers:
            return Sample(clients.run(target, seconds), None)
        return Sample(*with_server(servers[target], lambda: clients.run(target, seconds)))

    return {target: partial(sample, target) for target in NAMES}


def _rows(count: int, found: Mapping[str, Sequence[Sample]]) -> list[Row]:
    who = "1 client" if count == 1 else f"{count} clients"
    baseline = [sample.rate for sample in found[NOTHING]]
    rows: list[Row] = []
    for target, name in NAMES.items():
        rates = [sample.rate for sample in found[target]]
        compared = None if target == NOTHING else ratios(rates, baseline)
        against = "" if compared is None else rows[0].case
        details = call_details(found[target])
        rows.append(Row(f"{name}, {who}", spread(rates), "calls/s", compared, against, details))
    return rows


def call_details(samples: Sequence[Sample]) -> dict[str, float]:
    """Return latencies, and the processor time of a call, as details of a row."""
    slices = [one for sample in samples for one in sample.slices]
    latencies = [1000 * latency for one in slices for latency in one.latencies]
    percentiles = statistics.quantiles(latencies, n=100)
    tail = {"p50 ms": percentiles[49], "p99 ms": percentiles[98]}
    return {**tail, **processor_times(samples)}
