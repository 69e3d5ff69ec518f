"""Benchmark `open`: a log of a million records opens and attaches like an empty one."""

from __future__ import annotations

import os
import time
from datetime import datetime, timezone
from functools import partial
from pathlib import Path

from bench import samples
from bench.effort import Effort
from bench.measuring import Tell, in_turns, ratios, spread
from bench.report import Report, Row, Verdict
from bench.servers import start_logger
from json_logger import JsonLoggerClient
from session_sharing.behavior import Behavior
from session_sharing.records import RecordLimits, record_to_line

EMPTY, BIG = "empty.ndjson", "big.ndjson"
REQUIRED = ("open", "attach")
STEPS = (*REQUIRED, "close")
TIMES, MORE_MILLISECONDS = 2.0, 5.0


def measure_open(effort: Effort, folder: Path, tell: Tell) -> Report:
    """Measure opening, attaching and closing of both logs."""
    tell(f"writing {effort.records:,} records")
    folder.joinpath(EMPTY).touch()
    write_log(folder / BIG, effort.records)
    with (
        start_logger(folder) as server,
        JsonLoggerClient("other.ndjson", address=server.address),  # holds the connection
    ):
        cases = {name: partial(_steps, name, server.address) for name in (EMPTY, BIG)}
        found = in_turns(effort.pairs, cases, tell)
    return _report(effort, found[EMPTY], found[BIG])


def write_log(path: Path, count: int) -> None:
    """Write a log as the service does, but quickly, and bring it to the disk."""
    limits, now = RecordLimits(), datetime.now(timezone.utc)
    records = (samples.record(samples.large(index)) for index in range(1000))
    lines = [record_to_line(record, now=now, limits=limits) for record in records]
    thousand = b"".join(lines)
    with path.open("wb") as log:
        for _ in range(count // len(lines)):
            log.write(thousand)
        log.write(b"".join(lines[: count % len(lines)]))
        log.flush()
        os.fsync(log.fileno())


def _steps(name: str, address: str) -> dict[str, float]:
    """Open, attach, close; return how long each took, in milliseconds."""
    moments = [time.perf_counter()]
    creator = JsonLoggerClient(name, Behavior.INITIALIZE_SERVER_SESSION, address=address)
    moments.append(time.perf_counter())
    other = JsonLoggerClient(name, Behavior.ATTACH_TO_SERVER_SESSION, address=address)
    moments.append(time.perf_counter())
    other.detach()
    before_close = time.perf_counter()
    creator.close()
    closing = time.perf_counter() - before_close
    taken = (moments[1] - moments[0], moments[2] - moments[1], closing)
    return {step: 1000 * seconds for step, seconds in zip(STEPS, taken, strict=True)}


def _report(effort: Effort, empty: list[dict[str, float]], big: list[dict[str, float]]) -> Report:
    rows, verdicts = [], []
    many = f"{effort.records:,} records"
    for step in STEPS:
        small, large = ([times[step] for times in found] for found in (empty, big))
        baseline = f"{step}, empty log"
        rows.append(Row(baseline, spread(small), "ms"))
        row = Row(f"{step}, {many}", spread(large), "ms", ratios(large, small), baseline)
        rows.append(row)
        if step in REQUIRED:
            verdicts.append(_verdict(row, rows[-2]))
    title = f"time to open, attach and close a log of {many} and an empty one; less is better"
    return Report("open", title, rows, verdicts)


def _verdict(row: Row, baseline: Row) -> Verdict:
    longer, limit = row.value.median, baseline.value.median
    text = f"{row.case}: within {TIMES:g}x or {MORE_MILLISECONDS:g} ms"
    return Verdict(text, longer <= max(TIMES * limit, limit + MORE_MILLISECONDS))
