"""`list`: the sessions of all services."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from session_sharing.behavior import Behavior
from session_sharing.cli.output import print_errors, print_json, print_table, session_fields
from session_sharing.cli.services import Listing, add_address_argument, list_sessions
from session_sharing.information import SessionInformation, clock

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_COLUMNS = ("SESSION", "RESOURCE", "STATE", "SINCE", "CREATED BY", "HELD BY", "SERVICE")


def add_to(subparsers: _Subparsers) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("list", help="show the sessions of all services, who holds them")
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    add_address_argument(parser)
    parser.set_defaults(execute=execute)


def execute(arguments: argparse.Namespace) -> int:
    """List the sessions; services that do not answer are told on standard error."""
    listings = list_sessions(arguments.address)
    told = [(listing, session) for listing in listings.answered for session in listing.sessions]
    if arguments.json:
        print_json([session_fields(listing.service, session) for listing, session in told])
    elif told:
        print_table(_COLUMNS, [_row(listing, session) for listing, session in told])
    else:
        answered = len(listings.answered)
        print(f"No sessions are open. {answered} session service(s) answered.", flush=True)
    return print_errors(listings.failures)


def _row(listing: Listing, session: SessionInformation) -> tuple[str, ...]:
    state = "close pending" if session.close_pending else session.state.value
    creator = str(session.created_by) if session.created_by else "a client without identity"
    holders = [
        f"{held.holder.program} {held.holder.process_id}"
        + (f" as {held.alias}" if held.alias else "")
        + f" ({Behavior(held.behavior).name})"
        for held in session.attachments
    ]
    return (
        session.public_id,
        session.resource_name,
        state,
        clock(session.created_at),
        creator,
        ", ".join(holders) or "nobody",
        f"{listing.service.name} {listing.service.address}",
    )
