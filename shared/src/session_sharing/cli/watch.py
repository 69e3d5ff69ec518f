"""`watch`: every change to the sessions of all services, as it happens."""

from __future__ import annotations

import argparse
from contextlib import closing
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from session_sharing.cli.output import (
    attachment_fields,
    moment,
    print_error,
    print_json,
    session_fields,
)
from session_sharing.cli.services import add_address_argument
from session_sharing.cli.watching import Changed, Gone, Trouble, Watching
from session_sharing.core import EventKind, SessionEvent
from session_sharing.information import sentence
from session_sharing.utc import utc_now

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_CLOSES = {EventKind.CLOSE_PENDING, EventKind.CLOSING, EventKind.CLOSED}


def add_to(subparsers: _Subparsers) -> None:
    """Describe the command."""
    parser = subparsers.add_parser(
        "watch",
        help="show every change until Ctrl-C",
        description="Shows every change to the sessions of all services until Ctrl-C. Services "
        "that start later, or start again, are watched too.",
    )
    parser.add_argument("--json", action="store_true", help="print a JSON object a line")
    add_address_argument(parser)
    parser.set_defaults(execute=execute)


def execute(arguments: argparse.Namespace) -> int:
    """Watch all services until the user ends it."""
    with closing(Watching(arguments.address)) as watching:
        try:
            while True:
                _print(watching.next(), as_json=arguments.json)
        except KeyboardInterrupt:
            return 0  # It is how to end a watch.


def _print(told: Changed | Gone | Trouble, *, as_json: bool) -> None:
    if isinstance(told, Trouble):
        print_error(told.text)
    elif as_json:
        print_json(_fields(told), indent=None)
    else:
        print(line(told), flush=True)


def _fields(told: Changed | Gone) -> dict[str, object]:
    if isinstance(told, Gone):
        return {"event": "gone", "service": told.service.name, "text": told.reason}
    event = told.event
    return {
        "event": event.kind.value,
        "at": moment(event.at),
        "session": session_fields(told.service, event.session) if event.session else None,
        "attachment": attachment_fields(event.attachment) if event.attachment else None,
        "text": event.text,
    }


def line(told: Changed | Gone) -> str:
    """Write what happened for people."""
    where = f"{told.service.name} at {told.service.address}"
    if isinstance(told, Gone):
        return (
            f"{_time(utc_now())}  {where} is gone: {sentence(told.reason)} It is "
            "watched again when it is back."
        )
    event = told.event
    if event.session is None:
        return f"{_time(event.at)}  {event.kind.value} {where}"
    session = f"{event.session.public_id} {event.session.resource_name}"
    return f"{_time(event.at)}  {session}  {event.kind.value}{_who(event)}"


def _who(event: SessionEvent) -> str:
    """Say who did it, and why, without saying anything twice."""
    holder = str(event.attachment.holder) if event.attachment else ""
    closed_by = event.session.closed_by if event.session and event.kind in _CLOSES else ""
    who = f" by {closed_by}" if closed_by else f" {holder}" if holder else ""
    return who + (f" ({event.text})" if event.text and event.text not in who else "")


def _time(at: datetime) -> str:
    told = at.astimezone(timezone.utc).isoformat(" ", "milliseconds")
    return told.replace("+00:00", " UTC")
