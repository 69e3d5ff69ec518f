"""Certificates for tests: a CA of a test's own, and what it signs, as files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import trustme

from session_sharing.service import NetworkOptions, ServerTls
from session_sharing.tls import TlsFiles


@dataclass(frozen=True)
class Issued:
    """A certificate with its key, as files."""

    certificate: Path
    key: Path


class Authority:
    """A CA that signs whatever a test wants.

    Args:
        folder: Where its files are written.
        name: Its name, and the beginning of the names of its files.

    Attributes:
        file: Its own certificate.
    """

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self._ca = trustme.CA(organization_name=name)
        self._folder = folder
        self._name = name
        self.file = folder / f"{name}.pem"
        self._ca.cert_pem.write_to_path(self.file)

    def issue(
        self,
        name: str,
        *identities: str,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
    ) -> Issued:
        """Sign a certificate; one of the same name that was issued before is renewed.

        The files appear whole, the key first: as a good renewal does it.

        Args:
            name: Its common name, and the name of its files.
            identities: The hosts or e-mail addresses that it is for; `localhost` by default.
            not_before: From when it is valid; long ago by default.
            not_after: Until when it is valid; for ages by default.
        """
        signed = self._ca.issue_cert(
            *(identities or ("localhost",)),
            common_name=name,
            organization_unit_name=self._name,  # Else it differs each time, and so the subject.
            not_before=not_before,
            not_after=not_after,
        )
        stem = f"{self._name}-{name}"
        issued = Issued(self._folder / f"{stem}.pem", self._folder / f"{stem}.key")
        chain = b"".join(blob.bytes() for blob in signed.cert_chain_pems)
        _write(issued.key, signed.private_key_pem.bytes())
        _write(issued.certificate, chain)
        return issued

    def server(self, name: str = "server", *, client_ca: Path | None = None) -> NetworkOptions:
        """Return how a server on localhost encrypts.

        Args:
            name: The name of its certificate.
            client_ca: The CA whose clients alone it lets in; None for all.
        """
        issued = self.issue(name)
        return NetworkOptions(ServerTls(issued.certificate, issued.key, client_ca))

    def client(self, name: str = "station-7") -> TlsFiles:
        """Return how a client encrypts that has a certificate, and trusts this CA."""
        issued = self.issue(name)
        return TlsFiles(self.file, issued.certificate, issued.key)


def _write(path: Path, content: bytes) -> None:
    """Write a file that nobody else may read, in one step."""
    new = path.with_name(f"{path.name}.new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123 - private from its beginning
        file.write(content)
    new.replace(path)
