"""Addresses of the form `host:port`, and whether somebody answers at them."""

from __future__ import annotations

import ipaddress
import socket
import sys

from session_sharing.errors import InvalidRequestError

PROBE_SECONDS = 3.0 if sys.platform == "win32" else 1.0
"""How long to wait for a connection. Windows takes two seconds to report that a port is closed."""


def split_address(address: str) -> tuple[str, int]:
    """Take `host:port` apart; an IPv6 address stands in brackets, as in `[::1]:31763`.

    Raises:
        InvalidRequestError: The text is no address.
    """
    host, _, port = address.strip().rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not bare or (":" in bare and bare == host) or not is_port(port):
        raise InvalidRequestError(
            f"{address!r} is no address. Write host:port, for example localhost:31763."
        )
    return bare, int(port)


def is_port(text: str) -> bool:
    """Tell whether the text is a port number, 1 to 65535."""
    return text.isascii() and text.isdecimal() and len(text) <= 5 and 0 < int(text) <= 65535


def is_loopback(host: str) -> bool:
    """Tell whether the host is this machine's loopback, so that no proxy may come between."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def addresses_of(host: str) -> tuple[str, ...]:
    """Return the addresses to try for a host: for `localhost` both families, whatever resolves it.

    Some machines resolve it to one family only, while a service may listen on the other.
    """
    return ("127.0.0.1", "::1") if host.lower() == "localhost" else (host,)


def answers(address: str, timeout: float = PROBE_SECONDS) -> bool:
    """Tell whether somebody accepts connections at an address.

    Args:
        address: host:port.
        timeout: How long to wait for each address of the host, in seconds.

    Raises:
        InvalidRequestError: The text is no address.
    """
    host, port = split_address(address)
    return any(_connects(candidate, port, timeout) for candidate in addresses_of(host))


def _connects(host: str, port: int, timeout: float) -> bool:
    try:
        with socket.create_connection((host, port), timeout):
            return True
    except OSError:
        return False
