"""The commands `--refused` and `--retry-refused`: records that a database refused for good."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from db_writer.service.names import SPOOL_FOLDER
from db_writer.service.spool import RefusedRecord, SpoolFile
from db_writer.service.spool_commands import record_fields, tell, with_each_spool
from session_sharing.cli.output import counted, moment, print_json, print_table
from session_sharing.information import clock

_COLUMNS = ("DATABASE", "ATTACHMENT", "RECORD", "MEASUREMENT", "REFUSED AT", "REASON")
MOST_SHOWN = 100
"""How many characters of a reason a table shows."""


def show_refused(data_folder: Path, *, as_json: bool) -> int:
    """Print the records that databases refused for good; the service may run meanwhile.

    Args:
        data_folder: That of the service.
        as_json: Whether for programs; then with the records themselves.

    Returns:
        The exit code of the process: 1 if a spool cannot be read.
    """
    found: list[tuple[str, RefusedRecord]] = []

    def work(spool: SpoolFile) -> None:
        found.extend((spool.resource, refused) for refused in spool.refused())

    exit_code = with_each_spool(data_folder, work)
    if as_json:
        print_json([_fields(name, refused) for name, refused in found])
    elif found:
        print_table(_COLUMNS, [_row(name, refused) for name, refused in found])
    else:
        print(
            f"No database refused a record for good, by the spools in {data_folder / SPOOL_FOLDER}."
        )
    return exit_code


def retry_refused(data_folder: Path, name: str) -> int:
    """Have the records tried again that a database refused for good; the service may run.

    Args:
        data_folder: That of the service.
        name: The name of the database in the configuration.

    Returns:
        The exit code of the process: 1 if there is no such spool, or it cannot be changed.
    """
    known: set[str] = set()
    count = 0

    def work(spool: SpoolFile) -> None:
        nonlocal count
        known.add(spool.resource)
        count += spool.want_again() if spool.resource == name else 0

    exit_code = with_each_spool(data_folder, work)
    if name not in known:
        return tell(_unknown(name, known, data_folder))
    if not count:
        print(f"Nothing is to be tried again: {name} refused no record for good.")
        return exit_code
    print(
        f"{counted(count, 'record')} will be tried again: by the service that runs within some "
        "seconds, else when it is started."
    )
    return exit_code


def _unknown(name: str, known: Iterable[str], data_folder: Path) -> str:
    names = ", ".join(sorted(known)) or "none"
    return f"There is no spool of {name!r} in {data_folder / SPOOL_FOLDER}; there are: {names}."


def _row(name: str, refused: RefusedRecord) -> tuple[str, ...]:
    again = "to be tried again; " if refused.again else ""
    return (
        *(name, refused.attachment_id[:8], str(refused.number)),
        *(refused.record.measurement_name, clock(refused.refused_at)),
        shortened(again + _because(refused) + " ".join(refused.reason.split())),
    )


def _because(refused: RefusedRecord) -> str:
    """Say of a record that it was refused because of another, if so."""
    if refused.together == 1 or refused.cause == refused.number:
        return ""
    if refused.cause is None:
        return f"one of {refused.together} that were brought together: "
    return f"brought together with {refused.cause}: "


def shortened(text: str, most: int = MOST_SHOWN) -> str:
    """Return a text that fits into a table."""
    return text if len(text) <= most else f"{text[: most - 3].rstrip()}..."


def _fields(name: str, refused: RefusedRecord) -> dict[str, Any]:
    return {
        "database": name,
        "attachment": refused.attachment_id,
        "record_number": refused.number,
        "brought_together": refused.together,
        "cause": refused.cause,
        "refused_at": moment(refused.refused_at),
        "reason": refused.reason,
        "to_be_tried_again": refused.again,
        "record": record_fields(refused.record),
    }
