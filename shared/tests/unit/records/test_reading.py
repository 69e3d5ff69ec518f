"""Lines back to records."""

from __future__ import annotations

import json
import math
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from session_sharing.errors import InvalidRequestError
from session_sharing.records import Limits, Record, RecordContext, parse_line

LINE: dict[str, Any] = {
    "timestamp": "2026-01-02T03:04:05.678901+00:00",
    "measurement_name": "a",
    "measurement_configurations": {"c": 1},
    "measurement_outputs": {"v": "NaN", "w": [1.0, "-Infinity"], "t": "NaN"},
    "context": {"site": 0, "run": "r"},
    "non_finite": ["/measurement_outputs/v", "/measurement_outputs/w/1"],
}


def line(**changes: Any) -> bytes:
    return json.dumps({**LINE, **changes}).encode() + b"\n"


def test_a_line_is_read_with_its_numbers(backend: str) -> None:
    """Non-finite numbers are floats again, and a text that merely looks like one stays a text."""
    record = parse_line(line())
    assert math.isnan(record.outputs["v"])
    assert record.outputs["w"] == [1.0, -math.inf]
    assert record.outputs["t"] == "NaN"
    assert record.context == RecordContext(site=0, run="r")
    assert record.timestamp == datetime(2026, 1, 2, 3, 4, 5, 678901, timezone.utc)


def test_details_are_read(backend: str) -> None:
    """Status, units and limits come back as what they were, and integers as limits as floats."""
    record = parse_line(line(status="passed", units={"t": "V"}, limits={"v": [None, 1]}))
    assert record.details == ("passed", {"t": "V"}, {"v": Limits(high=1.0)})
    assert parse_line(line()).details is None


def test_lines_of_the_published_example_are_read(backend: str) -> None:
    """A line in the published format, with spaces and a time without zone, is read as UTC."""
    text = (
        b'{"timestamp": "2026-01-02 03:04:05", "measurement_name": "V", '
        b'"measurement_configurations": {"a": "1"}, "measurement_outputs": {"b": "2.5"}}\r\n'
    )
    record = parse_line(text)
    assert record == Record(
        "V", {"a": "1"}, {"b": "2.5"}, datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    )
    assert record.timestamp is not None
    assert record.timestamp.utcoffset() == timedelta(0)


def test_unknown_keys_are_passed_over(backend: str) -> None:
    """Keys of later versions, in the line and in its context, do not make it unreadable."""
    record = parse_line(line(level=3, context={"site": 1, "weather": "rain", "pin": None}))
    assert record.context == RecordContext(site=1)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n",
        b"{",
        b"[]",
        b"null",
        b"5",
        b"\xff\xfe",
        b'{"timestamp":"2026-01-02 03:04:05"}',
        line(timestamp=None),
        line(timestamp=5),
        line(timestamp="soon"),
        line(measurement_name=None),
        line(measurement_configurations=[]),
        line(measurement_outputs="x"),
        line(context=[]),
        line(context={"site": "1"}),
        line(non_finite="/measurement_outputs/v"),
        line(non_finite=[1]),
        line(non_finite=["/measurement_outputs/v", "/measurement_outputs/v"]),
        line(non_finite=["/measurement_outputs/missing"]),
        line(non_finite=["/measurement_name"]),
        line(measurement_outputs={"v": 2**63}, non_finite=[]),
        line(measurement_outputs={"v": [10**30]}, non_finite=[]),
        line(measurement_outputs={"v": math.nan}, non_finite=[]),
        line(status=5),
        line(units={"x": "V"}),
        line(units=["v"]),
        line(limits={"v": [1]}),
        line(limits={"v": {"low": 1}}),
        line(limits={"x": [0, 1]}),
    ],
)
def test_a_line_that_is_no_record_is_refused_with_its_beginning(backend: str, text: bytes) -> None:
    """Whoever looks for a damaged line is shown how it begins, without the whole of it."""
    with pytest.raises(InvalidRequestError, match="It begins with ") as caught:
        parse_line(text)
    assert repr(text[:20].decode(errors="replace"))[1:-1] in str(caught.value)
    assert len(str(caught.value)) < 900
