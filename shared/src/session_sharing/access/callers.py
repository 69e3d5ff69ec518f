"""Who calls, as its connection tells it, and never as it says itself."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from session_sharing.subjects import cut


@dataclass(frozen=True)
class Caller:
    """Who calls.

    Attributes:
        subject: The subject of its certificate; empty without one, and never empty with one.
        names: By what the lists of a service may name it; empty without a certificate.
        local: It has no certificate, and calls from this machine.
    """

    subject: str = ""
    names: frozenset[str] = frozenset()
    local: bool = False

    def __str__(self) -> str:
        if self.subject:
            return f"the certificate {cut(self.subject)}"
        return "a program on this machine" if self.local else "a program without a certificate"


REMEMBERED = 1_024
"""Of how many connections it is remembered who calls: it is asked with every call."""


@lru_cache(REMEMBERED)
def caller_without_certificate(peer: str) -> Caller:
    """Return who calls without a certificate.

    Args:
        peer: Where the call comes from, as gRPC writes it: `ipv4:127.0.0.1:4711`.
    """
    return Caller(local=is_loopback(peer))


def is_loopback(peer: str) -> bool:
    """Return whether a call comes from this machine itself."""
    family, _, rest = peer.partition(":")
    if family not in {"ipv4", "ipv6"}:
        return False
    host = unquote(rest.rpartition(":")[0]).strip("[]").partition("%")[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback
