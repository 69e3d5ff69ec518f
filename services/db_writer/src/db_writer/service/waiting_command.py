"""The command `--waiting`: records that wait in spools."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from db_writer.service.names import SPOOL_FOLDER
from db_writer.service.spool import SpoolFile, WaitingRecord
from db_writer.service.spool_commands import record_fields, with_each_spool
from session_sharing.cli.output import counted, moment, print_table
from session_sharing.information import clock

MOST_SHOWN = 100
"""How many records of each database people are shown."""

_COLUMNS = ("DATABASE", "ATTACHMENT", "RECORD", "MEASUREMENT", "WAITS SINCE")


def show_waiting(data_folder: Path, *, as_json: bool) -> int:
    """Print the records that wait, the oldest first; the service may run meanwhile.

    Args:
        data_folder: That of the service.
        as_json: Whether for programs; then all of them, as they are.

    Returns:
        The exit code of the process: 1 if a spool cannot be read.
    """
    return _print_json(data_folder) if as_json else _print_table(data_folder)


def _print_json(data_folder: Path) -> int:
    """Print one record after the other: there may be more than memory holds."""
    printed = 0

    def work(spool: SpoolFile) -> None:
        nonlocal printed
        for waiting in _each(spool):
            print("," if printed else "[")
            print(json.dumps(_fields(spool.resource, waiting)), end="")
            printed += 1

    exit_code = with_each_spool(data_folder, work)
    print("\n]" if printed else "[]")
    return exit_code


def _print_table(data_folder: Path) -> int:
    rows: list[tuple[str, ...]] = []
    more = 0

    def work(spool: SpoolFile) -> None:
        nonlocal more
        shown = list(islice(_each(spool), MOST_SHOWN))
        rows.extend(_row(spool.resource, waiting) for waiting in shown)
        more += max(0, spool.content().waiting.records - len(shown))

    exit_code = with_each_spool(data_folder, work)
    if rows:
        print_table(_COLUMNS, rows)
    else:
        print(f"No record waits for a database, by the spools in {data_folder / SPOOL_FOLDER}.")
    if more:
        print(f"{counted(more, 'record')} more; --json prints all.")
    return exit_code


def _each(spool: SpoolFile) -> Iterator[WaitingRecord]:
    place: int | None = 0
    while place is not None:
        place, records = spool.waiting_after(place)
        yield from records


def _row(name: str, waiting: WaitingRecord) -> tuple[str, ...]:
    return (
        *(name, waiting.attachment_id[:8], str(waiting.number)),
        *(waiting.record.measurement_name, clock(waiting.since)),
    )


def _fields(name: str, waiting: WaitingRecord) -> dict[str, Any]:
    return {
        "database": name,
        "attachment": waiting.attachment_id,
        "record_number": waiting.number,
        "waiting_since": moment(waiting.since),
        "record": record_fields(waiting.record),
    }
