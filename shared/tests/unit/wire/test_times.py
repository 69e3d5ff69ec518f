"""Moments and durations on the wire."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from session_sharing.errors import InvalidRequestError
from session_sharing.wire.times import (
    moment_from_wire,
    moment_to_wire,
    seconds_from_wire,
    seconds_to_wire,
)

ZONES = st.integers(-840, 840).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(
    min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=ZONES
)


@given(moment=MOMENTS)
def test_moment_keeps_its_microseconds(moment):
    """A moment of any time zone comes back as the same moment in UTC, to the microsecond."""
    message = moment_to_wire(moment)
    assert message is not None
    assert 0 <= message.nanos < 1_000_000_000
    returned = moment_from_wire(message)
    assert returned == moment
    assert returned.utcoffset() == timedelta(0)


@given(moment=MOMENTS)
def test_moment_is_what_protobuf_means(moment):
    """The wire form is the one that protobuf's own conversion makes."""
    expected = Timestamp()
    expected.FromDatetime(moment)
    assert moment_to_wire(moment) == expected


@pytest.mark.parametrize("seconds", [2**62, -(2**62), 253_402_300_800, -62_135_596_801])
def test_moment_outside_of_the_calendar_is_refused(seconds):
    """A timestamp that no calendar has is INVALID_ARGUMENT, not a crash."""
    with pytest.raises(InvalidRequestError, match="years 1 to 9999"):
        moment_from_wire(Timestamp(seconds=seconds))


@given(microseconds=st.integers(-(10**15), 10**15))
def test_duration_keeps_its_microseconds(microseconds):
    """A duration comes back to the microsecond, and its parts have one sign as protobuf wants."""
    message = seconds_to_wire(microseconds / 1_000_000)
    assert message is not None
    assert message.seconds * message.nanos >= 0
    assert round(seconds_from_wire(message) * 1_000_000) == microseconds


def test_absence_stays_absence():
    """No moment and no duration are left out of the message."""
    assert moment_to_wire(None) is None
    assert seconds_to_wire(None) is None
    assert seconds_from_wire(Duration()) == 0
