"""Reading what a certificate says, with the standard library alone.

Python's ssl decodes the certificate of a peer that proved itself in a handshake, and no other. So
the owner of a certificate is its own peer, in memory.
"""

from __future__ import annotations

import ssl
from pathlib import Path

from session_sharing.tls.certificate import Certificate

ANY_TIME = 0x200000
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME, for which Python has no name: dates are looked at here."""

_ROUNDS = 4
"""A handshake has three messages at most."""


class EncryptedKeyError(ValueError):
    """A key is encrypted, and nobody is there to be asked for the password."""


def decode(certificate: Path, key: Path, *, server: bool) -> Certificate:
    """Return what a certificate says, whatever its dates.

    Args:
        certificate: The file with the certificate, and its chain.
        key: The file with its key.
        server: Whether a server has it; else a client.

    Raises:
        EncryptedKeyError: The key is encrypted.
        ssl.SSLError: One of the files holds something else, they do not belong together, or the
            certificate is not meant for this side.
        OSError: One of the files cannot be read.
    """
    # A side that asks for a proof has to be either; which, decides what it must be meant for.
    listening = _context(ssl.PROTOCOL_TLS_SERVER, certificate, key, asks=not server)
    calling = _context(ssl.PROTOCOL_TLS_CLIENT, certificate, key, asks=server)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = (
        calling.wrap_bio(back, there),
        listening.wrap_bio(there, back, server_side=True),
    )
    for _ in range(_ROUNDS):
        for side in sides:
            _advance(side)
    told = sides[0 if server else 1].getpeercert()
    assert told, "a certificate that was asked for and proven is told"
    return Certificate.of(told)


def _context(protocol: int, certificate: Path, key: Path, *, asks: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.check_hostname = False
    context.load_cert_chain(certificate, key, _no_password)
    context.verify_mode = ssl.CERT_REQUIRED if asks else ssl.CERT_NONE
    context.load_verify_locations(certificate)
    trust_as_it_is(context)
    return context


def trust_as_it_is(context: ssl.SSLContext) -> None:
    """Let a context take a certificate that it was given, whoever signed it and whenever."""
    context.verify_flags = ssl.VerifyFlags(
        context.verify_flags | ssl.VERIFY_X509_PARTIAL_CHAIN | ANY_TIME
    )


def _no_password() -> str:
    raise EncryptedKeyError


def _advance(side: ssl.SSLObject) -> None:
    try:
        side.do_handshake()
    except ssl.SSLWantReadError:
        return  # The other one's turn.
