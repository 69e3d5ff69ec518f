"""The directory of registered services: who they are, where they listen, which one is meant.

Pure bookkeeping: no network, no clock. It is used by one event loop, and so needs no lock.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace

from local_station.discovery.versions import VersionKey, registered_version, version_key
from session_sharing.discovery import ServiceDescriptor, ServiceLocation
from session_sharing.discovery.address import is_port
from session_sharing.errors import InvalidRequestError, NotFoundError, PreconditionError
from session_sharing.text import printable


@dataclass(frozen=True)
class Registration:
    """One running instance of a service. `descriptor.versions` holds its one version."""

    registration_id: str
    descriptor: ServiceDescriptor
    location: ServiceLocation

    def __str__(self) -> str:
        ports = filter(None, [self.location.insecure_port, self.location.ssl_authenticated_port])
        where = f"{self.location.location}:{'/'.join(ports)}"
        return printable(f"{self.descriptor.service_class} {self.version} at {where}")

    @property
    def version(self) -> str:
        """The version, as it was given."""
        return self.descriptor.versions[0]

    @property
    def version_key(self) -> VersionKey:
        """What the version is compared by."""
        key = version_key(self.version)
        assert key is not None, "checked when it was registered"
        return key


@dataclass(frozen=True)
class Wanted:
    """Which services are meant; an empty text means any.

    Attributes:
        provided_interface: The full name of the gRPC service.
        service_class: The class of the service.
        version: The version.
    """

    provided_interface: str = ""
    service_class: str = ""
    version: str = ""

    def means(self, registration: Registration) -> bool:
        """Tell whether a registration is one of those that are meant."""
        descriptor = registration.descriptor
        return (
            self.provided_interface in ("", *descriptor.provided_interfaces)
            and self.service_class in ("", descriptor.service_class)
            and (not self.version or version_key(self.version) == registration.version_key)
        )

    def __str__(self) -> str:
        named = " ".join(filter(None, [self.service_class or "service", self.version]))
        return printable(f"{named} with the interface {self.provided_interface}")


class Directory:
    """The registrations of a station, in the order in which they came."""

    def __init__(self) -> None:
        self._registrations: dict[str, Registration] = {}

    def register(self, descriptor: ServiceDescriptor, location: ServiceLocation) -> str:
        """Add a service, and return the id under which it can be removed.

        A second instance of one class and version is preferred to the first, which stays until
        it is unregistered or found dead.

        Raises:
            InvalidRequestError: Something is missing, a port is none, or the version is refused.
        """
        _check(descriptor, location)
        version = registered_version(descriptor.versions)
        registration_id = str(uuid.uuid4())
        self._registrations[registration_id] = Registration(
            registration_id, replace(descriptor, versions=(version,)), location
        )
        return registration_id

    def unregister(self, registration_id: str) -> None:
        """Remove a service. An unknown id is no error, so that stopping twice is none."""
        self._registrations.pop(registration_id, None)

    def matching(self, wanted: Wanted) -> list[Registration]:
        """Return the registrations that are meant, oldest first."""
        return [found for found in self._registrations.values() if wanted.means(found)]

    def resolve(self, wanted: Wanted, avoiding: Collection[str] = ()) -> Registration:
        """Return the one service that is meant: the latest instance of the latest version.

        Args:
            wanted: Which service; the interface must be named.
            avoiding: The ids of registrations that are not to be returned.

        Raises:
            InvalidRequestError: No interface is named.
            NotFoundError: No such service is registered.
            PreconditionError: Services of several classes match.
        """
        if not wanted.provided_interface:
            raise InvalidRequestError("Name the interface (provided_interface) to look for.")
        found = [
            registration
            for registration in self.matching(wanted)
            if registration.registration_id not in avoiding
        ]
        if not found:
            raise NotFoundError(self._not_found(wanted))
        classes = sorted({registration.descriptor.service_class for registration in found})
        if len(classes) > 1:
            raise PreconditionError(
                f"More than one service has the interface {printable(wanted.provided_interface)}: "
                f"{printable(', '.join(classes))}. Name the class (service_class) that is meant."
            )
        return max(reversed(found), key=lambda registration: registration.version_key)

    def enumerate(self, wanted: Wanted) -> list[ServiceDescriptor]:
        """Return a descriptor for each class: that of its latest version, listing all versions."""
        by_class: dict[str, list[Registration]] = {}
        for registration in self.matching(wanted):
            by_class.setdefault(registration.descriptor.service_class, []).append(registration)
        return [_collapsed(instances) for instances in by_class.values()]

    def _not_found(self, wanted: Wanted) -> str:
        if self.matching(wanted):
            return f"{wanted} is registered, but does not answer."
        return f"No {wanted} is registered. Start it, and try again."


def _collapsed(instances: list[Registration]) -> ServiceDescriptor:
    """Describe instances of one class as one service."""
    latest_of = {instance.version_key: instance for instance in instances}
    ordered = [latest_of[key] for key in sorted(latest_of)]
    versions = tuple(instance.version for instance in ordered)
    return replace(ordered[-1].descriptor, versions=versions)


def _check(descriptor: ServiceDescriptor, location: ServiceLocation) -> None:
    required = {
        "display_name": descriptor.display_name,
        "service_class": descriptor.service_class,
        "provided_interfaces": any(descriptor.provided_interfaces),
        "location": location.location,
        "insecure_port or ssl_authenticated_port": (
            location.insecure_port or location.ssl_authenticated_port
        ),
    }
    missing = [name for name, value in required.items() if not value]
    if missing:
        raise InvalidRequestError(f"The registration lacks {', '.join(missing)}.")
    for port in filter(None, [location.insecure_port, location.ssl_authenticated_port]):
        if not is_port(port):
            raise InvalidRequestError(f"{port!r} is no port. Write a number from 1 to 65535.")
