"""Who meets whom: certificates of all kinds, against real servers."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from session_sharing import TlsFiles
from session_sharing.client.administration import Administration
from session_sharing.testing.memory import MemoryClient
from shared.tests.integration.tls.floor import Floor
from shared.tests.integration.tls.refused import CASES, Case, by_ip

LIMIT = 10.0  # seconds
CORE_LINE = "Handshake failed with error"
"""How gRPC's core begins what it writes to the server's standard error."""


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
    "CAs with notes that are not ASCII": (
        "mutual",
        lambda floor: replace(floor.tls("of-notes"), ca=floor.noted()),
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
