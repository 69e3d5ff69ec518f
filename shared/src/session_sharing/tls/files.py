"""Which files a client needs to connect with encryption, and who says so."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from session_sharing.errors import InvalidRequestError

CA_VARIABLE = "SESSION_SHARING_TLS_CA"
"""The environment variable that names the CAs of servers; with it clients encrypt."""

CERTIFICATE_VARIABLE = "SESSION_SHARING_TLS_CERTIFICATE"
"""The environment variable that names the client's own certificate."""

KEY_VARIABLE = "SESSION_SHARING_TLS_KEY"
"""The environment variable that names the key of the client's certificate."""


@dataclass(frozen=True)
class TlsFiles:
    """The files, in PEM, with which a client connects to the encrypted port of services.

    They are read anew for each connection, so they can be renewed while a program runs.

    Attributes:
        ca: The certificates of the CAs, one or more, whose servers are trusted.
        certificate: The client's own certificate, with the intermediate ones behind it, for
            servers that ask for one; None if it has none.
        key: The key of that certificate, not encrypted; None if it has none.
        server_name: The name that the server's certificate must have; None for the host of the
            address.

    Raises:
        InvalidRequestError: There is a certificate without a key, or a key without a certificate,
            or the name of the server is no name of a host.
    """

    ca: str | Path
    certificate: str | Path | None = None
    key: str | Path | None = None
    server_name: str | None = None

    def __post_init__(self) -> None:
        if (self.certificate is None) != (self.key is None):
            given, missing = ("key", "certificate") if self.key else ("certificate", "key")
            raise InvalidRequestError(
                f"TLS has a {given}, but no {missing}: a client proves who it is by both. "
                f"Give the {missing} as well, or neither."
            )
        if self.server_name is not None and not _is_host(self.server_name):
            raise InvalidRequestError(
                f"{self.server_name!r} cannot be the name of a server. Give a host, or leave "
                "server_name out: then it is the host of the address."
            )


def _is_host(name: str) -> bool:
    try:
        return bool(name.encode("idna")) and "\0" not in name
    except UnicodeError:  # A part of it is empty, or too long.
        return False


def tls_from_environment(environment: Mapping[str, str] | None = None) -> TlsFiles | None:
    """Return what the environment says; None if it has none of them, and clients do not encrypt.

    Args:
        environment: The environment variables; those of the process if None.

    Raises:
        InvalidRequestError: Only some of the variables are set that belong together, or one is set
            to nothing.
    """
    told = os.environ if environment is None else environment
    ca, certificate, key = (
        _file_in(told, name) for name in (CA_VARIABLE, CERTIFICATE_VARIABLE, KEY_VARIABLE)
    )
    if ca is not None:
        return TlsFiles(ca, certificate, key)
    if certificate is None and key is None:
        return None
    lonely = CERTIFICATE_VARIABLE if certificate else KEY_VARIABLE
    raise InvalidRequestError(
        f"The environment has {lonely}, but no {CA_VARIABLE}, so no server could be trusted. Set "
        f"{CA_VARIABLE} to the file with the certificate of your CA, or unset {lonely}."
    )


def _file_in(environment: Mapping[str, str], variable: str) -> str | None:
    """Return what a variable says; one that came out empty was meant to say something."""
    said = environment.get(variable)
    if said is not None and not said.strip():
        raise InvalidRequestError(
            f"The environment has {variable}, but nothing in it: whether to encrypt, and how, is "
            "not guessed. Set it to the file that it is to name, or unset it."
        )
    return said and said.strip()
