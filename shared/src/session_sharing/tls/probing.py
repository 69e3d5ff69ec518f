"""One handshake with a server, to learn what gRPC does not tell."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from session_sharing.discovery.address import addresses_of, split_address
from session_sharing.tls.certificate import Certificate
from session_sharing.tls.decoding import trust_as_it_is

PROBE_SECONDS = 2.0
"""How long a connection, and each step of a handshake, may take."""


@contextmanager
def shaken_hands(
    address: str, context: ssl.SSLContext, name: str | None = None
) -> Iterator[ssl.SSLSocket]:
    """Connect to a server, and shake hands with it as gRPC would.

    Args:
        address: host:port of the server.
        context: What is trusted, and what is shown.
        name: The name that its certificate must have; the host of the address if None.

    Raises:
        ssl.SSLError: The handshake failed.
        OSError: Nobody answers there in time.
    """
    host, _ = split_address(address)
    context.set_alpn_protocols(["h2"])
    with (
        connected(address) as connection,
        context.wrap_socket(connection, server_hostname=name or host) as secured,
    ):
        yield secured


def connected(address: str) -> socket.socket:
    """Connect to a server: to the first address of its host where somebody listens.

    Raises:
        OSError: Nobody does.
    """
    host, port = split_address(address)
    candidates = addresses_of(host)
    for candidate in candidates[:-1]:
        try:
            return socket.create_connection((candidate, port), PROBE_SECONDS)
        except OSError:
            continue
    return socket.create_connection((candidates[-1], port), PROBE_SECONDS)


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
