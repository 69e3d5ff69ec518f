"""`watch`: every change to the sessions of all services, as it happens."""

from __future__ import annotations

import argparse
import queue
import threading
from typing import TYPE_CHECKING

from session_sharing.cli.output import (
    attachment_fields,
    moment,
    print_errors,
    print_json,
    session_fields,
)
from session_sharing.cli.services import FoundService, add_address_argument, list_sessions
from session_sharing.client.administration import Administration
from session_sharing.core import EventKind, SessionEvent
from session_sharing.errors import ServiceNotFoundError, SharingError

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_Told = tuple[FoundService, "SessionEvent | SharingError | None"]


def add_to(subparsers: _Subparsers) -> None:
    """Describe the command."""
    parser = subparsers.add_parser(
        "watch", help="show every change until Ctrl-C, or all services stop"
    )
    parser.add_argument("--json", action="store_true", help="print a JSON object a line")
    add_address_argument(parser)
    parser.set_defaults(execute=execute)


def execute(arguments: argparse.Namespace) -> int:
    """Watch all services that run now, until they have stopped or the user ends it."""
    listings = list_sessions(arguments.address)
    exit_code = print_errors(listings.failures)
    if not listings.answered:
        raise ServiceNotFoundError(
            "No session service answers, so there is nothing to watch. Start one first, for "
            "example: python -m json_logger"
        )
    told: queue.SimpleQueue[_Told] = queue.SimpleQueue()
    for listing in listings.answered:
        service = listing.service
        thread = threading.Thread(
            target=_watch, args=(service, told), name=f"watch {service.address}", daemon=True
        )
        thread.start()
    watched = len(listings.answered)
    try:
        while watched:
            service, event = told.get()
            if isinstance(event, SessionEvent):
                _print_event(service, event, as_json=arguments.json)
            else:
                watched -= 1
                _print_end(service, event, as_json=arguments.json)
    except KeyboardInterrupt:
        pass  # It is how to end a watch.
    return exit_code


def _watch(service: FoundService, told: queue.SimpleQueue[_Told]) -> None:
    try:
        with Administration(service.address) as administration:
            for event in administration.watch():
                told.put((service, event))
        told.put((service, None))
    except SharingError as error:
        told.put((service, error))


def _print_event(service: FoundService, event: SessionEvent, *, as_json: bool) -> None:
    if as_json:
        fields = {
            "event": event.kind.value,
            "at": moment(event.at),
            "session": session_fields(service, event.session) if event.session else None,
            "attachment": attachment_fields(event.attachment) if event.attachment else None,
            "text": event.text,
        }
        print_json(fields, indent=None)
        return
    if event.kind is EventKind.WATCHING or event.session is None:
        return
    session = f"{event.session.public_id} {event.session.resource_name}"
    who = f" {event.attachment.holder}" if event.attachment else ""
    text = f" ({event.text})" if event.text else ""
    print(f"{event.at:%H:%M:%S.%f}  {session}  {event.kind.value}{who}{text}", flush=True)


def _print_end(service: FoundService, error: object, *, as_json: bool) -> None:
    reason = str(error) if error else "its watch ended"
    if as_json:
        print_json({"event": "gone", "service": service.name, "text": reason}, indent=None)
    else:
        print(f"{service.name} at {service.address} is gone: {reason}", flush=True)
