"""Moments as microseconds since 1970 and as text, always in UTC."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta, timezone
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = timedelta(microseconds=1)
_FIRST = (datetime.min.replace(tzinfo=timezone.utc) - _EPOCH) // _MICROSECOND
_LAST = (datetime.max.replace(tzinfo=timezone.utc) - _EPOCH) // _MICROSECOND
_OWN_LENGTH = len("2026-01-02T03:04:05.678901+00:00")
_TEXT = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?\s?(Z|z|[+-]\d\d:\d\d)?", re.ASCII
)


def now_microseconds() -> int:
    """Return the microseconds from 1970-01-01 UTC to now."""
    return time.time_ns() // 1000


def to_microseconds(moment: datetime) -> int:
    """Return the microseconds from 1970-01-01 UTC to an aware moment.

    Raises:
        ValueError: In UTC the moment lies outside the years 1 to 9999.
    """
    microseconds = (moment - _EPOCH) // _MICROSECOND
    if not _FIRST <= microseconds <= _LAST:
        raise ValueError(f"{moment} lies outside the years 1 to 9999 of UTC")
    return microseconds


def from_microseconds(microseconds: int) -> datetime:
    """Return the moment in UTC; the inverse of `to_microseconds`.

    Raises:
        ValueError: It lies outside the years 1 to 9999.
    """
    if not _FIRST <= microseconds <= _LAST:
        raise ValueError(f"{_brief(microseconds)} us since 1970 is outside the years 1 to 9999")
    return _EPOCH + microseconds * _MICROSECOND


def microseconds_to_text(microseconds: int) -> str:
    """Write a moment as `2026-01-02T03:04:05.678901+00:00`, whole seconds too.

    Raises:
        ValueError: It lies outside the years 1 to 9999.
    """
    if not _FIRST <= microseconds <= _LAST:
        raise ValueError(f"{_brief(microseconds)} us since 1970 is outside the years 1 to 9999")
    seconds, fraction = divmod(microseconds, 1_000_000)
    return f"{_second(seconds)}.{fraction:06d}+00:00"


def from_text(text: str) -> datetime:
    """Read an ISO 8601 moment; a `T` or a space before the time, and UTC where no zone is named.

    Digits beyond microseconds are cut off, whatever the version of Python.

    Raises:
        ValueError: The text is no such moment, or lies outside the years 1 to 9999 of UTC.
    """
    if len(text) == _OWN_LENGTH and text[10] == "T" and text.endswith("+00:00"):
        return datetime.fromisoformat(text)  # as `microseconds_to_text` writes it
    match = _TEXT.fullmatch(text)
    if match is None:
        raise ValueError(f"{text[:80]!r} is no ISO 8601 time")
    date, time, fraction, zone = match.groups()
    offset = "+00:00" if zone in (None, "Z", "z") else zone
    moment = datetime.fromisoformat(f"{date}T{time}.{(fraction or '')[:6]:0<6}{offset}")
    return from_microseconds(to_microseconds(moment))


@lru_cache(maxsize=16)
def _second(seconds: int) -> str:
    """Write a whole second; neighbours in a batch mostly share it."""
    return (_EPOCH + timedelta(seconds=seconds)).isoformat()[:19]


def _brief(number: int) -> str:
    """Write a number that may be of any length."""
    return str(number) if number.bit_length() <= 128 else f"a number of {number.bit_length()} bits"
