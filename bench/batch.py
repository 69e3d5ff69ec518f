"""Benchmark `batch`: many records, on disk, against a plain loop that writes a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TextIO

from bench import samples
from bench.effort import Effort
from bench.measuring import Sample, Tell, in_turns, processor_times, ratios, repeat, spread
from bench.report import Report, Row, at_least
from bench.samples import Values
from bench.servers import start_logger, with_server
from json_logger import JsonLoggerClient
from session_sharing.behavior import Behavior
from session_sharing.testing.processes import ServerProcess

CALL_RECORDS = 1000
KINDS = {"small": samples.small, "large": samples.large}
LOCAL, MANY, SOON, CALLS = "local loop", "log_many", "log_soon and flush", "log_many in calls"
LOCAL_FILE, LOG = "local.ndjson", "batch.ndjson"
TARGET = 2.0

Log = Callable[[JsonLoggerClient, Sequence[tuple[Values, Values]]], None]


def measure_batch(effort: Effort, folder: Path, tell: Tell) -> Report:
    """Measure many small and many large records."""
    rows: list[Row] = []
    with (
        start_logger(folder) as server,
        JsonLoggerClient("other.ndjson", address=server.address),  # holds the connection
    ):
        for kind, make in KINDS.items():
            values = [make(index) for index in range(effort.batch)]
            cases: dict[str, Callable[[], Sample]] = {
                LOCAL: partial(_local, folder / LOCAL_FILE, values, effort.seconds)
            }
            for name, log in WAYS.items():
                cases[name] = partial(_logged, folder / LOG, server, values, effort.seconds, log)
            rows += _rows(f"{kind} records", in_turns(effort.pairs, cases, tell))
    title = (
        f"{effort.batch:,} records from a caller's dicts to the disk; the loop only to the system; "
        "more is better"
    )
    judged = [row for row in rows if row.case.startswith(f"{MANY}, ")]
    return Report("batch", title, rows, [at_least(TARGET, row) for row in judged])


def _local(path: Path, values: Sequence[tuple[Values, Values]], seconds: float) -> Sample:
    """Measure what a program without a service does: a line and a flush for each record."""

    def write_all(log: TextIO) -> None:
        for each in values:
            log.write(samples.line(each))
            log.flush()

    with path.open("w", encoding="utf-8") as log:
        found = repeat(lambda: write_all(log), seconds)
    path.unlink()
    return Sample([found], None, len(values))


def _many(client: JsonLoggerClient, values: Sequence[tuple[Values, Values]]) -> None:
    client.log_many(map(samples.record, values))


def _soon(client: JsonLoggerClient, values: Sequence[tuple[Values, Values]]) -> None:
    for configurations, outputs in values:
        client.log_soon(samples.NAME, configurations, outputs)
    client.flush()


def _calls(client: JsonLoggerClient, values: Sequence[tuple[Values, Values]]) -> None:
    for start in range(0, len(values), CALL_RECORDS):
        _many(client, values[start : start + CALL_RECORDS])


WAYS: Mapping[str, Log] = {MANY: _many, SOON: _soon, f"{CALLS} of {CALL_RECORDS:,}": _calls}
"""How records are logged through a session: in one call, by a call each, in several calls."""


def _logged(
    path: Path,
    server: ServerProcess,
    values: Sequence[tuple[Values, Values]],
    seconds: float,
    log: Log,
) -> Sample:
    """Measure the same through a session, acknowledged on disk."""
    behavior = Behavior.INITIALIZE_SERVER_SESSION
    with JsonLoggerClient(path.name, behavior, address=server.address, ack="disk") as client:
        found, cpu = with_server(server, lambda: repeat(lambda: log(client, values), seconds))
    path.unlink()
    return Sample([found], cpu, len(values))


def _rows(what: str, found: Mapping[str, Sequence[Sample]]) -> list[Row]:
    baseline = [sample.rate for sample in found[LOCAL]]
    rows: list[Row] = []
    for name, measured in found.items():
        rates = [sample.rate for sample in measured]
        compared = ratios(rates, baseline) if rows else None
        against = rows[0].case if rows else ""
        details = processor_times(measured)
        rows.append(Row(f"{name}, {what}", spread(rates), "records/s", compared, against, details))
    return rows
