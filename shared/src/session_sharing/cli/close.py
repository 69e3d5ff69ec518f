"""`close`: closes sessions under their holders."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from session_sharing.cli.services import FoundService, add_address_argument, list_sessions
from session_sharing.client.administration import Administration
from session_sharing.errors import SessionNotFoundError, SharingError

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_to(subparsers: _Subparsers) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("close", help="close sessions, whoever holds them")
    wanted = parser.add_mutually_exclusive_group(required=True)
    wanted.add_argument("session", nargs="?", help="the session's id, as `list` shows it")
    wanted.add_argument("--all", action="store_true", help="close all sessions of all services")
    parser.add_argument("--reason", default="", help="why; the holders are told")
    add_address_argument(parser)
    parser.set_defaults(execute=execute)


def execute(arguments: argparse.Namespace) -> int:
    """Close one session, or all."""
    found = [
        (listing.service, session.public_id)
        for listing in list_sessions(arguments.address)
        for session in listing.sessions
        if arguments.all or session.public_id == arguments.session
    ]
    if not found and not arguments.all:
        raise SessionNotFoundError(
            f"No service has an open session {arguments.session!r}. "
            "`python -m session_sharing list` shows the sessions that are open."
        )
    return max((_close(service, one, arguments.reason) for service, one in found), default=0)


def _close(service: FoundService, public_id: str, reason: str) -> int:
    try:
        with Administration(service.address) as administration:
            closed = administration.close_session(public_id, reason)
    except SharingError as error:
        print(f"session_sharing: {public_id} is not closed: {error}", file=sys.stderr)
        return 1
    print(f"Closed {public_id} on {closed.resource_name!r}.")
    return 0
