"""Benchmark `batch`: many records a call, on disk, against a plain loop that writes a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import TextIO

from bench import samples
from bench.effort import Effort
from bench.measuring import Sample, Tell, in_turns, processor_times, ratios, repeat, spread
from bench.report import Report, Row
from bench.samples import Values
from bench.servers import start_logger, with_server
from json_logger import JsonLoggerClient
from session_sharing.behavior import Behavior
from session_sharing.testing.processes import ServerProcess

COUNTS = (256, 1000)
KINDS = {"small": samples.small, "large": samples.large}
LOCAL, LOGGED = "local loop", "log_many"
LOCAL_FILE, LOG = "local.ndjson", "batch.ndjson"


def measure_batch(effort: Effort, folder: Path, tell: Tell) -> Report:
    """Measure batches of small and of large records."""
    rows: list[Row] = []
    with (
        start_logger(folder) as server,
        JsonLoggerClient("other.ndjson", address=server.address),  # holds the connection
    ):
        for kind, make in KINDS.items():
            for count in COUNTS:
                values = [make(index) for index in range(count)]
                cases: dict[str, Callable[[], Sample]] = {
                    LOCAL: partial(_local, folder / LOCAL_FILE, values, effort.seconds),
                    LOGGED: partial(_logged, folder / LOG, server, values, effort.seconds),
                }
                found = in_turns(effort.pairs, cases, tell)
                rows += _rows(f"{count} {kind} records", found[LOCAL], found[LOGGED])
    title = "records from a caller's dicts to the disk; the loop only to the system; more is better"
    return Report("batch", title, rows)


def _local(path: Path, values: Sequence[tuple[Values, Values]], seconds: float) -> Sample:
    """Measure what a program without a service does: a line and a flush for each record."""

    def write_all(log: TextIO) -> None:
        for configurations, outputs in values:
            record = {
                "timestamp": datetime.now(timezone.utc).isoformat(),
                "measurement_name": samples.NAME,
                "measurement_configurations": configurations,
                "measurement_outputs": outputs,
            }
            log.write(json.dumps(record) + "\n")
            log.flush()

    with path.open("w", encoding="utf-8") as log:
        found = repeat(lambda: write_all(log), seconds)
    path.unlink()
    return Sample([found], None, len(values))


def _logged(
    path: Path, server: ServerProcess, values: Sequence[tuple[Values, Values]], seconds: float
) -> Sample:
    """Measure the same through a session, acknowledged on disk, all records in one call."""
    behavior = Behavior.INITIALIZE_SERVER_SESSION
    with JsonLoggerClient(path.name, behavior, address=server.address, ack="disk") as client:

        def log_all() -> None:
            client.log_many(map(samples.record, values))

        found, cpu = with_server(server, lambda: repeat(log_all, seconds))
    path.unlink()
    return Sample([found], cpu, len(values))


def _rows(what: str, local: Sequence[Sample], logged: Sequence[Sample]) -> list[Row]:
    baseline, rates = ([sample.rate for sample in found] for found in (local, logged))
    loop = Row(f"{LOCAL}, {what}", spread(baseline), "records/s", details=processor_times(local))
    compared = ratios(rates, baseline)
    name, details = f"{LOGGED}, {what}", processor_times(logged)
    return [loop, Row(name, spread(rates), "records/s", compared, loop.case, details)]
