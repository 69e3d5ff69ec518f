"""One handshake with a server, to learn what gRPC does not tell."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

from session_sharing.discovery.address import addresses_of, is_loopback, split_address
from session_sharing.tls.certificate import Certificate
from session_sharing.tls.decoding import trust_as_it_is

PROBE_SECONDS = 2.0
"""How long a connection, and each step of a handshake, may take."""

_LOOPBACK_SECONDS = 0.5
"""How long a connection on this machine may take. Windows says only after 2 s that nobody listens,
and who waits for a service that is away asks each time."""

_Endpoint: TypeAlias = "tuple[socket.AddressFamily, Any]"


@contextmanager
def shaken_hands(
    address: str, context: ssl.SSLContext, name: str | None = None
) -> Iterator[ssl.SSLSocket]:
    """Shake hands with a server as gRPC would: at the first address of its host where that works.

    Args:
        address: host:port of the server.
        context: What is trusted, and what is shown.
        name: The name that its certificate must have; the host of the address if None.

    Raises:
        ssl.SSLError: The handshake failed, everywhere where somebody listens.
        OSError: Nobody answers there in time.
    """
    context.set_alpn_protocols(["h2"])
    with _secured(address, context, name or split_address(address)[0]) as secured:
        yield secured


def _secured(address: str, context: ssl.SSLContext, name: str) -> ssl.SSLSocket:
    failures: list[OSError] = []
    for endpoint in _endpoints(address):
        try:
            return context.wrap_socket(_connected(endpoint), server_hostname=name)
        except OSError as failure:
            failures.append(failure)
    raise next((one for one in failures if isinstance(one, ssl.SSLError)), failures[0])


def _endpoints(address: str) -> list[_Endpoint]:
    """Return where a server may listen.

    Raises:
        OSError: The name of its host leads nowhere.
    """
    host, port = split_address(address)
    try:
        found = [
            socket.getaddrinfo(candidate, port, type=socket.SOCK_STREAM)
            for candidate in addresses_of(host)
        ]
    except UnicodeError as error:  # Such names there are not.
        raise OSError(errno.EINVAL, f"{host} is no name of a host") from error
    return [(family, endpoint) for some in found for family, _, _, _, endpoint in some]


def _connected(endpoint: _Endpoint) -> socket.socket:
    family, where = endpoint
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(_LOOPBACK_SECONDS if is_loopback(where[0]) else PROBE_SECONDS)
        connection.connect(where)
        connection.settimeout(PROBE_SECONDS)
    except OSError:
        connection.close()
        raise
    return connection


def speaks_tls(address: str) -> bool:
    """Tell whether a server speaks TLS, whoever it is; one that is away, or silent, does not."""
    try:
        with shaken_hands(address, _trusting_nobody()):
            return True
    except OSError:  # of which ssl.SSLError is one
        return False


def certificate_of(address: str) -> Certificate | None:
    """Return the certificate that a server shows, trusted or not; None if that cannot be seen."""
    try:
        with shaken_hands(address, _trusting_nobody()) as secured:
            shown = secured.getpeercert(binary_form=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.load_verify_locations(cadata=shown or b"")
        trust_as_it_is(context)
        with shaken_hands(address, context) as secured:
            told = secured.getpeercert()
    except OSError:
        return None
    return Certificate.of(told) if told else None


def _trusting_nobody() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
