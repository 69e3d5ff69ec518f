"""The service's side of a batch: rows to lines and to records, strictly, all or none."""

from __future__ import annotations

import json
import math
from datetime import datetime, timezone
from typing import Any

import pytest

from session_sharing.errors import InvalidRequestError, TooLargeError
from session_sharing.records import (
    Limits,
    Record,
    RecordContext,
    RecordLimits,
    SiteContexts,
    batch_to_records,
    batch_to_text,
)

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, timezone.utc)
LIMITS = RecordLimits()
NOW_TEXT = b'{"timestamp":"2026-01-02T03:04:05.678901+00:00",'
GOOD = '[0,"a",{"c":1},{"v":2.5}]'


def lines_of(*rows: str, count: int | None = None) -> list[bytes]:
    text = "[" + ",".join(rows) + "]"
    count = len(rows) if count is None else count
    return batch_to_text(text.encode(), count, now=NOW, limits=LIMITS).splitlines(keepends=True)


def records_of(*rows: str, contexts: SiteContexts | None = None) -> list[Record]:
    text = "[" + ",".join(rows) + "]"
    return batch_to_records(text.encode(), len(rows), now=NOW, limits=LIMITS, contexts=contexts)


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
        (
            (
                '[null,"a",{},{"v":"NaN"},{"site":0},["/measurement_outputs/v"],'
                '{"limits":{"v":[-1,null]},"units":{"v":"V"},"status":"passed"}]'
            ),
            (
                b'"measurement_name":"a","measurement_configurations":{},'
                b'"measurement_outputs":{"v":"NaN"},"context":{"site":0},'
                b'"non_finite":["/measurement_outputs/v"],'
                b'"status":"passed","units":{"v":"V"},"limits":{"v":[-1.0,null]}}\n'
            ),
        ),
        (
            '[null,"a",{},{"v":1},null,null,{"status":null,"units":{},"limits":{"v":[null,null]}}]',
            (
                b'"measurement_name":"a","measurement_configurations":{},'
                b'"measurement_outputs":{"v":1}}\n'
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
        batch_to_text(text, 1, now=NOW, limits=LIMITS)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_count_must_be_right(count: int) -> None:
    """Record numbers go by position, so a batch of another length than it says is refused."""
    with pytest.raises(InvalidRequestError, match=f"holds 2 records, but says {count}"):
        lines_of(GOOD, GOOD, count=count)


def test_a_request_that_is_too_large_is_not_even_parsed() -> None:
    """The size of a request is judged before its content, and told with the limit."""
    with pytest.raises(TooLargeError) as caught:
        batch_to_text(b"[" * 101, 1, now=NOW, limits=RecordLimits(request_bytes=100))
    assert (caught.value.size, caught.value.limit) == (101, 100)


@pytest.mark.parametrize("convert", [batch_to_text, batch_to_records])
def test_a_line_that_is_too_large_refuses_the_batch_by_index(convert: Any) -> None:
    """The index of the record tells a client of many records which one is too big."""
    big = json.dumps([0, "big", {}, {"v": "x" * 300}])
    with pytest.raises(TooLargeError, match=r"'big' \(1 of the batch\)"):
        convert(f"[{GOOD},{big}]".encode(), 2, now=NOW, limits=RecordLimits(record_bytes=300))


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


def test_records_have_their_numbers_their_time_and_their_details(backend: str) -> None:
    """What a service stores as values are values: NaN a float, the time in UTC, limits as such."""
    bare, whole = records_of(
        '[null,"a",{"c":1},{"v":2.5}]',
        '[1,"b",{"c":"-Infinity"},{"v":["NaN","NaN"]},{"site":0},'
        '["/measurement_configurations/c","/measurement_outputs/v/1"],'
        '{"status":"failed","units":{"v":"V"},"limits":{"v":[null,3]}}]',
    )
    assert bare == Record("a", {"c": 1}, {"v": 2.5}, NOW)
    assert whole.configurations == {"c": -math.inf}
    assert whole.outputs["v"][0] == "NaN"
    assert math.isnan(whole.outputs["v"][1])
    assert whole.timestamp == datetime(1970, 1, 1, 0, 0, 0, 1, timezone.utc)
    assert whole.timestamp.tzinfo is timezone.utc
    assert whole.context == RecordContext(site=0)
    assert (whole.status, whole.units, whole.limits) == (
        "failed",
        {"v": "V"},
        {"v": Limits(None, 3)},
    )


def test_rows_inherit(backend: str) -> None:
    """Lines and records have the same inherited context, also where the row has none at all."""
    contexts = SiteContexts()
    contexts.set(RecordContext(operator="o"))
    contexts.set(RecordContext(site=1, serial_number="s", operator="of site 1"))
    rows = ('[0,"a",{},{}]', '[0,"b",{},{"v":"NaN"},{"site":1},["/measurement_outputs/v"]]')
    text = f"[{','.join(rows)}]".encode()
    lines = batch_to_text(text, 2, now=NOW, limits=LIMITS, contexts=contexts).splitlines(
        keepends=True
    )
    expected: list[dict[str, Any]] = [
        {"operator": "o"},
        {"serial_number": "s", "site": 1, "operator": "of site 1"},
    ]
    assert [json.loads(line)["context"] for line in lines] == expected
    assert list(json.loads(lines[1]))[-2:] == ["context", "non_finite"]
    records = records_of(*rows, contexts=contexts)
    assert [record.context for record in records] == [RecordContext(**own) for own in expected]
