"""The ports of a server: each the same on all its addresses, and the last one again.

gRPC cannot give a port back before the server has run, and it logs every port that it does not get.
So plain sockets ask first, and a server that got only half of its addresses is thrown away.
"""

from __future__ import annotations

import ipaddress
import logging
import re
import socket
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import grpc.aio

from session_sharing.discovery.address import bind_refusal
from session_sharing.errors import AccessDeniedError, InvalidRequestError, UnavailableError
from session_sharing.service.folders import atomic_write_text

_ATTEMPTS = 50
_PORT = re.compile(rb"[1-9][0-9]{0,4}")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class LocalAddress:
    """An IP address of this machine."""

    family: socket.AddressFamily
    host: str

    def address(self, port: int) -> str:
        """Write the address as gRPC wants it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{port}"


_LOOPBACKS = (LocalAddress(socket.AF_INET, "127.0.0.1"), LocalAddress(socket.AF_INET6, "::1"))
_EVERYWHERE = LocalAddress(socket.AF_INET, "0.0.0.0")  # noqa: S104 - only where it was asked for
"""gRPC takes it for all addresses of both families."""


@dataclass(frozen=True)
class Listener:
    """A port that a server is to have.

    Attributes:
        addresses: The addresses on which it listens.
        port: The port it must have; 0 for any; None for the remembered one if free, else any.
        remembered: The port of the last run, None if not known.
        credentials: Makes what one of the addresses encrypts with; None for no encryption.
        option: The option that chooses the port, for errors.
    """

    addresses: Sequence[LocalAddress]
    port: int | None = None
    remembered: int | None = None
    credentials: Callable[[], grpc.ServerCredentials] | None = None
    option: str = "--port"


def existing_loopbacks() -> tuple[LocalAddress, ...]:
    """Return the loopback addresses that a server can have on this machine.

    Raises:
        UnavailableError: There is none.
    """
    existing = tuple(loopback for loopback in _LOOPBACKS if bind_refusal(loopback.host) is None)
    if not existing:
        raise UnavailableError(
            "This machine lets nobody serve on 127.0.0.1 or ::1. "
            "Check that its loopback interface is up."
        )
    return existing


def loopbacks_and(hosts: Iterable[str], option: str) -> tuple[LocalAddress, ...]:
    """Return the loopback addresses of this machine, and others.

    Args:
        hosts: The others, IP addresses; an unspecified one, as 0.0.0.0, stands for all.
        option: The option that names them, for errors.

    Raises:
        UnavailableError: One of them is no address of this machine.
    """
    found = dict.fromkeys(existing_loopbacks())
    for host in hosts:
        parsed = ipaddress.ip_address(host)
        if parsed.is_unspecified:
            return (_EVERYWHERE,)
        family = socket.AF_INET if parsed.version == 4 else socket.AF_INET6
        refusal = bind_refusal(host)
        if refusal is not None:
            raise UnavailableError(
                f"This machine cannot serve on {host} ({refusal.strerror}). Give an address of its "
                f"own by {option}, or 0.0.0.0 for all of them."
            )
        found[LocalAddress(family, str(parsed))] = None
    return tuple(found)


async def bind(
    make_server: Callable[[], grpc.aio.Server], listeners: Sequence[Listener]
) -> tuple[grpc.aio.Server, list[int]]:
    """Make a server that has each of its ports on all addresses of that port.

    Args:
        make_server: Makes a server without ports and services; called again when a port was lost to
            somebody else at the last moment.
        listeners: What it listens on.

    Returns:
        The server, not started, and its ports.

    Raises:
        InvalidRequestError: There is no such port.
        UnavailableError: The wanted port is taken, or no port is free.
        AccessDeniedError: This user may not have the wanted port.
    """
    unlucky = listeners[0]
    for _ in range(_ATTEMPTS):
        ports = _choose_all(listeners)
        server = make_server()
        failed = await _without_port(server, listeners, ports)
        if failed is None:
            return server, ports
        unlucky = failed
    raise _none_free(unlucky)


def recall_port(path: Path) -> int | None:
    """Return the port that `remember_port` wrote; None if the file is missing or holds no port."""
    try:
        content = path.read_bytes().strip()
    except OSError as error:
        logger.debug("No port is remembered in %s: %s", path, error)
        return None
    if _PORT.fullmatch(content) and int(content) < 1 << 16:
        return int(content)
    logger.debug("%s holds no port; it will be written anew", path)
    return None


def remember_port(path: Path, port: int | None) -> None:
    """Write the port for the next run; a failure is only logged, as the server works without.

    Args:
        path: The file.
        port: The port; None leaves no file, as who reads it would look for a server there.
    """
    try:
        if port is None:
            path.unlink(missing_ok=True)
        else:
            atomic_write_text(path, f"{port}\n")
    except OSError as error:
        logger.warning(
            "The next run may get another port, because this one is not noted: %s", error
        )


def _choose_all(listeners: Sequence[Listener]) -> list[int]:
    """Return a port for each; first for those that must have one, so that no other takes it."""
    chosen: dict[int, int] = {}
    for index in sorted(range(len(listeners)), key=lambda index: not listeners[index].port):
        chosen[index] = _choose(listeners[index], chosen.values())
    return [chosen[index] for index in range(len(listeners))]


def _choose(listener: Listener, others: Collection[int]) -> int:
    """Return a port that is free on all addresses at this moment, and is not one of the others."""
    if listener.port:
        _refuse_taken(listener, listener.port)
        return listener.port
    if listener.port is None and listener.remembered is not None:
        if listener.remembered not in others and _is_free(listener, listener.remembered):
            return listener.remembered
        logger.debug("Port %d of the last run is taken; taking another", listener.remembered)
    for _ in range(_ATTEMPTS):
        port = _any_port(listener.addresses[0])
        if port not in others and _is_free(listener, port):
            return port
    raise _none_free(listener)


def _refuse_taken(listener: Listener, port: int) -> None:
    if not 0 < port < 1 << 16:
        raise InvalidRequestError(f"{port} is no port. Use 1 to 65535, or 0 for any free port.")
    for address in listener.addresses:
        error = bind_refusal(address.host, port)
        if error is None:
            continue
        if isinstance(error, PermissionError):
            raise AccessDeniedError(
                f"This user may not serve on port {port} ({error.strerror}). "
                f"Choose another with {listener.option}; 0 takes any free one."
            ) from error
        raise UnavailableError(
            f"Port {port} is not free ({address.address(port)}: {error.strerror or ''}). Stop the "
            f"program that has it, or choose another with {listener.option}; 0 takes any free one."
        ) from error


def _is_free(listener: Listener, port: int) -> bool:
    return all(bind_refusal(address.host, port) is None for address in listener.addresses)


async def _without_port(
    server: grpc.aio.Server, listeners: Sequence[Listener], ports: Sequence[int]
) -> Listener | None:
    """Let a server listen; return what did not get its port, if so, and throw the server away."""
    for listener, port in zip(listeners, ports, strict=True):
        try:
            for address in listener.addresses:
                _add(server, address.address(port), listener)
        except RuntimeError as error:  # what gRPC raises when somebody was quicker
            logger.debug("A port was lost at the last moment: %s", error)
            # Measured with grpcio 1.85: only a server that has run gives its ports back.
            await server.start()
            await server.stop(None)
            return listener
    return None


def _add(server: grpc.aio.Server, address: str, listener: Listener) -> None:
    if listener.credentials is None:
        server.add_insecure_port(address)
    else:
        server.add_secure_port(address, listener.credentials())


def _any_port(address: LocalAddress) -> int:
    with socket.socket(address.family, socket.SOCK_STREAM) as probe:
        probe.bind((address.host, 0))
        port: int = probe.getsockname()[1]
        return port


def _none_free(listener: Listener) -> UnavailableError:
    hosts = " and ".join(address.host for address in listener.addresses)
    return UnavailableError(
        f"No port is free on {hosts} at once ({_ATTEMPTS} were tried). "
        f"Close programs that hold many connections, or choose a port with {listener.option}."
    )
