"""Moments as microseconds and as text."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from session_sharing.records import timestamps

UTC = timezone.utc
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(
    min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=offsets
)


@settings(max_examples=60, deadline=None)
@given(moments)
def test_no_microsecond_is_lost(moment: datetime) -> None:
    """Every moment comes back from its number and from its text to the microsecond."""
    microseconds = timestamps.to_microseconds(moment)
    assert timestamps.from_microseconds(microseconds) == moment
    assert timestamps.from_text(timestamps.microseconds_to_text(microseconds)) == moment


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 1, 2, 3, 4, 5, 678901, UTC), "2026-01-02T03:04:05.678901+00:00"),
        (datetime(2026, 1, 2, 3, 4, 5, 0, UTC), "2026-01-02T03:04:05.000000+00:00"),
        (datetime(1969, 12, 31, 23, 59, 59, 999999, UTC), "1969-12-31T23:59:59.999999+00:00"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00.000000+00:00"),
        (datetime.max.replace(tzinfo=UTC), "9999-12-31T23:59:59.999999+00:00"),
        (
            datetime(2026, 1, 2, 0, 30, tzinfo=timezone(timedelta(hours=1))),
            "2026-01-01T23:30:00.000000+00:00",
        ),
    ],
)
def test_the_text_is_utc_with_six_digits(moment: datetime, text: str) -> None:
    """The text is UTC with six digits behind the second, whole seconds and old times too."""
    assert timestamps.microseconds_to_text(timestamps.to_microseconds(moment)) == text


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-02 03:04:05", datetime(2026, 1, 2, 3, 4, 5, 0, UTC)),
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, 0, UTC)),
        ("2026-01-02T03:04:05.5", datetime(2026, 1, 2, 3, 4, 5, 500000, UTC)),
        ("2026-01-02T03:04:05.123456789Z", datetime(2026, 1, 2, 3, 4, 5, 123456, UTC)),
        ("2026-01-02T03:04:05+02:00", datetime(2026, 1, 2, 1, 4, 5, 0, UTC)),
    ],
)
def test_the_times_of_other_writers_are_read(text: str, moment: datetime) -> None:
    """Times of other writers are read in UTC, the same on every version of Python."""
    read = timestamps.from_text(text)
    assert read == moment
    assert read.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-13-02 03:04:05",
        "2026-01-02",
        "2026-01-02T03:04:05.678901+99:00",
        "2026-13-02T03:04:05.678901+00:00",
        "0001-01-01T00:00:00+01:00",
        "٢٠٢٦-01-02 03:04:05",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    """A text that names no moment is refused rather than guessed at."""
    with pytest.raises(ValueError, match=r".+"):
        timestamps.from_text(text)


@pytest.mark.parametrize("microseconds", [-(2**63), -62135596800000001, 253402300800000000, 10**99])
def test_a_moment_beyond_the_calendar_is_refused(microseconds: int) -> None:
    """Numbers before year 1 or behind year 9999 are refused, however long they are."""
    with pytest.raises(ValueError, match="years 1 to 9999"):
        timestamps.from_microseconds(microseconds)
    with pytest.raises(ValueError, match="years 1 to 9999"):
        timestamps.microseconds_to_text(microseconds)


def test_a_zone_may_push_a_moment_out_of_the_calendar() -> None:
    """A moment that UTC cannot express is refused although its own zone can."""
    with pytest.raises(ValueError, match="years 1 to 9999"):
        timestamps.to_microseconds(datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1))))
