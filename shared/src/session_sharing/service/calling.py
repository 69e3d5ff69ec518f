"""Who makes the call that is being served."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from typing import Protocol

from session_sharing.access import Caller, caller_with_certificate, caller_without_certificate
from session_sharing.errors import AuthenticationError
from session_sharing.tls.expiry import expiry_of
from session_sharing.utc import utc_now

_KINDS = {"peer_dns": "DNS", "peer_uri": "URI", "peer_email": "EMAIL", "peer_ip": "IP"}
"""How gRPC calls the alternative names of a certificate, and how people do."""

_CERTIFICATE, _SUBJECT, _RESUMED = "x509_pem_cert", "x509_subject", "ssl_session_reused"

_THE_SERVICE_ITSELF = Caller(local=True)

CALLER: ContextVar[Caller] = ContextVar("caller", default=_THE_SERVICE_ITSELF)
"""Who makes the running call: set by the `Guard`, before anything of the call is done.

gRPC serves each call in a task of its own, and tasks that it starts inherit it. What the service
does for itself counts as a program on its machine, without a certificate.
"""


Proven = Mapping[str, Iterable[bytes]]
"""What gRPC tells of the peer of a connection, by names of its own."""


class Call(Protocol):
    """What is asked of gRPC's context of a call."""

    def auth_context(self) -> Proven:
        """Return what the connection has proven of its peer."""
        ...

    def peer(self) -> str:
        """Return where the call comes from."""
        ...


def caller_of(proven: Proven, peer: str) -> Caller:
    """Return who makes a call.

    Args:
        proven: What its connection has proven of its peer, as gRPC tells it.
        peer: Where it comes from.
    """
    content = b"".join(proven.get(_CERTIFICATE, ()))
    if not content:  # No encryption, or one for which no certificate was asked.
        return caller_without_certificate(peer)
    subject = b"".join(proven.get(_SUBJECT, ()))
    others = tuple((kind, value) for key, kind in _KINDS.items() for value in proven.get(key, ()))
    return caller_with_certificate(subject, others, content)


def outdated(proven: Proven, caller: Caller) -> AuthenticationError | None:
    """Return why a certificate that no handshake has looked at proves nothing any more.

    TLS takes up an earlier session by a ticket, without a look at the certificate of then.

    Args:
        proven: What the connection has proven of its peer, as gRPC tells it.
        caller: Who calls.
    """
    if b"true" not in proven.get(_RESUMED, ()):
        return None
    ended = expiry_of(b"".join(proven.get(_CERTIFICATE, ())))
    if ended is not None and ended >= utc_now():
        return None
    when = f"{ended:%Y-%m-%d %H:%M:%S} UTC" if ended else "a time that cannot be read"
    return AuthenticationError(
        f"The certificate {caller.subject} expired at {when}; this connection was resumed by a "
        "TLS session ticket from before. Renew the certificate, and connect without the ticket: "
        "empty the client's TLS session cache, or start its program anew."
    )
