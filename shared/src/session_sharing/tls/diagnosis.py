"""Finding out why a secure connection was not made; gRPC says only that it was not."""

from __future__ import annotations

import ssl
from pathlib import Path

from session_sharing.discovery.address import split_address
from session_sharing.errors import CertificateFileError, SharingError
from session_sharing.tls.certificate import Certificate
from session_sharing.tls.explaining import (
    encrypted_there,
    failed_otherwise,
    not_encrypted_there,
    refused_client,
    untrusted_server,
)
from session_sharing.tls.files import TlsFiles
from session_sharing.tls.probing import certificate_of, shaken_hands, speaks_tls
from session_sharing.tls.reading import read_authorities, read_pair
from session_sharing.utc import utc_now

_ATTEMPTS = 2
"""A server that hangs up may just be stopping; one that stops is not there a second time."""

_NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"})


def diagnose(address: str, tls: TlsFiles | None) -> SharingError | None:
    """Find out why a server that takes connections was not reached by gRPC.

    It shakes hands with the server itself, so it takes some seconds at most; it must not be called
    in a thread of gRPC's, nor on an event loop.

    Args:
        address: host:port of the server.
        tls: The files that the client encrypts with; None if it does not.

    Returns:
        What is wrong, which does not mend itself; None if encryption is not the reason, or the
        server does not answer.
    """
    if tls is None:
        return encrypted_there(address) if speaks_tls(address) else None
    try:
        own = _own(tls)
        if any(_is_taken(address, tls) for _ in range(_ATTEMPTS)):
            return None
        return refused_client(address, own, tls, utc_now())
    except CertificateFileError as error:
        return error
    except ssl.SSLError as error:
        return _of_handshake(address, error, tls)
    except OSError:
        return None  # It is not there, or silent: it may come.


def _is_taken(address: str, tls: TlsFiles) -> bool:
    """Tell whether a server takes this client: then it speaks first, and else it hangs up."""
    with shaken_hands(address, _context(tls), _expected(address, tls)) as secured:
        try:
            return secured.recv(1) != b""
        except ConnectionError:
            return False


def _expected(address: str, tls: TlsFiles) -> str:
    """Return the name that the server's certificate must have."""
    return tls.server_name or split_address(address)[0]


def _own(tls: TlsFiles) -> Certificate | None:
    if tls.certificate is None or tls.key is None:
        return None
    return read_pair(tls.certificate, tls.key, server=False).says


def _context(tls: TlsFiles) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cadata=read_authorities(tls.ca, utc_now()).decode("ascii"))
        if tls.certificate is not None:
            context.load_cert_chain(Path(tls.certificate), tls.key)
    except OSError as error:  # They were read just now, so they are being renewed.
        raise CertificateFileError(f"{tls.certificate} or {tls.key} changed just now.") from error
    return context


def _of_handshake(address: str, error: ssl.SSLError, tls: TlsFiles) -> SharingError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return untrusted_server(
            address,
            code=error.verify_code,
            found=error.verify_message,
            shown=certificate_of(address),
            tls=tls,
            name=_expected(address, tls),
        )
    if error.reason in _NO_TLS:
        return not_encrypted_there(address)
    return failed_otherwise(address, (error.reason or str(error)).replace("_", " ").lower())
