"""Servers that show certificates of all kinds, and the files of clients, good and bad."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from session_sharing.service import NetworkOptions, ServerTls, certificates
from session_sharing.testing.certificates import Authority
from session_sharing.testing.hosting import LocalService
from session_sharing.testing.memory import MemoryDriver, add_memory_servicer
from session_sharing.tls import TlsFiles

Service = LocalService[list[str]]

PAST = {"not_before": datetime(2019, 1, 1), "not_after": datetime(2020, 1, 1)}
FUTURE = {"not_before": datetime(2090, 1, 1), "not_after": datetime(2091, 1, 1)}


class Floor:
    """Servers, started when a case first asks for them, and files of clients, good and bad.

    Attributes:
        folder: Where all files lie.
        ours: The CA that both sides trust.
        strange: A CA that nobody trusts.
    """

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.ours = Authority(folder, "ours")
        self.strange = Authority(folder, "strange")
        self._stack = stack
        self._running: dict[str, Service] = {}
        self._make: dict[str, Callable[[], NetworkOptions]] = {
            "open": lambda: self.ours.server("open"),
            "mutual": lambda: self.ours.server("mutual", client_ca=self.ours.file),
            "strange": lambda: self.strange.server("strange-server"),
            "expired": lambda: self._showing("expired-server", **PAST),
            "early": lambda: self._showing("early-server", **FUTURE),
            "elsewhere": lambda: self._showing("elsewhere", "logger.example", "10.1.2.3"),
        }

    def _showing(self, name: str, *hosts: str, **dates: datetime) -> NetworkOptions:
        issued = self.ours.issue(name, *hosts, **dates)
        return NetworkOptions(ServerTls(issued.certificate, issued.key))

    def server(self, name: str) -> Service:
        """Return a running server; one whose certificate expired started when it was valid."""
        if name not in self._running:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(certificates, "_refuse_dates", lambda *_: None)
                self._running[name] = self.start(name, self._make[name]())
        return self._running[name]

    def start(self, name: str, network: NetworkOptions) -> Service:
        """Start a server."""
        folder = self.folder / f"data-{name}"
        service: Service = LocalService(
            "memory", MemoryDriver(), add_memory_servicer, folder, network=network
        )
        return self._stack.enter_context(service)

    def file(self, name: str, content: str) -> Path:
        """Write a file."""
        path = self.folder / name
        path.write_text(content, "utf-8")
        return path

    def tls(self, certificate: str = "", ca: Path | None = None, **dates: datetime) -> TlsFiles:
        """Return the files of a client, with a certificate of our CA if it has a name."""
        if not certificate:
            return TlsFiles(ca or self.ours.file)
        issued = self.ours.issue(certificate, "client@example.org", **dates)
        return TlsFiles(ca or self.ours.file, issued.certificate, issued.key)

    def pem(self) -> str:
        """Return the certificate of our CA."""
        return self.ours.file.read_text("ascii")

    def noted(self) -> Path:
        """Return a copy of our CA's with a byte order mark and notes, as people keep it."""
        return self.file("noted.pem", f"\ufeff{self.pem()}# Raíz de la fábrica\n{self.pem()}")

    def damaged(self, path: Path) -> Path:
        """Return a copy of a file in PEM that is cut in its middle."""
        text = path.read_text("utf-8")
        return self.file(f"damaged-{path.name}", text[: len(text) // 2] + text[-40:])

    def foreign_client(self) -> TlsFiles:
        """Return the files of a client with a certificate that our servers do not know."""
        issued = self.strange.issue("guest")
        return TlsFiles(self.ours.file, issued.certificate, issued.key)

    def locked_client(self) -> TlsFiles:
        """Return the files of a client whose key is encrypted."""
        own = self.ours.issue("locked")
        key = load_pem_private_key(own.key.read_bytes(), None)
        locked = key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
        )
        own.key.write_bytes(locked)
        return TlsFiles(self.ours.file, own.certificate, own.key)

    def server_alone_client(self) -> TlsFiles:
        """Return the files of a client whose certificate is meant for servers."""
        return self._self_signed("servers", ec.SECP256R1(), ExtendedKeyUsageOID.SERVER_AUTH)

    def client_of_rare_key(self) -> TlsFiles:
        """Return the files of a client whose key gRPC cannot use."""
        return self._self_signed("rare", ec.SECP521R1(), ExtendedKeyUsageOID.CLIENT_AUTH)

    def _self_signed(
        self, stem: str, curve: ec.EllipticCurve, purpose: x509.ObjectIdentifier
    ) -> TlsFiles:
        key = ec.generate_private_key(curve)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, stem)])
        purposes = x509.ExtendedKeyUsage([purpose])
        now = datetime.now(timezone.utc)
        signed = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(purposes, critical=False)
            .sign(key, hashes.SHA256())
        )
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return TlsFiles(
            self.ours.file,
            self.file(f"{stem}.pem", signed.public_bytes(Encoding.PEM).decode()),
            self.file(f"{stem}.key", private.decode()),
        )
