"""What is registered, and what is looked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from local_station.discovery.versions import VersionKey, version_key
from local_station.text import shortened
from session_sharing.discovery import ServiceDescriptor, ServiceLocation
from session_sharing.text import printable

_NAME_BYTES = 500
"""How much of a name texts repeat: whoever asks may ask for one of megabytes."""


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

    @cached_property
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
        return self._means(registration.descriptor) and (
            not self.version or self.version_key == registration.version_key
        )

    def describes(self, descriptor: ServiceDescriptor) -> bool:
        """Tell whether a service of one version, running or not, is one of those."""
        return self._means(descriptor) and (
            not self.version or self.version_key == version_key(descriptor.versions[0])
        )

    def _means(self, descriptor: ServiceDescriptor) -> bool:
        return self.service_class in ("", descriptor.service_class) and (
            not self.provided_interface or self.provided_interface in descriptor.provided_interfaces
        )

    @cached_property
    def version_key(self) -> VersionKey | None:
        """What the version is compared by; None if the text is no version."""
        return version_key(self.version)

    def __str__(self) -> str:
        named = " ".join(filter(None, [self.service_class or "service", self.version]))
        interface = shortened(self.provided_interface, _NAME_BYTES)
        return f"{shortened(named, _NAME_BYTES)} with the interface {interface}"
