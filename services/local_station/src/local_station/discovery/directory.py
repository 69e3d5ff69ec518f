"""The directory of registered services: who they are, where they listen, which one is meant.

Pure bookkeeping: no network, no clock. It is used by one event loop, and so needs no lock.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from local_station.discovery.model import Registration, Wanted
from local_station.discovery.versions import VersionKey, registered_version, version_key
from local_station.text import named
from session_sharing.discovery import ServiceDescriptor, ServiceLocation
from session_sharing.discovery.address import is_host, is_port
from session_sharing.errors import (
    InvalidRequestError,
    NotFoundError,
    PreconditionError,
    ResourceExhaustedError,
)
from session_sharing.text import printable

MAX_REGISTRATIONS = 2000
"""How many services may be registered: an answer has room for all of them."""

_Entries = dict[str, Registration]


class Directory:
    """The registrations of a station, in the order in which they came.

    They are also kept by class and by interface, so that a look does not grow with their number.
    """

    def __init__(self) -> None:
        self._registrations: _Entries = {}
        self._of_class: dict[str, _Entries] = {}
        self._of_interface: dict[str, _Entries] = {}

    @property
    def is_full(self) -> bool:
        """Whether nothing more can be registered."""
        return len(self._registrations) >= MAX_REGISTRATIONS

    def register(self, descriptor: ServiceDescriptor, location: ServiceLocation) -> Registration:
        """Add a service; the id of what is returned removes it again.

        A second instance of one class and version is preferred to the first, which stays until
        it is unregistered or found dead. At one place there can be only one: it is replaced.

        Raises:
            InvalidRequestError: Something is missing, a port is none, or the version is refused.
            ResourceExhaustedError: Too many services are registered.
        """
        _check(descriptor, location)
        version = registered_version(descriptor.versions)
        descriptor = replace(descriptor, versions=(version,))
        new = Registration(str(uuid.uuid4()), descriptor, location)
        self._forget_same_place(new)
        if self.is_full:
            raise ResourceExhaustedError(
                f"{MAX_REGISTRATIONS} services are registered, and no more can be. Stop some of "
                "them, or start the station anew.",
                retry_delay=1.0,
            )
        self._add(new)
        return new

    def put(self, registration: Registration) -> None:
        """Add what was registered in an earlier run, under its id, as `register` did then."""
        self._forget_same_place(registration)
        self._add(registration)

    def _add(self, registration: Registration) -> None:
        self._registrations[registration.registration_id] = registration
        for entries in self._indexes(registration):
            entries[registration.registration_id] = registration

    def unregister(self, registration_id: str) -> Registration | None:
        """Remove a service, and return what was registered; that nothing was is no error."""
        registration = self._registrations.pop(registration_id, None)
        if registration is None:
            return None
        for entries in self._indexes(registration):
            del entries[registration_id]
        self._forget_empty(registration.descriptor)
        return registration

    def all(self) -> Collection[Registration]:
        """Return all registrations, oldest first."""
        return self._registrations.values()

    def matching(self, wanted: Wanted) -> list[Registration]:
        """Return the registrations that are meant, oldest first."""
        if wanted.service_class:
            entries = self._of_class.get(wanted.service_class, {})
        elif wanted.provided_interface:
            entries = self._of_interface.get(wanted.provided_interface, {})
        else:
            entries = self._registrations
        return [found for found in entries.values() if wanted.means(found)]

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
        check_resolvable(wanted)
        matching = self.matching(wanted)
        found = [one for one in matching if one.registration_id not in avoiding]
        if not found:
            silent = f"{wanted} is registered, but does not answer."
            missing = f"No {wanted} is registered. Start it, and try again."
            raise NotFoundError(silent if matching else missing)
        check_one_class(wanted, {one.descriptor.service_class for one in found})
        return max(reversed(found), key=lambda registration: registration.version_key)

    def _forget_same_place(self, new: Registration) -> None:
        same = Wanted(service_class=new.descriptor.service_class, version=new.version)
        for old in self.matching(same):
            if old.location == new.location:
                self.unregister(old.registration_id)

    def _indexes(self, registration: Registration) -> list[_Entries]:
        descriptor = registration.descriptor
        return [
            self._of_class.setdefault(descriptor.service_class, {}),
            *(
                self._of_interface.setdefault(interface, {})
                for interface in set(descriptor.provided_interfaces)
            ),
        ]

    def _forget_empty(self, descriptor: ServiceDescriptor) -> None:
        if not self._of_class[descriptor.service_class]:
            del self._of_class[descriptor.service_class]
        for interface in set(descriptor.provided_interfaces):
            if not self._of_interface[interface]:
                del self._of_interface[interface]


def collapsed(descriptors: Iterable[ServiceDescriptor]) -> list[ServiceDescriptor]:
    """Return a descriptor for each class: that of its latest version, listing all versions.

    Args:
        descriptors: Instances, or what could be started, with one version each. Of the same class
            and version the last one counts.
    """
    by_class: dict[str, dict[VersionKey, ServiceDescriptor]] = {}
    for descriptor in descriptors:
        key = version_key(descriptor.versions[0])
        assert key is not None, "checked when it was registered, or read"
        by_class.setdefault(descriptor.service_class, {})[key] = descriptor
    return [_as_one(by_version) for by_version in by_class.values()]


def check_resolvable(wanted: Wanted) -> None:
    """Refuse a resolution that does not say what for.

    Raises:
        InvalidRequestError: No interface is named.
    """
    if not wanted.provided_interface:
        raise InvalidRequestError("Name the interface (provided_interface) to look for.")


def check_one_class(wanted: Wanted, classes: Collection[str]) -> None:
    """Refuse to guess which of several services is meant.

    Raises:
        PreconditionError: There are several.
    """
    if len(classes) > 1:
        raise PreconditionError(
            f"More than one service has the interface {printable(wanted.provided_interface)}: "
            f"{named(sorted(classes))}. Name the class (service_class) that is meant."
        )


def _as_one(by_version: Mapping[VersionKey, ServiceDescriptor]) -> ServiceDescriptor:
    ordered = [by_version[key] for key in sorted(by_version)]
    return replace(ordered[-1], versions=tuple(one.versions[0] for one in ordered))


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
    if not is_host(location.location):
        raise InvalidRequestError(
            f"The location {named([location.location])} is no host. Write the name or the IP "
            "address of a computer; localhost for this one."
        )
    for port in filter(None, [location.insecure_port, location.ssl_authenticated_port]):
        if not is_port(port):
            raise InvalidRequestError(f"{port!r} is no port. Write a number from 1 to 65535.")
