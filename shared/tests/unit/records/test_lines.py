"""One record to the line of a log."""

from __future__ import annotations

import json
import math
from datetime import datetime, timezone

from session_sharing.records import (
    Limits,
    Record,
    RecordContext,
    RecordLimits,
    batch_to_text,
    record_to_line,
)

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, timezone.utc)
LIMITS = RecordLimits()


def test_the_first_moment_is_not_taken_for_none() -> None:
    """A record of 1970-01-01T00:00:00 keeps its time through either way."""
    record = Record("a", {}, {}, datetime(1970, 1, 1, tzinfo=timezone.utc))
    (line,) = batch_to_text(b'[[0,"a",{},{}]]', 1, now=NOW, limits=LIMITS).splitlines(keepends=True)
    assert record_to_line(record, now=NOW, limits=LIMITS) == line


def test_no_text_can_smuggle_a_line(backend: str) -> None:
    """Newlines, quotes and separators in any text stay within one line of the log."""
    nasty = 'a"\n{}\r\u2028\u2029\x85\x00\\"},{"timestamp":"x"}\n'
    record = Record(
        nasty,
        {nasty: nasty},
        {"v": [nasty], nasty: 1},
        context=RecordContext(run=nasty),
        status=nasty,
        units={nasty: nasty},
        limits={nasty: Limits(0)},
    )
    line = record_to_line(record, now=NOW, limits=LIMITS)
    assert line.splitlines(keepends=True) == [line]
    read = json.loads(line)
    assert (read["status"], read["units"]) == (nasty, {nasty: nasty})
    assert len(read) == 8


def test_a_record_becomes_a_line_with_all_that_it_has(backend: str) -> None:
    """The typed way spells NaN, orders context and details, and takes the clock for no time."""
    record = Record(
        "a",
        {},
        {"v": [1, math.nan], "w": 2},
        context=RecordContext(run="r", serial_number="s"),
        limits={"w": Limits(high=3)},
        units={"w": "V"},
        status="passed",
    )
    assert record_to_line(record, now=NOW, limits=LIMITS) == (
        b'{"timestamp":"2026-01-02T03:04:05.678901+00:00",'
        b'"measurement_name":"a","measurement_configurations":{},'
        b'"measurement_outputs":{"v":[1,"NaN"],"w":2},"context":{"serial_number":"s","run":"r"},'
        b'"non_finite":["/measurement_outputs/v/1"],'
        b'"status":"passed","units":{"w":"V"},"limits":{"w":[null,3.0]}}\n'
    )
