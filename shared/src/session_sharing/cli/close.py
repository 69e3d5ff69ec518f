"""`close`: closes sessions as soon as nobody holds them, or by force."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from session_sharing.cli.output import print_error, print_errors
from session_sharing.cli.services import FoundService, Listings, add_address_argument, list_sessions
from session_sharing.client.administration import CLOSE_SECONDS, Administration
from session_sharing.errors import InvalidRequestError, SessionNotFoundError, SharingError
from session_sharing.information import SessionInformation, SessionState

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_Found = tuple[FoundService, SessionInformation]

LOOK_SECONDS = 0.1
"""How often is looked whether a session has closed."""


def add_to(subparsers: _Subparsers) -> None:
    """Describe the command."""
    parser = subparsers.add_parser(
        "close",
        help="close sessions when nobody holds them, or by force",
        description="Asks to close sessions: each closes as soon as nobody holds it; one that was "
        "opened by a client without identity, as NI's are, when such a client closes it. With "
        "--force it closes at once: whoever holds it loses it, and is told who closed it, and why. "
        "Exit code 1: a session is still in use, or could not be closed.",
    )
    wanted = parser.add_mutually_exclusive_group(required=True)
    wanted.add_argument(
        "session",
        nargs="?",
        help="the session's id, as `list` shows it, or "
        "the beginning of it, or its resource, if no other session has the same",
    )
    wanted.add_argument("--all", action="store_true", help="close all sessions of all services")
    parser.add_argument("--force", action="store_true", help="close under its holders; say why")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why; the holders are told")
    parser.add_argument(
        "--wait",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="how long to wait for those who hold a session (default: not at all)",
    )
    add_address_argument(parser)
    parser.set_defaults(execute=execute, refuse=parser.error)


def execute(arguments: argparse.Namespace) -> int:
    """Close one session, or all."""
    if arguments.force and not arguments.reason.strip():
        arguments.refuse("--force takes a session from others: tell them why with --reason TEXT")
    listings = list_sessions(arguments.address)
    found = _found(listings, None if arguments.all else arguments.session)
    asked = [one for one in found if _ask(one, arguments.reason, force=arguments.force)]
    deadline = time.monotonic() + arguments.wait
    closed = [_is_closed(one, deadline) for one in asked]
    failed = _tell_failures(listings) if arguments.all else 0
    return failed if all(closed) and len(asked) == len(found) else 1


def _found(listings: Listings, wanted: str | None) -> list[_Found]:
    """Return the session that is wanted, or all if none is named."""
    listed = [
        (listing.service, session) for listing in listings.answered for session in listing.sessions
    ]
    if wanted is None:
        return listed
    matching = meant([session for _, session in listed], wanted)
    if not matching:
        _tell_failures(listings)
        raise SessionNotFoundError(
            f"No service that answers has an open session {wanted!r}. "
            "`python -m session_sharing list` shows the sessions that are open."
        )
    if len(matching) > 1:
        named = ", ".join(f"{one.public_id} on {one.resource_name!r}" for one in matching)
        raise InvalidRequestError(f"{wanted!r} means {len(matching)} sessions: {named}. Name one.")
    return [one for one in listed if one[1] is matching[0]]


def meant(sessions: Sequence[SessionInformation], wanted: str) -> list[SessionInformation]:
    """Return the sessions of this id; else those whose id begins so, or that have this resource."""
    exactly = [session for session in sessions if session.public_id == wanted]
    return exactly or [
        session
        for session in sessions
        if wanted and (session.public_id.startswith(wanted) or session.resource_name == wanted)
    ]


def _tell_failures(listings: Listings) -> int:
    exit_code = print_errors(listings.failures)
    if exit_code:
        print_error("`python -m session_sharing doctor` says what is wrong with it, and the mend.")
    return exit_code


def _ask(found: _Found, reason: str, *, force: bool) -> bool:
    """Ask to close; return whether the service took it."""
    service, session = found
    try:
        with Administration(service.address) as administration:
            administration.close_session(session.public_id, reason, force=force)
    except SessionNotFoundError:  # It closed since it was listed.
        return True
    except SharingError as error:
        print_error(f"{session.public_id} is not closed: {error}")
        return False
    return True


def _is_closed(found: _Found, deadline: float) -> bool:
    """Wait until a session is closed, and tell what came of it.

    Args:
        found: The session.
        deadline: How long its holders are waited for; one that is closing gets more time.
    """
    service, session = found
    closing_deadline = time.monotonic() + CLOSE_SECONDS
    try:
        with Administration(service.address) as administration:
            while now := _listed(administration, session.public_id):
                until = deadline if now.state is SessionState.OPEN else closing_deadline
                if time.monotonic() >= until:
                    print_error(_not_yet(now))
                    return False
                time.sleep(LOOK_SECONDS)
    except SharingError as error:
        print_error(f"Whether {session.public_id} is closed is not known: {error}")
        return False
    print(f"Closed {session.public_id} on {session.resource_name!r}.")
    return True


def _listed(administration: Administration, public_id: str) -> SessionInformation | None:
    listed = (one for one in administration.sessions() if one.public_id == public_id)
    return next(listed, None)


def _not_yet(session: SessionInformation) -> str:
    if session.state is not SessionState.OPEN:
        return f"{session.public_id} is {session.state.value} still: what it waits for hangs."
    return f"{session.public_id} is not closed yet: {session.holders()}. {session.how_to_close()}"
