"""Letting a server listen where its operator wants it, and saying so."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import grpc.aio

from session_sharing.data_folders import PORT_SUFFIX, TLS_PORT_SUFFIX
from session_sharing.discovery import ServiceLocation
from session_sharing.discovery.address import is_loopback
from session_sharing.errors import InvalidRequestError
from session_sharing.information import clock
from session_sharing.service.binding import (
    Listener,
    bind,
    loopbacks_and,
    recall_port,
    remember_port,
)
from session_sharing.service.certificates import ServerCertificates
from session_sharing.service.folders import private_folder
from session_sharing.service.network import NetworkOptions, Ports

_log = logging.getLogger(__name__)


class Listening:
    """The ports of one server, which are the same in its next run. For one event loop.

    Args:
        name: The server's name.
        folder: Where the ports of the last run are remembered; created if missing.
        port: The port without encryption; 0 for any; None for that of the last run.
        network: What else the operator chose.

    Attributes:
        ports: The ports, when it listens.
    """

    ports: Ports

    def __init__(self, name: str, folder: Path, port: int | None, network: NetworkOptions) -> None:
        self._plain_memory = folder / f"{name}{PORT_SUFFIX}"
        self._tls_memory = folder / f"{name}{TLS_PORT_SUFFIX}"
        self._folder = folder
        self._port = port
        self._network = network
        self._certificates = None if network.tls is None else ServerCertificates(network.tls)

    @property
    def location(self) -> ServiceLocation:
        """Where discovery says that the service is."""
        return self._network.location(self.ports)

    @property
    def problems(self) -> list[str]:
        """What is wrong with certificates, a sentence for people each."""
        return [] if self._certificates is None else self._certificates.problems

    async def bound(self, make_server: Callable[[], grpc.aio.Server]) -> grpc.aio.Server:
        """Make a server that has its ports.

        Args:
            make_server: Makes a server without ports; it may be called again.

        Raises:
            SharingError: No port is free, an address is not this machine's, a certificate cannot
                be used, or the folder cannot.
        """
        private_folder(self._folder)
        listeners = [*self._plain(), *await self._encrypted()]
        if self._port and self._port == self._network.tls_port:
            raise InvalidRequestError(
                f"--port and --tls-port are both {self._port}. Give each a port of its own."
            )
        server, bound = await bind(make_server, listeners)
        plain = None if self._network.tls_only else bound[0]
        self.ports = Ports(plain, None if self._certificates is None else bound[-1])
        return server

    def begin(self) -> None:
        """Remember the ports of the server, which has started, say them, and follow renewals."""
        ports = self.ports
        remember_port(self._plain_memory, ports.plain)
        remember_port(self._tls_memory, ports.encrypted)
        if ports.plain is not None:
            self._warn_of_outside(ports.plain)
        if ports.encrypted is not None:
            self._tell_encrypted(ports.encrypted)
        if self._certificates is not None:
            self._certificates.start()

    async def end(self) -> None:
        """Follow renewals no more."""
        if self._certificates is not None:
            await self._certificates.stop()

    def _plain(self) -> list[Listener]:
        if self._network.tls_only:
            if self._port:
                raise InvalidRequestError(
                    f"--port {self._port} is for the port without encryption, of which --tls-only "
                    f"wants none. Write --tls-port {self._port}, or leave one of them out."
                )
            return []
        addresses = loopbacks_and(self._network.insecure_bind, "--insecure-bind")
        return [Listener(addresses, self._port, recall_port(self._plain_memory))]

    async def _encrypted(self) -> list[Listener]:
        if self._certificates is None:
            return []
        await self._certificates.load()
        return [
            Listener(
                loopbacks_and(self._network.bind, "--bind"),
                self._network.tls_port,
                recall_port(self._tls_memory),
                self._certificates.credentials,
                "--tls-port",
            )
        ]

    def _warn_of_outside(self, port: int) -> None:
        outside = [host for host in self._network.insecure_bind if not is_loopback(host)]
        if outside:
            _log.warning(
                "Port %d listens on %s WITHOUT ENCRYPTION, as --insecure-bind asks for: whoever is "
                "on that network can read and change everything. Use --bind, with "
                "--tls-certificate, instead",
                port,
                ", ".join(outside),
            )

    def _tell_encrypted(self, port: int) -> None:
        network, certificates = self._network, self._certificates
        assert certificates is not None, "there is an encrypted port"
        assert network.tls is not None, "there is an encrypted port"
        _log.info(
            "Encrypted port %d on %s; certificate %s (%s), valid until %s; clients %s",
            port,
            ", ".join(["localhost", *network.bind]),
            network.tls.certificate,
            certificates.says.subject,
            clock(certificates.says.not_after),
            f"need one of a CA in {network.tls.client_ca}"
            if network.tls.client_ca
            else "need none",
        )
        only = self._only_one_told()
        if only:
            _log.info(
                "Discovery tells the host %s, where only the port %s encryption listens: other "
                "clients need an address",
                network.advertise,
                only,
            )

    def _only_one_told(self) -> str:
        """Return how the one port encrypts that discovery tells, where there are two."""
        location = self.location
        if self._network.tls_only or (location.insecure_port and location.ssl_authenticated_port):
            return ""
        return "without" if location.insecure_port else "with"
