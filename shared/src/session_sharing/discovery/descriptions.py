"""What discovery knows of a service: who it is, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ServiceLocation:
    """Where a service listens.

    Attributes:
        location: The host.
        insecure_port: The port without encryption as text; empty if there is none.
        ssl_authenticated_port: The port with encryption as text; empty if there is none.
    """

    location: str
    insecure_port: str
    ssl_authenticated_port: str = ""

    @property
    def insecure_address(self) -> str:
        """The host:port without encryption, as gRPC takes it."""
        return self._address(self.insecure_port)

    @property
    def encrypted_address(self) -> str:
        """The host:port with encryption, as gRPC takes it."""
        return self._address(self.ssl_authenticated_port)

    def _address(self, port: str) -> str:
        bare_ipv6 = ":" in self.location and not self.location.startswith("[")
        host = f"[{self.location}]" if bare_ipv6 else self.location
        return f"{host}:{port}"


@dataclass(frozen=True)
class ServiceDescriptor:
    """What a service is and offers.

    Attributes:
        display_name: Its name for people.
        service_class: What it is; one program has one class.
        provided_interfaces: The full names of the gRPC services that it offers.
        versions: Its version, or all versions of the class where several were enumerated.
        description_url: A page about it.
        annotations: Further facts, by NI's keys.
    """

    display_name: str
    service_class: str
    provided_interfaces: tuple[str, ...]
    versions: tuple[str, ...] = ()
    description_url: str = ""
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ActiveService:
    """One running instance of a service."""

    descriptor: ServiceDescriptor
    location: ServiceLocation
