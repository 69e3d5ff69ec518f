"""Where a service is looked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from session_sharing.discovery.address import shared_spelling
from session_sharing.discovery.resolve import ResolvingClient, resolve_address
from session_sharing.tls import TlsFiles


@dataclass(frozen=True)
class ServicePlace:
    """How a service is found: at an address that was given, or by discovery.

    Attributes:
        provided_interface: The full name of the gRPC service, as registered in discovery.
        service_class: The class of the service, as registered in discovery.
        address: host:port of the service; then discovery is not asked. Empty if not given.
        discovery_client: Whom to ask; None to find discovery as every client of the library does.
        tls: The files to encrypt with; None for the port without encryption.
    """

    provided_interface: str
    service_class: str
    address: str = ""
    discovery_client: ResolvingClient | None = field(default=None, compare=False)
    tls: TlsFiles | None = None

    def find(self, timeout: float) -> str:
        """Return the host:port where the service is now, or would be.

        Args:
            timeout: How long to wait for discovery, in seconds.

        Raises:
            InvalidRequestError: The address that was given is none.
            SharingError: Discovery does not answer, or knows no such service.
        """
        if self.address:
            shared_spelling(self.address)  # It refuses what is no address.
            return self.address
        return resolve_address(
            self.provided_interface,
            self.service_class,
            discovery_client=self.discovery_client,
            timeout=timeout,
            encrypted=self.tls is not None,
        )

    def is_same_search(self, other: ServicePlace) -> bool:
        """Tell whether the other leads to the same service, wherever that is now."""
        if self.tls is None and other.tls is None and self.address and other.address:
            return shared_spelling(self.address) == shared_spelling(other.address)
        # A certificate is for some spellings of a host, and not for others.
        return self == other
