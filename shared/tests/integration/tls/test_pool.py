"""Connections with and without encryption are never taken for one another."""

from __future__ import annotations

import pytest

from session_sharing import AuthenticationError, TlsFiles
from session_sharing.testing.memory import MemoryClient
from session_sharing.tls.files import CA_VARIABLE, CERTIFICATE_VARIABLE, KEY_VARIABLE
from shared.tests.integration.tls.floor import Floor


def test_each_choice_of_files_has_a_connection_of_its_own(floor: Floor) -> None:
    """Two clients share a connection when they show the same certificate, and else never."""
    address = floor.server("mutual").encrypted_address
    one, other = floor.tls("one"), floor.tls("other")
    with (
        MemoryClient("a", address=address, tls=one) as first,
        MemoryClient("b", address=address, tls=TlsFiles(one.ca, one.certificate, one.key)) as same,
        MemoryClient("c", address=address, tls=other) as second,
    ):
        assert first._connection is same._connection
        assert first._connection is not second._connection
        by_address = address.replace("localhost", "127.0.0.1")
        with pytest.raises(AuthenticationError, match=r"not for 127\.0\.0\.1"):
            MemoryClient("d", address=by_address, tls=one)


def test_environment_makes_clients_encrypt(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that knows nothing of TLS encrypts when it is told to from outside."""
    service, tls = floor.server("mutual"), floor.tls("from-outside")
    for name, path in (
        (CA_VARIABLE, tls.ca),
        (CERTIFICATE_VARIABLE, tls.certificate),
        (KEY_VARIABLE, tls.key),
    ):
        monkeypatch.setenv(name, str(path))
    with MemoryClient("data", address=service.encrypted_address) as client:
        client.touch()
    with pytest.raises(AuthenticationError, match="nothing was sent"):
        MemoryClient("data", address=service.address)
