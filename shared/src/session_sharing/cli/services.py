"""The session services that run on this station."""

from __future__ import annotations

import argparse
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from session_sharing.client.administration import Administration
from session_sharing.discovery import DiscoveryConnection, find_discovery
from session_sharing.errors import ServiceNotFoundError, SharingError
from session_sharing.information import SessionInformation


@dataclass(frozen=True)
class FoundService:
    """A service that discovery knows, or whose address was given."""

    name: str
    address: str


@dataclass(frozen=True)
class Listing:
    """What a session service told of its sessions."""

    service: FoundService
    sessions: list[SessionInformation]


@dataclass(frozen=True)
class Listings:
    """What all session services told, and why the others did not tell."""

    answered: list[Listing]
    failures: list[SharingError]


def add_address_argument(parser: argparse.ArgumentParser) -> None:
    """Let the user name services that discovery does not know."""
    parser.add_argument(
        "--address",
        action="append",
        default=[],
        metavar="HOST:PORT",
        help="a service to ask in place of those that discovery knows; may be repeated",
    )


def find_services(addresses: list[str]) -> list[FoundService]:
    """Return the given services, or if none are given all that discovery knows.

    Raises:
        SharingError: Discovery is asked, and does not answer.
    """
    if addresses:
        return [FoundService(address, address) for address in addresses]
    with DiscoveryConnection(find_discovery()) as discovery:
        active = discovery.enumerate_active()
    found = {
        service.location.insecure_address: service.descriptor.service_class
        for service in active
        if service.location.insecure_port
    }
    return [FoundService(name, address) for address, name in sorted(found.items())]


def list_sessions(addresses: list[str]) -> Listings:
    """Ask every service for its sessions, all at once: silent ones cost one time-out together.

    Services that discovery knows and that are of another kind are left out.

    Raises:
        SharingError: Discovery is asked, and does not answer.
    """
    services = find_services(addresses)
    if not services:
        return Listings([], [])
    with ThreadPoolExecutor(len(services), "list sessions") as threads:
        answers = list(threads.map(_ask, services))
    # A service that the user named is meant to be one of sessions.
    failures = [
        answer
        for answer in answers
        if isinstance(answer, SharingError)
        and (addresses or not isinstance(answer, ServiceNotFoundError))
    ]
    return Listings([answer for answer in answers if isinstance(answer, Listing)], failures)


def _ask(service: FoundService) -> Listing | SharingError:
    try:
        with Administration(service.address) as administration:
            return Listing(service, administration.sessions())
    except SharingError as error:
        return error
