"""The session services that run on this station."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from session_sharing.client.administration import Administration
from session_sharing.discovery import DiscoveryConnection, find_discovery
from session_sharing.errors import SharingError
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


def list_sessions(addresses: list[str]) -> list[Listing]:
    """Ask every service for its sessions; services of other kinds are left out.

    Raises:
        SharingError: Discovery or a given service does not answer.
    """
    listings = []
    for service in find_services(addresses):
        with Administration(service.address) as administration:
            try:
                listings.append(Listing(service, administration.sessions()))
            except SharingError:
                if addresses:  # The user means this one; others may be services of another kind.
                    raise
    return listings
