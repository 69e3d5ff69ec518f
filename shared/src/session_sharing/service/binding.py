"""The port of a server: the same on every loopback family that exists, and the last one again.

gRPC cannot give a port back before the server has run, and it logs every port that it does not get.
So plain sockets ask first, and a server that got only half of its addresses is thrown away.
"""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Callable, Sequence
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
class Loopback:
    """A loopback address of this machine."""

    family: socket.AddressFamily
    host: str

    def address(self, port: int) -> str:
        """Write the address as gRPC wants it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{port}"


_LOOPBACKS = (Loopback(socket.AF_INET, "127.0.0.1"), Loopback(socket.AF_INET6, "::1"))


def existing_loopbacks() -> tuple[Loopback, ...]:
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


async def bind(
    make_server: Callable[[], grpc.aio.Server], port: int | None, remembered: int | None = None
) -> tuple[grpc.aio.Server, int]:
    """Make a server that has one port on every loopback family that exists.

    Args:
        make_server: Makes a server without ports and services; called again when a port was lost to
            somebody else at the last moment.
        port: The port it must have; 0 for any; None for the remembered one if free, else any.
        remembered: The port of the last run, None if not known.

    Returns:
        The server, not started, and its port.

    Raises:
        InvalidRequestError: There is no such port.
        UnavailableError: The wanted port is taken, or no port is free.
        AccessDeniedError: This user may not have the wanted port.
    """
    loopbacks = existing_loopbacks()
    if port:
        return await _bind_wanted(make_server, port, loopbacks), port
    if port is None and remembered is not None:
        server = await _try_bind(make_server, remembered, loopbacks)
        if server is not None:
            return server, remembered
        logger.debug("Port %d of the last run is taken; taking another", remembered)
    return await _bind_any(make_server, loopbacks)


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


def remember_port(path: Path, port: int) -> None:
    """Write the port for the next run; a failure is only logged, as the server works without."""
    try:
        atomic_write_text(path, f"{port}\n")
    except OSError as error:
        logger.warning(
            "The next run may get another port, because this one is not noted: %s", error
        )


async def _bind_wanted(
    make_server: Callable[[], grpc.aio.Server], port: int, loopbacks: Sequence[Loopback]
) -> grpc.aio.Server:
    if not 0 < port < 1 << 16:
        raise InvalidRequestError(f"{port} is no port. Use 1 to 65535, or 0 for any free port.")
    for loopback in loopbacks:
        error = bind_refusal(loopback.host, port)
        if isinstance(error, PermissionError):
            raise AccessDeniedError(
                f"This user may not serve on port {port} ({error.strerror}). "
                "Choose another with --port; 0 takes any free one."
            ) from error
        if error is not None:
            raise _taken(port, loopback.address(port), error.strerror or "") from error
    server = await _try_bind(make_server, port, loopbacks)
    if server is None:
        raise _taken(port, "a loopback address", "somebody took it just now")
    return server


async def _bind_any(
    make_server: Callable[[], grpc.aio.Server], loopbacks: Sequence[Loopback]
) -> tuple[grpc.aio.Server, int]:
    for _ in range(_ATTEMPTS):
        port = _any_port(loopbacks[0])
        server = await _try_bind(make_server, port, loopbacks)
        if server is not None:
            return server, port
    hosts = " and ".join(loopback.host for loopback in loopbacks)
    raise UnavailableError(
        f"No port is free on {hosts} at once ({_ATTEMPTS} were tried). "
        "Close programs that hold many connections, or choose a port with --port."
    )


async def _try_bind(
    make_server: Callable[[], grpc.aio.Server], port: int, loopbacks: Sequence[Loopback]
) -> grpc.aio.Server | None:
    """Make a server with this port on all families; None if somebody else has it on one of them."""
    if any(bind_refusal(loopback.host, port) for loopback in loopbacks):
        return None
    server = make_server()
    try:
        for loopback in loopbacks:
            server.add_insecure_port(loopback.address(port))
    except RuntimeError as error:  # what gRPC raises when somebody was quicker
        logger.debug("Port %d was lost at the last moment: %s", port, error)
        # Measured with grpcio 1.85: only a server that has run gives its ports back.
        await server.start()
        await server.stop(None)
        return None
    return server


def _any_port(loopback: Loopback) -> int:
    with socket.socket(loopback.family, socket.SOCK_STREAM) as probe:
        probe.bind((loopback.host, 0))
        port: int = probe.getsockname()[1]
        return port


def _taken(port: int, address: str, reason: str) -> UnavailableError:
    return UnavailableError(
        f"Port {port} is not free ({address}: {reason}). "
        "Stop the program that has it, or choose another with --port; 0 takes any free one."
    )
