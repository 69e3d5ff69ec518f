"""The service's side: rows to lines, strictly, all or none."""

from __future__ import annotations

import json
import math
from datetime import datetime, timezone

import pytest

from session_sharing.errors import InvalidRequestError, TooLargeError
from session_sharing.records import (
    Record,
    RecordContext,
    RecordLimits,
    batch_to_lines,
    record_to_line,
)
from session_sharing.records.model import MAX_NESTING

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, timezone.utc)
LIMITS = RecordLimits()
NOW_TEXT = b'{"timestamp":"2026-01-02T03:04:05.678901+00:00",'
GOOD = '[0,"a",{"c":1},{"v":2.5}]'


def lines_of(*rows: str, count: int | None = None) -> list[bytes]:
    text = "[" + ",".join(rows) + "]"
    count = len(rows) if count is None else count
    return batch_to_lines(text.encode(), count, now=NOW, limits=LIMITS)


@pytest.mark.parametrize(
    ("row", "rest"),
    [
        (
            '[null,"a",{"c":1},{"v":2.5}]',
            (
                b'"measurement_name":"a","measurement_configurations":{"c":1},'
                b'"measurement_outputs":{"v":2.5}}\n'
            ),
        ),
        (
            ' [ null , "a" , { "c" : 1 } , {} , null , null ] ',
            (
                b'"measurement_name":"a","measurement_configurations":{"c":1},'
                b'"measurement_outputs":{}}\n'
            ),
        ),
        (
            '[null,"a",{},{"v":"NaN"},{"run":"r","site":-1,"pin":null},["/measurement_outputs/v"]]',
            (
                b'"measurement_name":"a","measurement_configurations":{},'
                b'"measurement_outputs":{"v":"NaN"},"context":{"site":-1,"run":"r"},'
                b'"non_finite":["/measurement_outputs/v"]}\n'
            ),
        ),
        (
            '[null,"a",{},{"v":"NaN"},{"pin":null},[]]',
            (
                b'"measurement_name":"a","measurement_configurations":{},'
                b'"measurement_outputs":{"v":"NaN"}}\n'
            ),
        ),
        (
            '[null,"a",{},{"n":-9223372036854775808,"p":9223372036854775807}]',
            (
                b'"measurement_name":"a","measurement_configurations":{},'
                b'"measurement_outputs":{"n":-9223372036854775808,"p":9223372036854775807}}\n'
            ),
        ),
    ],
)
def test_lines_are_canonical(backend: str, row: str, rest: bytes) -> None:
    """Keys have one order, what is not set is not there, and without a time the clock counts."""
    assert lines_of(row) == [NOW_TEXT + rest]


def test_each_record_has_its_own_time(backend: str) -> None:
    """Whole seconds have six digits too, and neighbours do not share what differs."""
    lines = lines_of('[0,"a",{},{}]', '[1,"a",{},{}]', '[1000000,"a",{},{}]', '[-1,"a",{},{}]')
    assert [json.loads(line)["timestamp"] for line in lines] == [
        "1970-01-01T00:00:00.000000+00:00",
        "1970-01-01T00:00:00.000001+00:00",
        "1970-01-01T00:00:01.000000+00:00",
        "1969-12-31T23:59:59.999999+00:00",
    ]


def test_the_first_moment_is_not_taken_for_none() -> None:
    """A record of 1970-01-01T00:00:00 keeps its time through either way."""
    record = Record("a", {}, {}, datetime(1970, 1, 1, tzinfo=timezone.utc))
    assert record_to_line(record, now=NOW, limits=LIMITS) == lines_of('[0,"a",{},{}]')[0]


DEEP = "[" * (MAX_NESTING + 1) + "]" * (MAX_NESTING + 1)


@pytest.mark.parametrize(
    "row",
    [
        "null",
        "1",
        '"four"',
        '{"a":1,"b":2,"c":3,"d":4}',
        "[]",
        '[0,"a",{}]',
        '[0,"a",{},{},null,null,null]',
        '["0","a",{},{}]',
        '[0.5,"a",{},{}]',
        '[true,"a",{},{}]',
        '[[],"a",{},{}]',
        '[253402300800000000,"a",{},{}]',
        '[-62135596800000001,"a",{},{}]',
        '[9223372036854775808,"a",{},{}]',
        f'[1{"0" * 400},"a",{{}},{{}}]',
        "[0,null,{},{}]",
        "[0,1,{},{}]",
        '[0,["a"],{},{}]',
        '[0,"a",[],{}]',
        '[0,"a",{},[]]',
        '[0,"a",null,{}]',
        '[0,"a",{},null]',
        '[0,"a",{},"{}"]',
        '[0,"a",{},{},[]]',
        '[0,"a",{},{},"x"]',
        '[0,"a",{},{},{"colour":"red"}]',
        '[0,"a",{},{},{"colour":null}]',
        '[0,"a",{},{},{"site":"0"}]',
        '[0,"a",{},{},{"site":1.0}]',
        '[0,"a",{},{},{"site":true}]',
        '[0,"a",{},{},{"site":2147483648}]',
        '[0,"a",{},{},{"pin":3}]',
        '[0,"a",{},{},{"run":{}}]',
        '[0,"a",{},{"v":1},null,{}]',
        '[0,"a",{},{"v":1},null,"/measurement_outputs/v"]',
        '[0,"a",{},{"v":1},null,["/measurement_outputs/v"]]',
        '[0,"a",{},{"v":"nan"},null,["/measurement_outputs/v"]]',
        '[0,"a",{},{"v":"NaN"},null,["/measurement_outputs/w"]]',
        '[0,"a",{},{"v":"NaN"},null,["/measurement_outputs/v","/measurement_outputs/v"]]',
        '[0,"NaN",{},{},null,["/measurement_name"]]',
        '[0,"a",{},{"v":9223372036854775808}]',
        '[0,"a",{},{"v":[-9223372036854775809]}]',
        '[0,"a",{"v":18446744073709551616},{}]',
        '[0,"a",{"v":{"w": 100000000000000000000000}},{}]',
        f'[0,"a",{{}},{{"v":{DEEP}}}]',
    ],
)
def test_one_bad_record_refuses_the_whole_batch(backend: str, row: str) -> None:
    """A record that is not as the protocol says is named by its index, and none is taken."""
    with pytest.raises(InvalidRequestError, match=r"Record 2 of the batch") as caught:
        lines_of(GOOD, GOOD, row, GOOD)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"null",
        b"{}",
        b'"x"',
        b"[",
        b'[[0,"a",{},{"v":NaN}]]',
        b'[[0,"a",{},{"v":1e999}]]',
        b'[[0,"a\xff",{},{}]]',
        b'[[0,"\\ud800",{},{}]]',
        b'[[0,"a",{},{"v":' + b"[" * 5000 + b"]" * 5000 + b"}]]",
    ],
)
def test_what_is_no_batch_is_refused(backend: str, text: bytes) -> None:
    """A blob that is no JSON array is refused as such, with either library."""
    with pytest.raises(InvalidRequestError, match="The batch is no JSON"):
        batch_to_lines(text, 1, now=NOW, limits=LIMITS)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_count_must_be_right(count: int) -> None:
    """Record numbers go by position, so a batch of another length than it says is refused."""
    with pytest.raises(InvalidRequestError, match=f"holds 2 records, but says {count}"):
        lines_of(GOOD, GOOD, count=count)


def test_a_request_that_is_too_large_is_not_even_parsed() -> None:
    """The size of a request is judged before its content, and told with the limit."""
    with pytest.raises(TooLargeError) as caught:
        batch_to_lines(b"[" * 101, 1, now=NOW, limits=RecordLimits(request_bytes=100))
    assert (caught.value.size, caught.value.limit) == (101, 100)


def test_a_line_that_is_too_large_refuses_the_batch_by_index() -> None:
    """The index of the record tells a client of many records which one is too big."""
    big = json.dumps([0, "big", {}, {"v": "x" * 300}])
    with pytest.raises(TooLargeError, match=r"'big' \(1 of the batch\)"):
        batch_to_lines(
            f"[{GOOD},{big}]".encode(), 2, now=NOW, limits=RecordLimits(record_bytes=300)
        )


NASTY = 'a"\n{}\r\u2028\u2029\x85\x00\\"},{"timestamp":"x"}\n'


def test_no_text_can_smuggle_a_line(backend: str) -> None:
    """Newlines, quotes and separators in names and values stay within one line of the log."""
    row = json.dumps([0, NASTY, {NASTY: NASTY}, {"v": [NASTY]}, {"run": NASTY}])
    (line,) = lines_of(row)
    assert line.splitlines(keepends=True) == [line]
    read = json.loads(line)
    assert read["measurement_name"] == NASTY
    assert read["measurement_configurations"] == {NASTY: NASTY}
    assert read["context"] == {"run": NASTY}
    record = Record(NASTY, {NASTY: NASTY}, {"v": [NASTY]}, None, RecordContext(run=NASTY))
    assert record_to_line(record, now=NOW, limits=LIMITS).count(b"\n") == 1


def test_duplicate_keys_cannot_smuggle_a_key(backend: str) -> None:
    """Of keys that are given twice one is stored, and none reaches the line's own keys."""
    row = '[0,"a",{"c":1,"c":2},{"timestamp":"x","v":1,"v":3}]'
    (line,) = lines_of(row)
    pairs = json.loads(line, object_pairs_hook=lambda pairs: pairs)
    assert [key for key, _ in pairs] == [
        *["timestamp", "measurement_name"],
        *["measurement_configurations", "measurement_outputs"],
    ]
    assert dict(pairs)["measurement_configurations"] == [("c", 2)]
    assert dict(pairs)["measurement_outputs"] == [("timestamp", "x"), ("v", 3)]


def test_an_empty_batch_has_no_lines() -> None:
    """A batch of nothing is nothing, and no error."""
    assert lines_of() == []


def test_a_record_becomes_a_line_with_context_and_non_finite_numbers(backend: str) -> None:
    """The typed way spells NaN, orders the context, and takes the service's clock for no time."""
    record = Record("a", {}, {"v": [1, math.nan]}, None, RecordContext(run="r", serial_number="s"))
    assert record_to_line(record, now=NOW, limits=LIMITS) == (
        NOW_TEXT + b'"measurement_name":"a","measurement_configurations":{},'
        b'"measurement_outputs":{"v":[1,"NaN"]},"context":{"serial_number":"s","run":"r"},'
        b'"non_finite":["/measurement_outputs/v/1"]}\n'
    )
