"""Benchmark `database-single`: a record a call into a database, against gRPC that does nothing."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from bench import calls
from bench.database_rates import CLIENTS, Job, all_stored, measure, row
from bench.databases import absent, running_writer
from bench.effort import Effort
from bench.measuring import Tell
from bench.report import Report, Row, at_least
from bench.servers import start_idle_writer, start_nothing
from bench.single import call_details

TARGET = 0.7


def measure_database_single(effort: Effort, folder: Path, tell: Tell) -> Report:
    """Measure eight client processes that call at once."""
    nothing, stored = f"does nothing, {CLIENTS} clients", f"log, {CLIENTS} clients, {{}}"
    idle = stored.format("nothing is stored")
    with (
        running_writer(folder, tell) as (writer, databases),
        start_nothing(folder / "nothing") as server,
        start_idle_writer(folder / "idle") as forgetful,
    ):
        jobs = [
            Job(nothing, CLIENTS, partial(calls.nothing, server.address), server=server),
            Job(
                *(idle, CLIENTS, partial(calls.store_one, forgetful.address, "nothing")),
                server=forgetful,
            ),
        ]
        for database in databases:
            store = partial(calls.store_one, writer.address, database.name)
            jobs.append(Job(stored.format(database.kind), CLIENTS, store, database, server=writer))
        found = measure(jobs, effort, tell)
    rows: list[Row] = []
    for name, rates in found.items():
        details = call_details([rate.sample for rate in rates])
        rows.append(row(found, name, nothing if rows else None, details))
    verdicts = [*(at_least(TARGET, one) for one in rows[2:]), all_stored(found)]
    title = "a record a call into a database, against gRPC that does nothing; more is better"
    return Report("database-single", title + absent(databases), rows, verdicts)
