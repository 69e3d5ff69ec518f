"""The session services that run on this station."""

from __future__ import annotations

import argparse
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from session_sharing.client.administration import Administration
from session_sharing.discovery import ActiveService, DiscoveryConnection, find_discovery
from session_sharing.errors import (
    NoStationError,
    ServiceNotFoundError,
    SharingError,
    UnavailableError,
)
from session_sharing.information import SessionInformation


@dataclass(frozen=True)
class FoundService:
    """A service that discovery knows, or whose address was given."""

    name: str
    address: str

    def failure(self, error: object) -> str:
        """Name the service where an error tells its address alone."""
        return str(error) if self.name == self.address else f"{self.name}: {error}"


@dataclass(frozen=True)
class Listing:
    """What a session service told of its sessions."""

    service: FoundService
    sessions: list[SessionInformation]


@dataclass(frozen=True)
class Listings:
    """What all session services told, and why the others did not tell."""

    answered: list[Listing]
    failures: list[str]


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
        return registered_services(discovery)


def registered_services(discovery: DiscoveryConnection) -> list[FoundService]:
    """Return all that discovery knows and that has a port without encryption.

    Raises:
        SharingError: Discovery does not answer.
    """
    try:
        active = discovery.enumerate_active()
    except NoStationError:
        raise
    except UnavailableError:  # An older discovery knows no such call.
        active = _resolved_one_by_one(discovery)
    found = {
        service.location.insecure_address: service.descriptor.service_class
        for service in active
        if service.location.insecure_port
    }
    return [FoundService(name, address) for address, name in sorted(found.items())]


def _resolved_one_by_one(discovery: DiscoveryConnection) -> list[ActiveService]:
    active = []
    for known in discovery.enumerate():
        with suppress(ServiceNotFoundError):  # It ended just now.
            interface = known.provided_interfaces[0] if known.provided_interfaces else ""
            active.append(ActiveService(known, discovery.resolve(interface, known.service_class)))
    return active


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
        service.failure(answer)
        for service, answer in zip(services, answers, strict=True)
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
