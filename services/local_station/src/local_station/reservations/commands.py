"""The commands `list` and `free`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from local_station.reservations.management import Management
from local_station.reservations.reserved import Reserved, all_reserved
from local_station.text import named
from session_sharing.cli.output import (
    escape_what_streams_cannot_take,
    moment,
    print_json,
    print_table,
)
from session_sharing.errors import SessionNotFoundError, SharingError
from session_sharing.information import clock
from session_sharing.text import printable

_COLUMNS = ("SESSION", "HELD BY", "PROCESS", "USER", "SINCE", "STATE")


def main(argv: Sequence[str] | None = None) -> int:
    """Execute one command; return 0 if it succeeded, 1 with one line on standard error if not.

    Raises:
        SystemExit: The usage is wrong (code 2), or help was asked for.
    """
    arguments = _parser().parse_args(argv)
    escape_what_streams_cannot_take()
    try:
        with Management.found() as management:
            arguments.execute(management, arguments)
    except SharingError as error:
        print(f"reservations: {' '.join(error.message.split())}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local_station.reservations",
        description="Shows and frees what programs have reserved by NI's session management.",
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    listing = commands.add_parser("list", help="show the sessions that are reserved, and by whom")
    listing.add_argument("--json", action="store_true", help="print JSON, for programs")
    listing.set_defaults(execute=_list)
    freeing = commands.add_parser(
        "free",
        help="free sessions, whoever has them",
        description="Frees sessions, whoever has them: the program is not told. Do it when that "
        "does not use them any more. Exit code 1: one of them is not reserved; nothing is freed.",
    )
    freeing.add_argument("session", nargs="+", help="the session's name, as `list` shows it")
    freeing.set_defaults(execute=_free)
    return parser


def _list(management: Management, arguments: argparse.Namespace) -> None:
    reserved = all_reserved(management)
    if arguments.json:
        print_json([_fields(one) for one in reserved])
    elif reserved:
        print_table(_COLUMNS, [_row(one) for one in reserved])
    else:
        print(f"Nothing is reserved on the station at {management.discovery}.")


def _free(management: Management, arguments: argparse.Namespace) -> None:
    reserved = {one.session: one for one in all_reserved(management)}
    missing = [name for name in arguments.session if name not in reserved]
    if missing:
        raise SessionNotFoundError(
            f"Nothing was freed, as {named(missing)} {'is' if len(missing) == 1 else 'are'} not "
            f"reserved. Reserved: {named(list(reserved)) or 'nothing'}."
        )
    management.unreserve(arguments.session)
    for name in dict.fromkeys(arguments.session):
        print(f"Freed {printable(name)}, which {_who_had(reserved[name])} had reserved.")


def _who_had(one: Reserved) -> str:
    details = [
        f"process {one.process_id}" if one.process_id else "",
        f"user {printable(one.user)}" if one.user else "",
        f"host {printable(one.host)}" if one.host else "",
        f"since {clock(one.since)}" if one.since else "",
        one.state,
    ]
    return f"{printable(one.program) or 'a client'} ({', '.join(filter(None, details))})"


def _row(one: Reserved) -> tuple[str, ...]:
    return (
        printable(one.session),
        printable(one.program) or "-",
        str(one.process_id or "-"),
        printable(f"{one.user}@{one.host}" if one.host else one.user) or "-",
        clock(one.since) if one.since else "-",
        one.state,
    )


def _fields(one: Reserved) -> dict[str, object]:
    return {
        "session": one.session,
        "resource": one.resource,
        "instrument_type": one.type_id,
        "program": one.program or None,
        "process_id": one.process_id or None,
        "user": one.user or None,
        "host": one.host or None,
        "since": moment(one.since) if one.since else None,
        "running": one.running,
        "connected": one.connected,
    }
