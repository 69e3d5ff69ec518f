"""Certificates that are renewed, badly or well, and that expire, while sessions go on."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from session_sharing import AuthenticationError, TlsFiles, UnavailableError
from session_sharing.client.administration import Administration
from session_sharing.service import NetworkOptions, ServerTls, certificates
from session_sharing.testing.memory import MemoryClient
from session_sharing.tls.probing import certificate_of
from shared.tests.integration.tls.floor import Floor, Service

LIMIT = 15.0  # seconds
USERS = 3


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the files often."""
    monkeypatch.setattr(certificates, "LOOK_SECONDS", 0.05)


def eventually(condition: Callable[[], object]) -> None:
    """Wait for what happens by itself."""
    deadline = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"


def shown_subject(service: Service) -> str:
    shown = certificate_of(service.encrypted_address)
    return shown.subject if shown else ""


def problems(service: Service) -> list[str]:
    """Return what operators are told, by the port that needs no certificate."""
    with Administration(service.address) as administration:
        return list(administration.service().problems)


def put(path: Path, content: bytes) -> None:
    """Write a file in one step, so that each content is looked at once."""
    new = path.with_suffix(".written")
    new.write_bytes(content)
    new.replace(path)


class User(threading.Thread):
    """Uses a session without a pause until it is told to end, and notes what goes wrong."""

    def __init__(self, address: str, tls: TlsFiles) -> None:
        super().__init__(name="user of a session", daemon=True)
        self.client = MemoryClient("shared", address=address, tls=tls)
        self.link = self.client._connection.link
        self.used = 0
        self.failure: Exception | None = None
        self.ending = threading.Event()

    def run(self) -> None:
        """Use the session."""
        try:
            while not self.ending.is_set():
                self.client.touch()
                self.used += 1
        except Exception as failure:  # noqa: BLE001 - looked at by the test
            self.failure = failure

    def end(self) -> None:
        """Stop using it, and see that nothing went wrong, over the one connection of all time."""
        self.ending.set()
        self.join(LIMIT)
        assert self.failure is None
        assert self.client._connection.link is self.link
        assert self.client._connection.is_alive
        self.client.close()


def test_renewal_under_load_costs_no_session(floor: Floor) -> None:
    """New clients are shown the new certificate; sessions and calls under way notice nothing."""
    first = floor.ours.issue("first")
    network = NetworkOptions(ServerTls(first.certificate, first.key, floor.ours.file))
    service = floor.start("renewed", network)
    users = [User(service.encrypted_address, floor.tls(f"user-{n}")) for n in range(USERS)]
    for user in users:
        user.start()
    for name in ("second", "third"):
        new = floor.ours.issue(name)
        new.key.replace(first.key)
        new.certificate.replace(first.certificate)
        eventually(lambda name=name: f"CN={name}" in shown_subject(service))
        before = [user.used for user in users]
        eventually(
            lambda before=before: all(
                user.used > used or user.failure for user, used in zip(users, before, strict=True)
            )
        )
    tls = floor.tls("newcomer")
    with MemoryClient("other", address=service.encrypted_address, tls=tls) as newcomer:
        newcomer.touch()
    for user in users:
        user.end()
    assert problems(service) == []


def test_bad_renewal_changes_nothing_and_is_told_once(
    floor: Floor, caplog: pytest.LogCaptureFixture
) -> None:
    """A half-written file keeps the old certificate; log and operators learn the file and why."""
    own = floor.ours.issue("kept")
    service = floor.start("kept", NetworkOptions(ServerTls(own.certificate, own.key)))
    good = own.certificate.read_bytes()
    put(own.certificate, good[:100])
    eventually(lambda: problems(service))
    (told,) = problems(service)
    assert str(own.certificate) in told
    assert "the one before it stays" in told
    assert "CN=kept" in shown_subject(service)
    put(own.certificate, b"")
    eventually(lambda: problems(service) != [told])
    put(own.certificate, good)
    eventually(lambda: problems(service) == [])
    errors = [entry.getMessage() for entry in caplog.records if entry.levelno == logging.ERROR]
    assert len([text for text in errors if str(own.certificate) in text]) == 2


def test_renewal_that_was_refused_is_tried_until_it_is_good(
    floor: Floor, caplog: pytest.LogCaptureFixture
) -> None:
    """What is valid only later is shown when its time comes, although no file changes then."""
    caplog.set_level(logging.INFO)
    own, now = floor.ours.issue("waiting"), datetime.now(timezone.utc)
    times = [now]
    kept = certificates.ServerCertificates(ServerTls(own.certificate, own.key), lambda: times[0])

    async def renew() -> None:
        await kept.load()
        floor.ours.issue("waiting", not_before=now.replace(tzinfo=None) + timedelta(hours=1))
        for _ in range(3):
            await kept.look()
        assert "valid only from" in kept.problems[0]
        times[0] += timedelta(hours=2)
        await kept.look()
        assert kept.problems == []
        await kept.look()

    asyncio.run(renew())
    levels = [entry.levelname for entry in caplog.records if str(own.certificate) in entry.message]
    assert levels == ["ERROR", "INFO"]


def test_looking_for_renewals_outlives_a_defect(
    floor: Floor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What nobody thought of is told to operators and in the log, and the next renewal works."""
    own = floor.ours.issue("before")
    service = floor.start("unlucky", NetworkOptions(ServerTls(own.certificate, own.key)))
    with monkeypatch.context() as patch:
        patch.setattr(certificates, "read_pair", None)
        own.certificate.touch()
        eventually(lambda: any("defect (TypeError)" in problem for problem in problems(service)))
    eventually(lambda: problems(service) == [])
    assert caplog.text.count("Traceback") == 1
    new = floor.ours.issue("after")
    new.key.replace(own.key)
    new.certificate.replace(own.certificate)
    eventually(lambda: "CN=after" in shown_subject(service))


def test_expiry_ends_no_session_and_lets_nobody_in(
    floor: Floor, caplog: pytest.LogCaptureFixture
) -> None:
    """When a certificate expires, who is connected goes on; who comes learns when it expired."""
    ends = datetime.now(timezone.utc).replace(microsecond=0, tzinfo=None) + timedelta(seconds=3)
    own = floor.ours.issue("brief", not_after=ends)
    service = floor.start("brief", NetworkOptions(ServerTls(own.certificate, own.key)))
    address, tls = service.encrypted_address, TlsFiles(floor.ours.file)
    with MemoryClient("data", address=address, tls=tls) as client:
        link = client._connection.link
        client.touch()
        eventually(lambda: any("expired" in problem for problem in problems(service)))
        with pytest.raises(AuthenticationError, match=r"CN=brief.*expired at"):
            Administration(address, tls).sessions()
        client.touch()
        assert client._connection.link is link
    eventually(lambda: f"The certificate {own.certificate} expired" in caplog.text)
    assert client.released is not None


def test_client_renews_its_own_by_the_next_connection(floor: Floor) -> None:
    """A client that was refused with its old files is let in with those that took their place."""
    tls = floor.foreign_client()
    service = floor.server("mutual")
    with pytest.raises(AuthenticationError):
        MemoryClient("data", address=service.encrypted_address, tls=tls)
    issued = floor.ours.issue("renewed-client")
    issued.certificate.replace(str(tls.certificate))
    issued.key.replace(str(tls.key))
    with MemoryClient("data", address=service.encrypted_address, tls=tls) as client:
        client.touch()


def test_certificate_that_is_wrong_after_a_restart_is_named(floor: Floor) -> None:
    """Who waits for a service that comes back with a strange certificate is told of that."""
    first = floor.ours.server("returning")
    tls = TlsFiles(floor.ours.file)
    service = floor.start("returning", first)
    client = MemoryClient("data", address=service.encrypted_address, tls=tls, wait=2.0)
    port = int(service.encrypted_address.rpartition(":")[2])
    service.stop()
    service._thread.join(LIMIT)
    again = floor.strange.server("impostor")
    again = NetworkOptions(again.tls, tls_port=port)
    floor.start("returning", again)
    with pytest.raises(UnavailableError, match=r"is away since.*O=strange.*none of the CAs"):
        client.touch()
    client._connection.close()
