"""Reservations that could not be given back."""

from __future__ import annotations

from types import SimpleNamespace
from unittest.mock import Mock

import grpc
import pytest
from ni_measurement_plugin_sdk_service.session_management import PinMapContext

from measurement_support import reserving
from measurement_support.interruption import Interruption
from measurement_support.late_releases import LateRelease
from measurement_support.reserving import reserved
from plugins.measurement_support.tests.contexts import AbortedError, FakeContext
from session_sharing.errors import InvalidRequestError, UnavailableError
from session_sharing.wire.failed_call import FailedCall

GONE = FailedCall(grpc.StatusCode.UNAVAILABLE, "failed to connect to all addresses\x07")


class Station(FakeContext):
    """A context whose reservations cannot be released, for a reason."""

    def __init__(self, reason: Exception | None) -> None:
        super().__init__()
        self.reservation = Mock(**{"unreserve.side_effect": reason})
        self.context = self


@pytest.fixture(autouse=True)
def granted(monkeypatch):
    """Grant each reservation at once."""
    monkeypatch.setattr(reserving, "reserve", lambda station, *_asked: station.reservation)


@pytest.fixture(autouse=True)
def later(monkeypatch):
    """Return what is to be given back later."""
    kept: list[LateRelease] = []
    monkeypatch.setattr(reserving, "LATE_RELEASES", SimpleNamespace(add=kept.append))
    return kept


def reserve(station: Station, body=lambda: None) -> None:
    """Do something with a reservation."""
    with reserved(station, Interruption(station), ["VIN", "LOG"], 3.0) as reservation:
        assert reservation is station.reservation
        body()


@pytest.mark.parametrize("failing", [False, True])
def test_what_was_reserved_is_released(failing):
    """Whatever becomes of the block, the reservation is given back, once."""
    station = Station(None)
    if failing:
        with pytest.raises(ZeroDivisionError):
            reserve(station, lambda: 1 // 0)
    else:
        reserve(station)
    station.reservation.unreserve.assert_called_once_with()


@pytest.mark.parametrize(
    ("reason", "words", "is_kept"),
    [
        (GONE, r"\(UNAVAILABLE: .*It is tried again until", True),
        (
            FailedCall(grpc.StatusCode.INTERNAL, "broken"),
            r"\(INTERNAL: broken\). Others may",
            False,
        ),
        (ValueError("Cannot invoke RPC on closed channel!"), r"\(Cannot .*frees it when", False),
    ],
)
def test_a_release_that_fails_is_told_as_such(later, reason, words, is_kept):
    """The caller learns what failed, and where; what was not delivered is tried again."""
    failed = "Releasing the reservation of VIN, LOG at session management failed "
    with pytest.raises(UnavailableError, match=failed + words):
        reserve(Station(reason))
    assert len(later) == is_kept


def test_each_reservation_has_its_own_mark(later):
    """Two reservations of the same pins by one plug-in are told from each other."""
    for _ in range(2):
        with pytest.raises(UnavailableError):
            reserve(Station(GONE))
    assert len({one.mark for one in later}) == 2


def test_a_call_without_a_pin_map_is_told_so():
    """Who forgot the pin map is told that, and not that its pins are connected to nothing."""
    station = Station(None)
    station.reservation.session_info = []
    station.pin_map_context = PinMapContext("", [0])
    with pytest.raises(InvalidRequestError, match=r"names no pin map.*VIN, LOG.*update_pin_map"):
        reserve(station)
    station.reservation.unreserve.assert_called_once_with()


def test_instruments_may_be_reserved_without_a_pin_map():
    """What was reserved by other means than a pin map, as NI's software can, is used."""
    station = Station(None)
    station.pin_map_context = PinMapContext("", [0])
    reserve(station)


def test_what_failed_first_is_told(caplog):
    """A release that fails as well does not hide why the block failed; it is in the log."""
    with pytest.raises(ZeroDivisionError):
        reserve(Station(GONE), lambda: 1 // 0)
    assert r"failed to connect to all addresses\x07" in caplog.text


def test_a_run_that_was_cancelled_tells_that():
    """When a release fails in a run that has to end, the caller is told why it had to."""
    station = Station(GONE)
    with pytest.raises(AbortedError) as caught:
        reserve(station, station.cancel)
    assert caught.value.code is grpc.StatusCode.CANCELLED
