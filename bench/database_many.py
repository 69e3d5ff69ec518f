"""Benchmarks `database-hundred` and `database-thousand`: many records a call into a database.

They are compared to programs that write into the same tables by themselves, through SQLAlchemy
Core. The rows of both begin with a caller's dicts and end with a commit on disk.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from bench import calls, local_loops
from bench.database_rates import CLIENTS, Found, Job, all_stored, measure, row
from bench.databases import POSTGRESQL, BenchDatabase, absent, running_writer
from bench.effort import Effort
from bench.measuring import Tell
from bench.report import Report, Row, at_least
from session_sharing.testing.processes import ServerProcess

HUNDRED, THOUSAND = 100, 1000
HUNDRED_TARGET, THOUSAND_TARGET = 1.0, 0.8
SINGLE = f"{CLIENTS} processes, SQLAlchemy, a record a transaction"
BULK = f"SQLAlchemy, {THOUSAND:,} records a transaction"
COPY = f"COPY, {THOUSAND:,} records a transaction"


def measure_database_hundred(effort: Effort, folder: Path, tell: Tell) -> Report:
    """Measure calls of 100 records, against eight processes with a transaction for each record."""
    counts = (1, CLIENTS)
    with running_writer(folder, tell) as (writer, databases):
        jobs: list[Job] = []
        for database in databases:
            loop = partial(local_loops.insert_one, database.url)
            jobs.append(Job(f"{SINGLE}, {database.kind}", CLIENTS, loop, database))
            jobs += [_stored(writer, database, HUNDRED, count) for count in counts]
        found = measure(jobs, effort, tell)
    rows: list[Row] = []
    for kind in (database.kind for database in databases):
        baseline = f"{SINGLE}, {kind}"
        rows.append(row(found, baseline))
        rows += [row(found, _name(HUNDRED, count, kind), baseline) for count in counts]
    verdicts = [at_least(HUNDRED_TARGET, one) for one in rows if one.ratio]
    title = f"{HUNDRED} records a call, against programs that write by themselves; more is better"
    return Report(
        *("database-hundred", title + absent(databases), rows, [*verdicts, all_stored(found)])
    )


def measure_database_thousand(effort: Effort, folder: Path, tell: Tell) -> Report:
    """Measure calls of 1,000 records, against a local loop with transactions of that size."""
    with running_writer(folder, tell) as (writer, databases):
        jobs: list[Job] = []
        for database in databases:
            loop = partial(local_loops.insert_many, database.url, THOUSAND)
            jobs.append(Job(f"{BULK}, {database.kind}", 1, loop, database, records=THOUSAND))
            jobs.append(_stored(writer, database, THOUSAND, 1))
            if database.kind == POSTGRESQL:
                loop = partial(local_loops.copy_many, database.url, THOUSAND)
                jobs.append(Job(f"{COPY}, {database.kind}", 1, loop, database, records=THOUSAND))
        found = measure(jobs, effort, tell)
    rows = [one for database in databases for one in _thousand_rows(found, database.kind)]
    verdicts = [at_least(THOUSAND_TARGET, one) for one in rows if one.baseline.startswith(BULK)]
    title = f"{THOUSAND:,} records a call, against a local loop; more is better"
    return Report(
        *("database-thousand", title + absent(databases), rows, [*verdicts, all_stored(found)])
    )


def _stored(writer: ServerProcess, database: BenchDatabase, records: int, clients: int) -> Job:
    target = partial(calls.store_many, writer.address, database.name, records)
    name = _name(records, clients, database.kind)
    return Job(name, clients, target, database, writer, records)


def _name(records: int, clients: int, kind: str) -> str:
    who = "1 client" if clients == 1 else f"{clients} clients"
    return f"log_many, {records:,} records a call, {who}, {kind}"


def _thousand_rows(found: Found, kind: str) -> list[Row]:
    bulk, copied, stored = f"{BULK}, {kind}", f"{COPY}, {kind}", _name(THOUSAND, 1, kind)
    rows = [row(found, bulk), row(found, stored, bulk)]
    if copied in found:  # For information: the same again, beside what it is compared to.
        rows += [row(found, copied), row(found, stored, copied)]
    return rows
