"""Why a secure connection was not made, in words: what is wrong, where, and what to do."""

from __future__ import annotations

from datetime import datetime

from session_sharing.errors import AuthenticationError
from session_sharing.information import clock
from session_sharing.tls.certificate import Certificate
from session_sharing.tls.files import CA_VARIABLE, CERTIFICATE_VARIABLE, KEY_VARIABLE, TlsFiles

# OpenSSL's numbers of what it finds wrong with a certificate: X509_V_ERR_...
NOT_YET_VALID, EXPIRED, WRONG_PURPOSE = 9, 10, 26
WRONG_HOST, WRONG_ADDRESS = 62, 64
_UNKNOWN_ISSUER = frozenset({2, 18, 19, 20, 21})

_CLOCKS = "If the clock here or there is wrong, set it."


def untrusted_server(
    address: str,
    *,
    code: int,
    found: str,
    shown: Certificate | None,
    tls: TlsFiles,
    name: str,
) -> AuthenticationError:
    """Return the error for a server whose certificate was not accepted.

    Args:
        address: host:port of the server.
        code: OpenSSL's number of what is wrong with the certificate.
        found: The same in OpenSSL's words.
        shown: The certificate; None if it could not be seen.
        tls: The files of the client.
        name: The name that the certificate must have.
    """
    whose = f"The server at {address} shows a certificate"
    subject = f" of {shown.subject}" if shown and shown.subject else ""
    if code in (WRONG_HOST, WRONG_ADDRESS):
        names = ", ".join(shown.hosts) if shown and shown.hosts else "other names"
        return AuthenticationError(
            f"{whose} for {names}, not for {name}. Connect by a name that it is for, have one "
            f"issued for {name}, or say by server_name which of its names to expect."
        )
    if code in (EXPIRED, NOT_YET_VALID):
        return AuthenticationError(f"{whose}{subject}{_when(code, shown, tls)}")
    if code in _UNKNOWN_ISSUER:
        issuer = f" that {shown.issuer} issued" if shown else ""
        return AuthenticationError(
            f"{whose}{subject}{issuer}, which is none of the CAs in {tls.ca}. If this is the "
            "server that you mean, put the certificate of its CA into that file; else somebody "
            "may be in between."
        )
    return AuthenticationError(
        f"{whose}{subject} that is not accepted: {found}. Have another one issued for the server."
    )


def _when(code: int, shown: Certificate | None, tls: TlsFiles) -> str:
    """Say that a certificate is not valid now; where it is not the server's own, whose it is."""
    if shown is None:
        told = "expired" if code == EXPIRED else "is not valid yet"
        return f" that {told}. Renew it at the server. {_CLOCKS}"
    if code == EXPIRED:
        return (
            f" that expired at {clock(shown.not_after)}, or its CA, also in {tls.ca}, did. Renew "
            f"it at the server. {_CLOCKS}"
        )
    return (
        f" that is valid only from {clock(shown.not_before)} on, or its CA is not valid yet. Wait "
        f"until then, or have one issued that is valid now. {_CLOCKS}"
    )


def refused_client(
    address: str, own: Certificate | None, tls: TlsFiles, now: datetime
) -> AuthenticationError:
    """Return the error for a client whose certificate, or want of one, the server did not take.

    Args:
        address: host:port of the server.
        own: The client's certificate; None if it has none.
        tls: The files of the client.
        now: The time.
    """
    if own is None:
        return AuthenticationError(
            f"The server at {address} wants a certificate of its clients, and this one has none. "
            f"Give it one of its own: {CERTIFICATE_VARIABLE} and {KEY_VARIABLE}, or "
            "TlsFiles(ca, certificate, key)."
        )
    who = f"The server at {address} refuses the certificate {tls.certificate} ({own.subject})"
    if own.is_expired(now):
        return AuthenticationError(
            f"{who}, which expired at {clock(own.not_after)}. Renew it. {_CLOCKS}"
        )
    if own.is_early(now):
        return AuthenticationError(
            f"{who}, which is valid only from {clock(own.not_before)} on. Wait until then, or "
            f"have one issued that is valid now. {_CLOCKS}"
        )
    return AuthenticationError(
        f"{who}, which {own.issuer} issued: most likely that is none of the CAs that the server "
        "knows. Use a certificate of its CA, or have that CA added to its --tls-client-ca. Its "
        "log has a line 'Handshake failed' that says why."
    )


def encrypted_there(address: str) -> AuthenticationError:
    """Return the error for a client without encryption at an encrypted port."""
    return AuthenticationError(
        f"The port of {address} is encrypted, and this client came without encryption. Tell it "
        f"the CA of the server, by {CA_VARIABLE}=FILE or tls=TlsFiles(FILE); or use the port "
        "without encryption, where there is one."
    )


def not_encrypted_there(address: str) -> AuthenticationError:
    """Return the error for a client with encryption at a port that has none."""
    return AuthenticationError(
        f"The port of {address} does not speak TLS, and this client was told to encrypt: nothing "
        "was sent. Use the encrypted port of the service (its log names it), or start the service "
        "with --tls-certificate and --tls-key."
    )


def failed_otherwise(address: str, found: str) -> AuthenticationError:
    """Return the error for a handshake that failed for a rare reason."""
    return AuthenticationError(
        f"The server at {address} and this client agree on no secure connection: {found}. The log "
        "of the server has a line 'Handshake failed' that says why."
    )
