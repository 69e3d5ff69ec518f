"""Addresses of the form `host:port`: what they mean, who answers there, who may have them."""

from __future__ import annotations

import errno
import ipaddress
import re
import socket
import sys

from session_sharing.errors import InvalidRequestError

PROBE_SECONDS = 3.0 if sys.platform == "win32" else 1.0
"""How long to wait for a connection. Windows takes two seconds to report that a port is closed."""


_LONGEST_HOST = 253
_HOST_LETTERS = re.compile(r"[\w.:%-]+")
_HOST_NAME = re.compile(r"[\w-]{1,63}(\.[\w-]{1,63})*\.?")
_SAME_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


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


def is_host(text: str) -> bool:
    """Tell whether the text can be the name or the IP address of a computer.

    An IPv6 address may stand in brackets, and have a zone, as in `[fe80::1%eth0]`.
    """
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if len(bare) > _LONGEST_HOST or _HOST_LETTERS.fullmatch(bare) is None:
        return False
    try:
        return ipaddress.ip_address(bare).version == 6 or bare == text
    except ValueError:
        return bare == text and _HOST_NAME.fullmatch(text) is not None


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


def shared_spelling(address: str) -> str:
    """Return one spelling for all that mean the same server on this machine's loopback.

    A server of this project listens on both families, so `localhost`, `127.0.0.1` and `::1` differ
    in nothing. Other addresses are returned as they are.

    Raises:
        InvalidRequestError: The text is no address.
    """
    host, port = split_address(address)
    return f"localhost:{port}" if host.lower() in _SAME_LOOPBACK else address.strip()


def bind_refusal(host: str, port: int = 0) -> OSError | None:
    """Return why a server cannot have this address now; None if it can.

    Args:
        host: An IP address of this machine.
        port: The port; 0 for any.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if family == socket.AF_INET6 and not socket.has_ipv6:
        return OSError(errno.EAFNOSUPPORT, "this Python knows no IPv6")
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if sys.platform == "win32":
                # There SO_REUSEADDR would let us steal the port of a running program.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            else:
                # As gRPC does: connections of the last run that linger must not count as a holder.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        return error
    return None


def channel_options(address: str) -> list[tuple[str, int]]:
    """Return the options that every channel of this library has.

    Raises:
        InvalidRequestError: The text is no address.
    """
    # Without a pool of its own, a channel would share the connection of another to the same
    # address, or inherit its back-off and not see for a while that a server has started there.
    options = [("grpc.use_local_subchannel_pool", 1)]
    if is_loopback(split_address(address)[0]):
        options.append(("grpc.enable_http_proxy", 0))
    return options


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
