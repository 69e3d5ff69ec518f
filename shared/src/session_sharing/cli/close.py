"""`close`: closes sessions under their holders."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from session_sharing.cli.output import print_error, print_errors
from session_sharing.cli.services import FoundService, add_address_argument, list_sessions
from session_sharing.client.administration import Administration
from session_sharing.errors import SessionNotFoundError, SharingError

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_to(subparsers: _Subparsers) -> None:
    """Describe the command."""
    parser = subparsers.add_parser(
        "close",
        help="close sessions, whoever holds them",
        description="Closes sessions by force: whoever holds one loses it, and its next call is "
        "told who closed it, and why.",
    )
    wanted = parser.add_mutually_exclusive_group(required=True)
    wanted.add_argument("session", nargs="?", help="the session's id, as `list` shows it")
    wanted.add_argument("--all", action="store_true", help="close all sessions of all services")
    parser.add_argument("--reason", default="", help="why; the holders are told")
    add_address_argument(parser)
    parser.set_defaults(execute=execute)


def execute(arguments: argparse.Namespace) -> int:
    """Close one session, or all."""
    listings = list_sessions(arguments.address)
    found = [
        (listing.service, session.public_id)
        for listing in listings.answered
        for session in listing.sessions
        if arguments.all or session.public_id == arguments.session
    ]
    if not found and not arguments.all:
        print_errors(listings.failures)
        raise SessionNotFoundError(
            f"No service that answers has an open session {arguments.session!r}. "
            "`python -m session_sharing list` shows the sessions that are open."
        )
    exit_codes = [_close(service, one, arguments.reason) for service, one in found]
    if arguments.all:
        exit_codes.append(print_errors(listings.failures))
    return max(exit_codes)


def _close(service: FoundService, public_id: str, reason: str) -> int:
    try:
        with Administration(service.address) as administration:
            closed = administration.close_session(public_id, reason)
    except SharingError as error:
        print_error(f"{public_id} is not closed: {error}")
        return 1
    print(f"Closed {public_id} on {closed.resource_name!r}.")
    return 0
