"""Servers that listen on one of the addresses of their host alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from session_sharing import AuthenticationError, TlsFiles
from session_sharing.client.administration import Administration
from session_sharing.service import NetworkOptions, ServerTls, binding
from session_sharing.testing.memory import MemoryClient
from session_sharing.tls import diagnose
from shared.tests.integration.tls.floor import Floor

CLIENTS: dict[str, tuple[Callable[[Floor], TlsFiles | None], str]] = {
    "wrong CA": (lambda floor: TlsFiles(floor.strange.file), "none of the CAs"),
    "plain": (lambda _: None, "is encrypted"),
}


@pytest.mark.parametrize("loopback", binding.existing_loopbacks(), ids=lambda one: one.host)
def test_reason_is_told_whichever_address_it_listens_at(
    loopback: binding.LocalAddress, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That nobody listens at one address of the host hides not what is wrong at the other."""
    with monkeypatch.context() as patch:
        patch.setattr(binding, "_LOOPBACKS", (loopback,))
        own = floor.ours.issue(f"one-{loopback.family.name}")
        network = NetworkOptions(ServerTls(own.certificate, own.key))
        service = floor.start(own.certificate.stem, network)
    address = service.encrypted_address
    for tls, told in CLIENTS.values():
        with pytest.raises(AuthenticationError, match=told):
            MemoryClient("data", address=address, tls=tls(floor), wait=20.0)
        with pytest.raises(AuthenticationError, match=told):
            Administration(address, tls(floor)).sessions()


@pytest.mark.parametrize("host", ["a..b", "x" * 64, "nowhere.invalid"])
def test_host_that_is_none_is_not_diagnosed(host: str, floor: Floor) -> None:
    """A name that leads nowhere says nothing of certificates, and breaks nothing."""
    assert diagnose(f"{host}:1", None) is None
    assert diagnose(f"{host}:1", TlsFiles(floor.ours.file)) is None
