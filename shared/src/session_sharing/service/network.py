"""Where a server listens, and what of it is encrypted, as an operator chooses it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from session_sharing.discovery import ServiceLocation
from session_sharing.discovery.address import is_host, is_loopback
from session_sharing.errors import InvalidRequestError

LOCALHOST = "localhost"

_EVERY_SERVERS = frozenset({LOCALHOST, "127.0.0.1", "::1"})
"""Where each port listens, whatever else it is bound to."""


@dataclass(frozen=True)
class ServerTls:
    """The files, in PEM, with which a server encrypts.

    Attributes:
        certificate: The server's certificate, with the intermediate ones behind it.
        key: The key of that certificate, not encrypted.
        client_ca: The certificates of the CAs whose clients may connect; None lets everybody.
    """

    certificate: Path
    key: Path
    client_ca: Path | None = None

    @property
    def paths(self) -> tuple[Path, ...]:
        """All files."""
        return (self.certificate, self.key, *((self.client_ca,) if self.client_ca else ()))


@dataclass(frozen=True)
class Ports:
    """The ports that a server has.

    Attributes:
        plain: The one without encryption; None if there is none.
        encrypted: The one with encryption; None if there is none.
    """

    plain: int | None
    encrypted: int | None = None

    @property
    def ready(self) -> int:
        """The one that the ready line names: that without encryption, if there is one."""
        port = self.plain or self.encrypted
        assert port, "a server has a port"
        return port


@dataclass(frozen=True)
class NetworkOptions:
    """Where a server listens besides its port without encryption on this machine's loopback.

    Attributes:
        tls: The files to encrypt with; None for no encrypted port.
        tls_port: The encrypted port; None for that of the last run, 0 for any free one.
        tls_only: Whether there is no port without encryption.
        bind: IP addresses on which the encrypted port listens, besides loopback.
        insecure_bind: IP addresses on which the port without encryption does.
        advertise: The host that discovery tells clients.

    Raises:
        InvalidRequestError: They do not go together, or would let the network in unencrypted.
    """

    tls: ServerTls | None = None
    tls_port: int | None = None
    tls_only: bool = False
    bind: tuple[str, ...] = ()
    insecure_bind: tuple[str, ...] = ()
    advertise: str = LOCALHOST

    def __post_init__(self) -> None:
        _refuse_names("--bind", self.bind)
        _refuse_names("--insecure-bind", self.insecure_bind)
        if not is_host(self.advertise):
            raise InvalidRequestError(
                f"--advertise {self.advertise!r} is no host. Give the name or the IP address under "
                "which clients reach this machine, without a port."
            )
        if self.tls is None:
            self._refuse_without_tls()
        if self.tls_only and self.insecure_bind:
            raise InvalidRequestError(
                "--tls-only and --insecure-bind contradict each other: leave one of them out."
            )
        if not (self._plain_is_advertised or self._encrypted_is_advertised):
            option = "--bind" if self.tls else "--bind (with --tls-certificate and --tls-key)"
            raise InvalidRequestError(
                f"--advertise {self.advertise} would send clients where no port of this service "
                f"listens. Give by {option} the address that this machine has there, or 0.0.0.0 "
                "for all; or leave --advertise out."
            )

    @property
    def _plain_is_advertised(self) -> bool:
        return not self.tls_only and _listens_at(self.advertise, self.insecure_bind)

    @property
    def _encrypted_is_advertised(self) -> bool:
        return self.tls is not None and _listens_at(self.advertise, self.bind)

    def _refuse_without_tls(self) -> None:
        outside = [address for address in self.bind if not is_loopback(address)]
        if outside:
            raise InvalidRequestError(
                f"--bind {outside[0]} needs encryption: give --tls-certificate and --tls-key. If "
                "really everybody on that network may read and change everything, write "
                f"--insecure-bind {outside[0]}."
            )
        for option, given in (("--tls-port", self.tls_port), ("--tls-only", self.tls_only or None)):
            if given is not None:
                raise InvalidRequestError(
                    f"{option} needs a certificate: give --tls-certificate and --tls-key as well."
                )

    def location(self, ports: Ports) -> ServiceLocation:
        """Return where discovery says that the service is.

        There is one host for both ports, so a port is named only if it listens there.
        """
        plain = ports.plain if self._plain_is_advertised else None
        encrypted = ports.encrypted if self._encrypted_is_advertised else None
        return ServiceLocation(self.advertise, str(plain or ""), str(encrypted or ""))


def _listens_at(host: str, bound: Iterable[str]) -> bool:
    """Tell whether a port that is bound to loopback and these listens at a host.

    Which of the machine's addresses a name stands for is told to its clients, not to us: any but
    loopback is taken for it.
    """
    bare = host.strip("[]").lower()
    if bare in _EVERY_SERVERS:
        return True
    addresses = [ipaddress.ip_address(address) for address in bound]
    try:
        wanted = ipaddress.ip_address(bare)
    except ValueError:
        return any(not address.is_loopback for address in addresses)
    return any(address == wanted or address.is_unspecified for address in addresses)


def _refuse_names(option: str, addresses: Iterable[str]) -> None:
    for address in addresses:
        try:
            ipaddress.ip_address(address)
        except ValueError as error:
            raise InvalidRequestError(
                f"{option} {address!r} is no IP address. Give one of this machine's, or 0.0.0.0 "
                "for all of them."
            ) from error


LOOPBACK_ONLY = NetworkOptions()
"""What a server has whose operator says nothing."""
