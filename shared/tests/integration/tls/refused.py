"""Clients that are not let in, or that do not let themselves in: the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from session_sharing import AuthenticationError, CertificateFileError, SharingError, TlsFiles
from session_sharing.tls.files import CA_VARIABLE, CERTIFICATE_VARIABLE, KEY_VARIABLE
from shared.tests.integration.tls.floor import FUTURE, PAST, Floor


@dataclass(frozen=True)
class Case:
    """A client that is not let in, or that does not let itself in.

    Attributes:
        server: The server of the floor.
        tls: Makes the client's files; None encrypts nothing.
        told: What the client's error says: the file or the peer, and what to do.
        logged: What the server's standard error says; nothing where the client itself draws back,
            of which a server sees only that the connection ends.
        port: Changes the address; the encrypted port by default.
        kind: The class of the error, whose status is that of its table.
    """

    server: str
    tls: Callable[[Floor], TlsFiles | None]
    told: tuple[str, ...]
    logged: str = ""
    port: Callable[[str, str], str] = lambda encrypted, plain: encrypted
    kind: type[SharingError] = AuthenticationError


def by_ip(encrypted: str, _: str) -> str:
    return encrypted.replace("localhost", "127.0.0.1")


def key_of_another(floor: Floor) -> TlsFiles:
    one, other = floor.tls("one"), floor.tls("other")
    return TlsFiles(one.ca, one.certificate, other.key)


CASES = {
    "client without a certificate": Case(
        "mutual",
        Floor.tls,
        ("ADDRESS", "wants a certificate", CERTIFICATE_VARIABLE, KEY_VARIABLE),
        "PEER_DID_NOT_RETURN_A_CERTIFICATE",
    ),
    "client's certificate expired": Case(
        "mutual",
        lambda floor: floor.tls("late", **PAST),
        ("ADDRESS", "ours-late.pem", "CN=late", "expired at 2020-01-01", "Renew it"),
        "certificate has expired",
    ),
    "client's certificate is not valid yet": Case(
        "mutual",
        lambda floor: floor.tls("soon", **FUTURE),
        ("ADDRESS", "ours-soon.pem", "valid only from 2090-01-01", "have one issued"),
        "certificate is not yet valid",
    ),
    "client of a CA that the server does not know": Case(
        "mutual",
        Floor.foreign_client,
        ("ADDRESS", "strange-guest.pem", "O=strange", "--tls-client-ca"),
        "unable to get local issuer certificate",
    ),
    "server of a CA that the client does not know": Case(
        "strange",
        Floor.tls,
        ("ADDRESS", "O=strange", "none of the CAs in", "ours.pem", "put the certificate of its CA"),
    ),
    "server's certificate expired": Case(
        "expired",
        Floor.tls,
        ("ADDRESS", "CN=expired-server", "expired at 2020-01-01", "Renew it at the server"),
    ),
    "server's certificate is not valid yet": Case(
        "early",
        Floor.tls,
        ("ADDRESS", "CN=early-server", "valid only from 2090-01-01", "set it"),
    ),
    "server of another host": Case(
        "elsewhere",
        Floor.tls,
        ("ADDRESS", "for logger.example, 10.1.2.3, not for localhost", "server_name"),
    ),
    "server by an address that its certificate lacks": Case(
        "open", Floor.tls, ("ADDRESS", "for localhost, not for 127.0.0.1"), port=by_ip
    ),
    "server by a name that its certificate lacks": Case(
        "open",
        lambda floor: TlsFiles(floor.ours.file, server_name="logger.example"),
        ("ADDRESS", "for localhost, not for logger.example"),
    ),
    "plain client on an encrypted port": Case(
        "open",
        lambda _: None,
        ("ADDRESS", "is encrypted", CA_VARIABLE, "TlsFiles"),
        "WRONG_VERSION_NUMBER",
    ),
    "plain client on an encrypted port that wants certificates": Case(
        "mutual", lambda _: None, ("ADDRESS", "is encrypted", CA_VARIABLE), "WRONG_VERSION_NUMBER"
    ),
    "encrypting client on a plain port": Case(
        "open",
        Floor.tls,
        ("ADDRESS", "does not speak TLS", "nothing was sent", "--tls-certificate"),
        port=lambda _, plain: plain,
    ),
    "no file with CAs": Case(
        "open",
        lambda floor: TlsFiles(floor.folder / "nowhere.pem"),
        ("nowhere.pem", "No such file", "Check the path"),
        kind=CertificateFileError,
    ),
    "a folder in place of the CAs": Case(
        "open",
        lambda floor: TlsFiles(floor.folder),
        ("cannot be read", "no regular file"),
        kind=CertificateFileError,
    ),
    "CAs in another format": Case(
        "open",
        lambda floor: TlsFiles(floor.file("der.pem", "0\x82\x01")),
        ("der.pem", "in PEM", "BEGIN CERTIFICATE", "convert it"),
        kind=CertificateFileError,
    ),
    "CAs damaged": Case(
        "open",
        lambda floor: TlsFiles(floor.damaged(floor.ours.file)),
        ("damaged-ours.pem", "cannot be read", "again"),
        kind=CertificateFileError,
    ),
    "CAs damaged by a byte that is no text": Case(
        "open",
        lambda floor: TlsFiles(floor.file("byte.pem", floor.pem().replace("MII", "M\xe9I", 1))),
        ("byte.pem", "cannot be read", "again"),
        kind=CertificateFileError,
    ),
    "CAs cut at the end": Case(
        "open",
        lambda floor: TlsFiles(floor.file("cut.pem", floor.pem() + floor.pem()[:400])),
        ("cut.pem", "a beginning, and no end", "again"),
        kind=CertificateFileError,
    ),
    "no CA, but a server's certificate": Case(
        "open",
        lambda floor: TlsFiles(floor.ours.issue("leaf").certificate),
        ("ours-leaf.pem", "no certificate of a CA", "that signed"),
        kind=CertificateFileError,
    ),
    "no file with the client's certificate": Case(
        "mutual",
        lambda floor: TlsFiles(floor.ours.file, floor.folder / "gone.pem", floor.ours.file),
        ("gone.pem", "No such file"),
        kind=CertificateFileError,
    ),
    "a certificate in place of the key": Case(
        "mutual",
        lambda floor: TlsFiles(floor.ours.file, floor.ours.file, floor.ours.file),
        ("ours.pem holds no private key", "PRIVATE KEY-----"),
        kind=CertificateFileError,
    ),
    "key of another certificate": Case(
        "mutual",
        key_of_another,
        ("ours-other.key", "does not belong to", "ours-one.pem"),
        kind=CertificateFileError,
    ),
    "encrypted key": Case(
        "mutual",
        Floor.locked_client,
        ("locked.key", "is encrypted", "openssl pkey"),
        kind=CertificateFileError,
    ),
    "client's certificate damaged": Case(
        "mutual",
        lambda floor: TlsFiles(
            floor.ours.file,
            floor.damaged(floor.ours.issue("torn").certificate),
            floor.ours.issue("torn").key,
        ),
        ("damaged-ours-torn.pem", "cannot be used", "whole"),
        kind=CertificateFileError,
    ),
    "certificate for servers alone": Case(
        "mutual",
        Floor.server_alone_client,
        ("servers.pem", "cannot be that of a client", "clientAuth"),
        kind=CertificateFileError,
    ),
    "key that gRPC cannot use": Case(
        "mutual",
        Floor.client_of_rare_key,
        ("rare.pem", "on the curve P-521", "P-256 or P-384", "2,048 bits"),
        kind=CertificateFileError,
    ),
}
