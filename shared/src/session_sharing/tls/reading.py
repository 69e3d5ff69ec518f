"""Reading certificates and keys, and saying which file is wrong, and how."""

from __future__ import annotations

import errno
import re
import ssl
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from session_sharing.errors import CertificateFileError
from session_sharing.information import clock
from session_sharing.tls.certificate import Certificate
from session_sharing.tls.decoding import EncryptedKeyError, decode
from session_sharing.tls.keys import USABLE, unusable_key

_LARGEST = 1 << 20  # bytes
_CERTIFICATE_MARK = b"-----BEGIN CERTIFICATE-----"
_KEY_MARK = b"PRIVATE KEY-----"
_CERTIFICATES = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True)
class Pair:
    """A certificate with its key, as gRPC takes them.

    Attributes:
        chain: The certificate and those behind it, in PEM.
        key: The key, in PEM. It is a secret.
        says: What the certificate says.
    """

    chain: bytes
    key: bytes
    says: Certificate

    def __repr__(self) -> str:
        return f"Pair({self.says!r})"  # without the key


def read_pair(certificate: str | Path, key: str | Path, *, server: bool) -> Pair:
    """Read a certificate and its key; dates are not looked at.

    Args:
        certificate: The file with the certificate.
        key: The file with its key.
        server: Whether a server has it; else a client.

    Raises:
        CertificateFileError: One of the files is missing, cannot be used, or is being written, or
            they do not belong together; or gRPC cannot use a key of this kind.
    """
    paths = Path(certificate), Path(key)
    before = _content(paths)
    _refuse_key(paths[0], before[0])
    says = _decoded(*paths, server=server)
    if _content(paths) != before:
        raise CertificateFileError(
            f"{certificate} and {key} changed while they were read. Write new files beside them, "
            "and rename those when they are whole."
        )
    return Pair(*before, says)


def _refuse_key(certificate: Path, chain: bytes) -> None:
    kind = unusable_key(chain)
    if kind:
        raise CertificateFileError(
            f"The key of the certificate {certificate} is {kind}, which gRPC cannot use: nobody "
            f"could connect. Have a certificate issued for another key: {USABLE}."
        )


def _content(paths: tuple[Path, Path]) -> tuple[bytes, bytes]:
    certificate, key = paths
    return (
        _read(certificate, _CERTIFICATE_MARK, "certificate"),
        _read(key, _KEY_MARK, "private key"),
    )


def read_authorities(path: str | Path, now: datetime) -> bytes:
    """Read the certificates of CAs, without the comments of any kind that may stand around them.

    Args:
        path: The file.
        now: The time; one of them must be valid then.

    Raises:
        CertificateFileError: The file is missing, or holds no CA that is valid.
    """
    content = _read(Path(path), _CERTIFICATE_MARK, "certificate of a CA")
    blocks = _CERTIFICATES.findall(content)
    if len(blocks) < content.count(_CERTIFICATE_MARK):
        raise _damaged(path, "it has a beginning, and no end")
    authorities = b"\n".join((*blocks, b""))
    known = _decoded_authorities(path, authorities)
    if not known:
        raise CertificateFileError(
            f"{path} holds no certificate of a CA, only others. Put the certificate there of the "
            "CA that signed the certificates of the other side."
        )
    if all(one.is_expired(now) for one in known):
        newest = max(known, key=lambda one: one.not_after)
        raise CertificateFileError(
            f"The CA in {path} ({newest.subject}) expired at {clock(newest.not_after)}. Put the "
            "present certificate of your CA there."
        )
    return authorities


def _decoded_authorities(path: str | Path, authorities: bytes) -> list[Certificate]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cadata=authorities.decode("ascii"))
        return [Certificate.of(told) for told in context.get_ca_certs()]
    except ssl.SSLError as error:
        raise _damaged(path, _reason(error)) from error
    except ValueError as error:  # A byte that is not ASCII, a date that is none.
        raise _damaged(path, str(error)) from error


def _damaged(path: str | Path, why: str) -> CertificateFileError:
    return CertificateFileError(
        f"{path} holds a certificate that cannot be read ({why}). Copy the certificate of your CA "
        "there again."
    )


def _read(path: Path, mark: bytes, what: str) -> bytes:
    try:
        content = _bytes_of(path)
    except (OSError, ValueError) as error:  # The latter, where no path can be such.
        why = error.strerror if isinstance(error, OSError) else None
        raise CertificateFileError(
            f"The {what} {path} cannot be read: {why or error}. Check the path, and "
            "that this user may read the file."
        ) from error
    if len(content) > _LARGEST:
        raise CertificateFileError(
            f"{path} has more than {_LARGEST} bytes, the most that a {what} is read from. Leave "
            "only those certificates in it that are needed here."
        )
    if mark not in content:
        raise CertificateFileError(
            f"{path} holds no {what} in PEM: there is no line '{_line(mark)}'. Check that it is "
            "the right file, and convert it with openssl if it has another format."
        )
    return content


def _bytes_of(path: Path) -> bytes:
    if not stat.S_ISREG(path.stat().st_mode):  # A pipe would keep its reader waiting.
        raise OSError(errno.EINVAL, "it is no regular file")
    with path.open("rb") as file:
        return file.read(_LARGEST + 1)


def _line(mark: bytes) -> str:
    text = mark.decode()
    return text if text.startswith("-") else f"-----BEGIN {text}"


def _decoded(certificate: Path, key: Path, *, server: bool) -> Certificate:
    try:
        return decode(certificate, key, server=server)
    except EncryptedKeyError as error:
        raise CertificateFileError(
            f"The private key {key} is encrypted, and nobody can be asked for its password. Store "
            f"it without one (openssl pkey -in {key} -out NEW), readable by this user alone."
        ) from error
    except ssl.SSLError as error:
        raise CertificateFileError(_unusable(certificate, key, error, server=server)) from error
    except OSError as error:  # It went since it was read.
        raise CertificateFileError(
            f"{certificate} or {key} cannot be read: {error.strerror or error}."
        ) from error


def _unusable(certificate: Path, key: Path, error: ssl.SSLError, *, server: bool) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return (
            f"The private key {key} does not belong to the certificate {certificate}. Give the "
            "key with which that certificate was asked for."
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        side = "a server" if server else "a client"
        return (
            f"The certificate {certificate} cannot be that of {side}: {error.verify_message}. Have "
            f"one issued for {side} (extended key usage {'server' if server else 'client'}Auth)."
        )
    return (
        f"The certificate {certificate} with the private key {key} cannot be used "
        f"({_reason(error)}). Check that both are whole."
    )


def _reason(error: ssl.SSLError) -> str:
    return (error.reason or str(error)).replace("_", " ").lower()
