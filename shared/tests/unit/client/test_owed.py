"""Releases that were not delivered: sent until they are answered, or nobody can be told."""

from __future__ import annotations

import threading

import pytest

from session_sharing.client import owed
from session_sharing.client.owed import OwedReleases
from session_sharing.errors import OutcomeUnknownError, SessionNotFoundError, UnavailableError

LIMIT = 10.0


class Service:
    """A connection that tests open, and releases whose answers they give."""

    def __init__(self, *failures: BaseException | None) -> None:
        self.address = self.away = "localhost:1"
        self.trouble = ""
        self.is_ended = False
        self.here, self.done = threading.Event(), threading.Event()
        self.sent: list[str] = []
        self.pauses: list[float] = []
        self._failures = list(failures)

    def next_link(self, patience, failed=None, pause=0.0):
        """Wait until the service is there."""
        self.pauses.append(pause)
        assert self.here.wait(LIMIT)
        return None if self.is_ended else self

    def release(self, name: str, last: str):
        """Return what sends a release; it tells when it sends the last."""

        def send() -> None:
            self.sent.append(name)
            failure = self._failures.pop(0) if self._failures else None
            if failure is not None:
                raise failure
            if name == last:
                self.done.set()

        return send


def test_each_is_sent_until_it_is_answered():
    """What is not delivered is sent again, after the others; a refusal is an answer."""
    service = Service(
        UnavailableError("away"), OutcomeUnknownError("late"), SessionNotFoundError("")
    )
    releases = OwedReleases(service)
    for name in "abc":
        releases.add(name, service.release(name, last="b"))
    assert not service.sent
    service.here.set()
    assert service.done.wait(LIMIT)
    assert service.sent == ["a", "b", "c", "a", "b"]
    assert service.pauses[:4] == [0.0, 0.05, 0.1, 0.0]


def test_nothing_is_owed_when_the_connection_ended():
    """Where the service notices the end of its client, nothing is sent."""
    service = Service()
    releases = OwedReleases(service)
    service.is_ended = True
    service.here.set()
    releases.add("a", service.release("a", last="a"))
    for thread in threading.enumerate():
        if thread.name == "session releases":
            thread.join(LIMIT)
    assert service.sent == []


def test_what_is_owed_is_bounded(monkeypatch, caplog):
    """However many fail while the service is away, the latest are kept, and the log tells."""
    monkeypatch.setattr(owed, "MAXIMUM_OWED", 2)
    service = Service()
    releases = OwedReleases(service)
    for name in "abc":
        releases.add(name, service.release(name, last="c"))
    service.here.set()
    assert service.done.wait(LIMIT)
    assert service.sent == ["b", "c"]
    assert "stays held until this process ends" in caplog.text


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt(), SystemExit()])
def test_interrupted_release_is_owed(interrupt):
    """Who interrupts a release does not know whether it was delivered."""
    assert owed.is_undelivered(interrupt)
    assert not owed.is_undelivered(SessionNotFoundError("gone"))
