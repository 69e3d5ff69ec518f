"""Reservations that are given back later, at a session management that was away."""

from __future__ import annotations

import threading

import grpc
import pytest
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2 as messages
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2_grpc as stubs

from measurement_support import late_releases
from measurement_support.late_releases import MARK, LateRelease, LateReleases
from session_sharing.errors import NoStationError
from session_sharing.wire.failed_call import FailedCall

AWAY = FailedCall(grpc.StatusCode.UNAVAILABLE, "failed to connect to all addresses")
OLD = FailedCall(grpc.StatusCode.UNIMPLEMENTED, "no such method")


class Management:
    """Knows who has what; its first answers are failures."""

    def __init__(self, marks: dict[str, str], *failures: Exception) -> None:
        self.marks, self._failures = marks, list(failures)
        self.freed: list[str] = []
        self.asked = threading.Semaphore(0)

    def GetSessions(self, request, timeout):
        """Tell what is reserved."""
        self.asked.release()
        if self._failures:
            raise self._failures.pop(0)
        answer = messages.GetSessionsResponse()
        for name, mark in self.marks.items():
            one = answer.sessions.add(session_reserved=mark != "free", annotations={MARK: mark})
            one.session.name = name
        return answer

    def UnreserveSessions(self, request, timeout):
        """Note what is free again."""
        self.freed += [one.session.name for one in request.sessions]


@pytest.fixture
def release_at(monkeypatch):
    """Return a function that makes the release of a reservation at a session management."""

    def make(management: Management) -> LateRelease:
        monkeypatch.setattr(late_releases, "resolve_address", lambda *_, **_options: "localhost:1")
        monkeypatch.setattr(stubs, "SessionManagementServiceStub", lambda _channel: management)
        return LateRelease("ours", "VIN, LOG")

    return make


def test_only_ours_is_freed(release_at):
    """What somebody else has reserved by then, or nobody, is left alone."""
    management = Management({"VIN": "ours", "LOG": "another's", "DMM": "free", "OLD": ""})
    assert release_at(management).is_over()
    assert management.freed == ["VIN"]


def test_nothing_is_freed_twice(release_at):
    """A release that was done, although its answer was lost, frees nothing any more."""
    management = Management({"VIN": "another's"})
    assert release_at(management).is_over()
    assert management.freed == []


def test_a_service_that_tells_nothing_is_asked_once(release_at, caplog):
    """Where nobody says whose a reservation is, nothing is freed blindly; the log says so."""
    management = Management({"VIN": "ours"}, OLD)
    assert release_at(management).is_over()
    assert management.freed == []
    assert "does not tell whether VIN, LOG is still reserved" in caplog.text


def test_it_is_tried_until_it_is_delivered(release_at, monkeypatch):
    """A station that comes back after some time gets the release, and then the thread ends."""
    monkeypatch.setattr(late_releases, "FIRST_PAUSE", 0.001)
    management = Management({"VIN": "ours"}, AWAY, NoStationError("Start it."))
    late = LateReleases()
    late.add(release_at(management))
    assert all(management.asked.acquire(timeout=10.0) for _ in range(3))
    late.stop(10.0)
    assert management.freed == ["VIN"]


def test_a_stop_tries_once_more(release_at, monkeypatch):
    """A plug-in that stops during a pause does not wait for its end, but tries a last time."""
    monkeypatch.setattr(late_releases, "FIRST_PAUSE", 600.0)
    management = Management({"VIN": "ours"})
    late = LateReleases()
    late.add(release_at(management))
    late.stop(10.0)
    assert management.freed == ["VIN"]
