"""Moments and durations on the wire."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from session_sharing.errors import InvalidRequestError

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def moment_to_wire(moment: datetime | None) -> Timestamp | None:
    """Convert an aware moment; None stays None."""
    if moment is None:
        return None
    since_epoch = moment.astimezone(timezone.utc) - EPOCH
    seconds = since_epoch // timedelta(seconds=1)
    return Timestamp(seconds=seconds, nanos=since_epoch.microseconds * 1000)


def moment_from_wire(timestamp: Timestamp) -> datetime:
    """Convert a timestamp to an aware moment in UTC, to the microsecond.

    Raises:
        InvalidRequestError: It lies outside the years 1 to 9999.
    """
    try:
        return EPOCH + timedelta(seconds=timestamp.seconds, microseconds=timestamp.nanos // 1000)
    except OverflowError:
        raise InvalidRequestError(
            f"The timestamp {timestamp.seconds} s lies outside the years 1 to 9999. "
            "Give seconds since 1970-01-01 UTC."
        ) from None


def seconds_to_wire(seconds: float | None) -> Duration | None:
    """Convert a duration in seconds; None stays None."""
    if seconds is None:
        return None
    microseconds = round(seconds * 1_000_000)
    sign = -1 if microseconds < 0 else 1
    whole, rest = divmod(abs(microseconds), 1_000_000)
    return Duration(seconds=sign * whole, nanos=sign * rest * 1000)


def seconds_from_wire(duration: Duration) -> float:
    """Convert a duration to seconds."""
    return (duration.seconds * 10**9 + duration.nanos) / 10**9  # One division: rounded once.
