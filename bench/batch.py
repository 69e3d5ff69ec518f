"""Benchmark `batch`: many records a call, on disk, against a plain loop that writes a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import TextIO

from bench import samples
from bench.effort import Effort
from bench.measuring import Slice, Tell, in_turns, ratios, repeat, spread
from bench.report import Report, Row
from bench.samples import Values
from bench.servers import start_logger
from json_logger import JsonLoggerClient
from session_sharing.behavior import Behavior

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
                cases = {
                    LOCAL: partial(_local, folder / LOCAL_FILE, values, effort.seconds),
                    LOGGED: partial(_logged, folder / LOG, server.address, values, effort.seconds),
                }
                found = in_turns(effort.pairs, cases, tell)
                rows += _rows(f"{count} {kind} records", count, found[LOCAL], found[LOGGED])
    title = "records from a caller's dicts to the disk; the loop only to the system; more is better"
    return Report("batch", title, rows)


def _local(path: Path, values: Sequence[tuple[Values, Values]], seconds: float) -> Slice:
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
    return found


def _logged(
    path: Path, address: str, values: Sequence[tuple[Values, Values]], seconds: float
) -> Slice:
    """Measure the same through a session, acknowledged on disk, all records in one call."""
    behavior = Behavior.INITIALIZE_SERVER_SESSION
    with JsonLoggerClient(path.name, behavior, address=address, ack="disk") as client:
        found = repeat(lambda: client.log_many(map(samples.record, values)), seconds)
    path.unlink()
    return found


def _rows(what: str, count: int, local: Sequence[Slice], logged: Sequence[Slice]) -> list[Row]:
    baseline, rates = ([count * one.rate for one in found] for found in (local, logged))
    name = f"{LOCAL}, {what}"
    return [
        Row(name, spread(baseline), "records/s", details=_details(count, local)),
        Row(
            f"{LOGGED}, {what}",
            spread(rates),
            "records/s",
            ratios(rates, baseline),
            name,
            _details(count, logged),
        ),
    ]


def _details(count: int, slices: Sequence[Slice]) -> dict[str, float]:
    records = count * sum(len(one.latencies) for one in slices)
    return {"client CPU us": 1e6 * sum(one.cpu for one in slices) / records}
