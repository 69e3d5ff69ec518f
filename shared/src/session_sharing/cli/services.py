"""The session services that run on this station."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

from session_sharing.client.administration import Administration
from session_sharing.discovery import ActiveService, DiscoveryConnection, find_discovery
from session_sharing.discovery.resolve import address_at
from session_sharing.errors import (
    NoStationError,
    ServiceNotFoundError,
    SharingError,
    UnavailableError,
)
from session_sharing.information import SessionInformation
from session_sharing.tls import tls_from_environment
from session_sharing.tls.files import CA_VARIABLE


@dataclass(frozen=True)
class FoundService:
    """A service that discovery knows, or whose address was given.

    Attributes:
        name: What it is called.
        address: Its host:port.
        is_asked: Whether that is a port of the kind that is asked, encrypted or not.
    """

    name: str
    address: str
    is_asked: bool = True

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
    """What all session services told, and why the others did not tell.

    Attributes:
        answered: Those that told.
        failures: Why others did not.
        notes: Which others were not asked.
    """

    answered: list[Listing]
    failures: list[str]
    notes: list[str] = field(default_factory=list)


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
    """Return all that discovery knows, each at the kind of port that the environment asks for.

    Raises:
        SharingError: Discovery does not answer, or the environment is contradictory.
    """
    encrypted = tls_from_environment() is not None
    try:
        active = discovery.enumerate_active()
    except NoStationError:
        raise
    except UnavailableError:  # An older discovery knows no such call.
        active = _resolved_one_by_one(discovery)
    found = {}
    for service in active:
        name = service.descriptor.service_class
        for kind in (encrypted, not encrypted):
            address = address_at(service.location, encrypted=kind)
            is_asked = kind is encrypted
            if address and (is_asked or not _has_no_sessions(service)):
                found[address] = FoundService(name, address, is_asked=is_asked)
                break
    return [found[address] for address in sorted(found)]


def _has_no_sessions(service: ActiveService) -> bool:
    """Tell whether it is surely no session service, but one of NI's contracts."""
    interfaces = service.descriptor.provided_interfaces
    return all(name.startswith("ni.measurementlink.") for name in interfaces)


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
    found = find_services(addresses)
    services = [service for service in found if service.is_asked]
    told = _told_of_unasked([service for service in found if not service.is_asked])
    if not services:
        return told
    with ThreadPoolExecutor(len(services), "list sessions") as threads:
        answers = list(threads.map(_ask, services))
    # A service that the user named is meant to be one of sessions.
    failures = [
        service.failure(answer)
        for service, answer in zip(services, answers, strict=True)
        if isinstance(answer, SharingError)
        and (addresses or not isinstance(answer, ServiceNotFoundError))
    ]
    answered = [answer for answer in answers if isinstance(answer, Listing)]
    return Listings(answered, [*told.failures, *failures], told.notes)


def _told_of_unasked(services: Sequence[FoundService]) -> Listings:
    """Tell of services that have no port of the kind that is asked."""
    if not services:
        return Listings([], [])
    if tls_from_environment() is None:
        return Listings([], [only_encrypted(service) for service in services])
    names = ", ".join(sorted(service.name for service in services))
    note = f"Not asked, as they have no encrypted port: {names}. Without {CA_VARIABLE} they are."
    return Listings([], [], [note])


def only_encrypted(service: FoundService) -> str:
    """Say that a service can be asked with encryption alone."""
    return (
        f"{service.name} at {service.address} has only an encrypted port, so it was not asked. "
        f"Set {CA_VARIABLE} to the file with the certificate of its CA."
    )


def _ask(service: FoundService) -> Listing | SharingError:
    try:
        with Administration(service.address) as administration:
            return Listing(service, administration.sessions())
    except SharingError as error:
        return error
