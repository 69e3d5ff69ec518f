"""Who meets whom: certificates of all kinds, against real servers."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from session_sharing import AuthenticationError, CertificateFileError, SharingError, TlsFiles
from session_sharing.client.administration import Administration
from session_sharing.testing.memory import MemoryClient
from session_sharing.tls.files import CA_VARIABLE, CERTIFICATE_VARIABLE, KEY_VARIABLE
from shared.tests.integration.tls.floor import FUTURE, PAST, Floor

LIMIT = 10.0  # seconds
CORE_LINE = "Handshake failed with error"
"""How gRPC's core begins what it writes to the server's standard error."""


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
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_who_is_not_let_in_learns_why(
    floor: Floor, case: Case, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each error names the file or the peer and what to do, at once; the server's log tells too."""
    service = floor.server(case.server)
    address = case.port(service.encrypted_address, service.address)
    tls = case.tls(floor)
    capfd.readouterr()
    began = time.monotonic()
    with pytest.raises(case.kind) as caught:
        MemoryClient("data", address=address, tls=tls, wait=60.0)
    assert time.monotonic() - began < LIMIT, "a certificate does not mend itself by waiting"
    assert type(caught.value) is case.kind
    for word in case.told:
        assert word.replace("ADDRESS", address) in caught.value.message
    with pytest.raises(case.kind, match=escaped(case, address)):
        Administration(address, tls).sessions()
    logged_soon(capfd, case.logged)


def escaped(case: Case, address: str) -> str:
    """Return what an operator is told as well, as a pattern."""
    return ".*".join(re.escape(word.replace("ADDRESS", address)) for word in case.told[:2])


def logged_soon(capfd: pytest.CaptureFixture[str], expected: str) -> None:
    """Wait until the server's standard error has a line of the core's with this reason."""
    deadline, seen = time.monotonic() + LIMIT, ""
    while expected:
        seen += capfd.readouterr().err
        if any(CORE_LINE in line and expected in line for line in seen.splitlines()):
            return
        assert time.monotonic() < deadline, seen


GOOD: dict[str, tuple[str, Callable[[Floor], TlsFiles | None], bool]] = {
    "client without a certificate": ("open", Floor.tls, True),
    "client with a certificate that nobody wants": ("open", lambda floor: floor.tls("any"), True),
    "client with a certificate": ("mutual", lambda floor: floor.tls("station-7"), True),
    "plain client on the plain port": ("mutual", lambda _: None, False),
    "name that the certificate has, for an address": (
        "open",
        lambda floor: TlsFiles(floor.ours.file, server_name="localhost"),
        True,
    ),
    "server of another host, as expected": (
        "elsewhere",
        lambda floor: TlsFiles(floor.ours.file, server_name="logger.example"),
        True,
    ),
}


@pytest.mark.parametrize(("server", "tls", "encrypted"), GOOD.values(), ids=GOOD)
def test_who_is_let_in(
    floor: Floor, server: str, tls: Callable[[Floor], TlsFiles | None], encrypted: bool
) -> None:
    """Who shows what is wanted uses sessions, and looks at them, as on the plain port."""
    service, files = floor.server(server), tls(floor)
    address = service.encrypted_address if encrypted else service.address
    if files is not None and files.server_name == "localhost":
        address = by_ip(address, "")
    with MemoryClient(f"of {server} {files}", address=address, tls=files) as client:
        client.touch()
        sessions = Administration(address, files).sessions()
        assert client.public_id in {session.public_id for session in sessions}
