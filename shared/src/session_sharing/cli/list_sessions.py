"""`list`: the sessions of all services."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from session_sharing.behavior import Behavior
from session_sharing.cli.backlogs import ask_what_is_kept, left_line
from session_sharing.cli.journals import idle_journals
from session_sharing.cli.left_spools import left_spools
from session_sharing.cli.output import (
    counted,
    print_error,
    print_errors,
    print_json,
    print_table,
    session_fields,
)
from session_sharing.cli.services import Listing, Listings, add_address_argument, list_sessions
from session_sharing.data_folders import default_data_folders
from session_sharing.information import ANONYMOUS, AttachmentInformation, SessionInformation, clock

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_COLUMNS = ("SESSION", "RESOURCE", "STATE", "SINCE", "CREATED BY", "HELD BY", "SERVICE")


def add_to(subparsers: _Subparsers) -> None:
    """Describe the command."""
    parser = subparsers.add_parser(
        "list",
        help="show the sessions of all services, who holds them",
        description="Shows the sessions of all services. A session is broken when its resource "
        "cannot be used now, an orphan when nobody holds it and its creator is dead; a holder is "
        "lost while its service waits for it to come back. Where records wait for a resource that "
        "is away, or were refused by it for good, it says how many. Exit code 1: a service did not "
        "answer.",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    add_address_argument(parser)
    parser.set_defaults(execute=execute)


def execute(arguments: argparse.Namespace) -> int:
    """List the sessions; services that do not answer are told on standard error.

    What services keep for resources that are away stands below the table; programs have it in the
    sessions, and beside them, as JSON is a list of sessions, on standard error.
    """
    listings = list_sessions(arguments.address)
    told = [(listing, session) for listing in listings.answered for session in listing.sessions]
    kept, silent = ask_what_is_kept([listing.service for listing in listings.answered])
    exit_code = print_errors([*listings.failures, *silent])
    print_errors(listings.notes)
    if arguments.json:
        print_json([session_fields(listing.service, session) for listing, session in told])
    elif told:
        print_table(_COLUMNS, [_row(listing, session) for listing, session in told])
        for _, session in told:
            if session.broken:
                print(f"{session.public_id} is broken: {session.broken}")
    else:
        print(_nothing(listings))
    for line in (line for one in kept for line in one.lines()):
        if arguments.json:
            print_error(line)
        else:
            print(line)
    if not (arguments.json or arguments.address):
        _print_who_does_not_run()
    return exit_code


def _nothing(listings: Listings) -> str:
    answered, silent = len(listings.answered), len(listings.failures)
    if not answered:
        return "No session service answered, so nothing is known of sessions."
    text = f"No sessions are open. {counted(answered, 'session service')} answered"
    return f"{text}; what {silent} more had is not known." if silent else f"{text}."


def _print_who_does_not_run() -> None:
    """Tell of the services that have journals, or spools, here, and do not run."""
    idle = [journal for folder in default_data_folders() for journal in idle_journals(folder)]
    for journal in idle:
        print(
            f"{journal.name} is not running; its journal has {journal.told()}. "
            f"To start it: python -m {journal.name}"
        )
    for folder in default_data_folders():
        for left in left_spools(folder):
            print(left_line(left))


def _row(listing: Listing, session: SessionInformation) -> tuple[str, ...]:
    creator = str(session.created_by or ANONYMOUS)
    return (
        session.public_id,
        session.resource_name,
        _state(session),
        clock(session.created_at),
        creator,
        ", ".join(map(_holder, session.attachments)) or "nobody",
        f"{listing.service.name} {listing.service.address}",
    )


def _state(session: SessionInformation) -> str:
    words = ["close pending" if session.close_pending else session.state.value]
    words += ["broken"] if session.broken else []
    words += ["orphan"] if session.orphan else []
    if session.backlog:
        waiting, refused = session.backlog.waiting_records, session.backlog.refused_records
        words += [f"{waiting} waiting"] if waiting else []
        words += [f"{refused} refused"] if refused else []
    return ", ".join(words)


def _holder(held: AttachmentInformation) -> str:
    alias = f" as {held.alias}" if held.alias else ""
    lost = " lost" if held.lost else ""
    behavior = Behavior(held.behavior).name
    return f"{held.holder.short()}{alias} ({behavior}){lost}"
