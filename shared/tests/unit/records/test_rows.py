"""The client's side of a batch."""

from __future__ import annotations

import copy
import enum
import json
import math
import uuid
from collections import OrderedDict, namedtuple
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import pytest

from session_sharing.errors import TooLargeError, ValueTypeError
from session_sharing.records import (
    Limits,
    Record,
    RecordContext,
    RecordLimits,
    batch_to_text,
    encode_batches,
    encode_row,
    join_rows,
    json_text,
    record_to_line,
    rows,
)
from session_sharing.records.model import MAX_NESTING
from session_sharing.records.rows import REQUEST_MARGIN

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, timezone.utc)
LIMITS = RecordLimits()
US = 1767323045678901


class Mode(enum.Enum):
    """An enumeration that holds a number without a place in JSON."""

    OPEN = math.inf


Pair = namedtuple("Pair", "low high")


@dataclass
class Reading:
    """A dataclass, which orjson would write as an object."""

    volts: float


def row(record: Record) -> Any:
    text = encode_row(record, LIMITS)
    assert text.endswith(b",")
    return json.loads(text[:-1])


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (Record("a", {}, {}), [None, "a", {}, {}]),
        (Record("a", {"c": 1}, {"o": 2.0}, NOW), [US, "a", {"c": 1}, {"o": 2.0}]),
        (
            Record("a", {}, {}, NOW.astimezone(timezone(timedelta(hours=-5)))),
            [US, "a", {}, {}],
        ),
        (Record("null", {}, {"x": None}), [None, "null", {}, {"x": None}]),
        (
            Record("a", {}, {}, NOW, RecordContext(site=0, run="r")),
            [US, "a", {}, {}, {"site": 0, "run": "r"}],
        ),
        (
            Record("a", {"x": math.nan}, {"y": [1, -math.inf]}, NOW),
            [
                *[US, "a", {"x": "NaN"}, {"y": [1, "-Infinity"]}, None],
                ["/measurement_configurations/x", "/measurement_outputs/y/1"],
            ],
        ),
        (
            Record("a", {}, {"x": math.inf}, None, RecordContext(pin="A")),
            [None, "a", {}, {"x": "Infinity"}, {"pin": "A"}, ["/measurement_outputs/x"]],
        ),
        (
            Record("a", {}, {"x": Mode.OPEN}),
            [
                *[None, "a", {}, {"x": "Infinity"}, None],
                ["/measurement_outputs/x"],
            ],
        ),
        (
            Record("a", {}, {"x": 1}, NOW, status="failed", limits={"x": Limits(None, 2)}),
            [
                *[US, "a", {}, {"x": 1}, None, None],
                {"status": "failed", "limits": {"x": [None, 2.0]}},
            ],
        ),
        (
            Record("a", {}, {"x": math.nan}, NOW, RecordContext(site=0), units={"x": "V"}),
            [
                *[US, "a", {}, {"x": "NaN"}, {"site": 0}, ["/measurement_outputs/x"]],
                {"units": {"x": "V"}},
            ],
        ),
        (
            Record("a", {}, {"x": -(2**63), "y": 2**63 - 1}),
            [
                None,
                "a",
                {},
                {"x": -(2**63), "y": 2**63 - 1},
            ],
        ),
        (
            Record("a", MappingProxyType({"c": 1}), OrderedDict(o=Pair(1, 2.5))),
            [
                None,
                "a",
                {"c": 1},
                {"o": [1, 2.5]},
            ],
        ),
        (
            Record("a", {}, {"x": str(uuid.UUID(int=7)), "t": (1, (2,))}),
            [
                None,
                "a",
                {},
                {"x": str(uuid.UUID(int=7)), "t": [1, [2]]},
            ],
        ),
    ],
)
def test_a_row_is_as_the_protocol_says(backend: str, record: Record, expected: list[Any]) -> None:
    """Rows have the order, types and places of the protocol, with either library."""
    assert repr(row(record)) == repr(expected)


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1},
        b"x",
        2**63,
        2**64 - 1,
        -(2**63) - 1,
        "half \ud800",
        {1: 2},
        {None: 2},
        NOW,
        NOW.date(),
        Decimal(1),
        uuid.UUID("12345678-1234-5678-1234-567812345678"),
        {"deep": [uuid.uuid4()]},
        Reading(1.0),
        nested(MAX_NESTING + 1),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("side", ["configurations", "outputs"])
def test_a_value_without_a_place_is_refused(backend: str, value: object, side: str) -> None:
    """Either library refuses the same values, naming the record and the place."""
    values: dict[str, Any] = {"configurations": {}, "outputs": {}}
    values[side] = {"fine": 1, "bad": value}
    record = Record("voltage", **values)
    with pytest.raises(ValueTypeError, match=rf"'voltage'.*/measurement_{side}/bad"):
        encode_row(record, LIMITS)
    with pytest.raises(ValueTypeError, match=rf"'voltage'.*/measurement_{side}/bad"):
        record_to_line(record, now=NOW, limits=LIMITS)


def test_outputs_that_are_no_mapping_are_refused(backend: str) -> None:
    """A list of outputs is refused by the client, not first by the service."""
    outputs: Any = [1, 2]
    with pytest.raises(ValueTypeError, match="a mapping is needed"):
        encode_row(Record("voltage", {}, outputs), LIMITS)


def test_the_deepest_value_passes_with_either_library(backend: str) -> None:
    """What the client lets pass as deep as it may be, the service takes."""
    record = Record("deep", {}, {"x": nested(MAX_NESTING)}, NOW)
    batch = join_rows([encode_row(record, LIMITS)])
    lines = batch_to_text(batch.records_json, 1, now=NOW, limits=LIMITS).splitlines(keepends=True)
    assert lines == [record_to_line(record, now=NOW, limits=LIMITS)]


def test_wide_values_are_not_taken_for_deep_ones(backend: str) -> None:
    """A table has many lists in one list, and passes however many they are."""
    table = [[1.0, index] for index in range(3 * MAX_NESTING)]
    record = Record("table", {}, {"x": table}, NOW)
    batch = join_rows([encode_row(record, LIMITS)])
    (line,) = batch_to_text(batch.records_json, 1, now=NOW, limits=LIMITS).splitlines(keepends=True)
    assert json.loads(line)["measurement_outputs"] == {"x": table}


def test_a_time_outside_the_calendar_is_refused() -> None:
    """A moment before year 1 of UTC is refused by name, since no service could store it."""
    early = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    with pytest.raises(ValueTypeError, match=r"'voltage'.*years 1 to 9999"):
        encode_row(Record("voltage", {}, {}, early), LIMITS)


def test_the_callers_values_are_left_alone(backend: str) -> None:
    """Encoding changes nothing in the caller's objects, with and without a walk."""
    for outputs in ({"a": [1.0, {"b": 2}]}, {"a": [math.nan, {"b": (2, None)}]}):
        before = copy.deepcopy(outputs)
        encode_row(Record("a", outputs, outputs, NOW), LIMITS)
        assert repr(outputs) == repr(before)


def test_batches_hold_as_many_records_as_fit_and_keep_the_order(backend: str) -> None:
    """No batch passes the limit, none could take the next record, and nothing is lost or moved."""
    limits = RecordLimits(record_bytes=2000, request_bytes=REQUEST_MARGIN + 3000)
    records = [Record(f"r{index}", {}, {"x": "y" * (37 * index % 900)}) for index in range(50)]
    batches = list(encode_batches(records, limits))
    names = [name for batch in batches for _, name, *_ in json.loads(batch.records_json)]
    assert names == [record.measurement_name for record in records]
    for batch, following in pairwise(batches):
        assert batch.count == len(json.loads(batch.records_json))
        first = json.dumps(json.loads(following.records_json)[0], separators=(",", ":"))
        assert len(batch.records_json) <= 3000 < len(batch.records_json) + len(first) + 1


def test_batches_are_bounded_in_records_and_made_lazily() -> None:
    """A batch never holds more records than asked for, nor is more read than it needs."""
    read = []

    def records() -> Any:
        for index in range(10):
            read.append(index)
            yield Record("a", {}, {"n": index})

    batches = encode_batches(records(), LIMITS, max_records=4)
    assert next(batches).count == 4
    assert len(read) == 5
    assert [batch.count for batch in batches] == [4, 2]


def test_what_fits_one_batch_is_one() -> None:
    """A call of no more records than a batch holds is one batch; of more the first one is small."""
    for count, expected in ((1024, [1024]), (1025, [128, 897])):
        records = [Record("a", {}, {}) for _ in range(count)]
        assert [batch.count for batch in encode_batches(records, LIMITS)] == expected


def test_records_without_a_time_get_the_one_that_is_given() -> None:
    """When a record was logged is the client's to say; what has a time of its own keeps it."""
    own = datetime(1970, 1, 1, tzinfo=timezone.utc)
    records = [Record("a", {}, {}), Record("a", {}, {}, own)]
    (batch,) = encode_batches(records, LIMITS, now=NOW)
    assert [row[0] for row in json.loads(batch.records_json)] == [US, 0]


def test_no_records_make_no_batch() -> None:
    """Nothing to log makes no request."""
    assert list(encode_batches([], LIMITS)) == []


def test_client_and_service_agree_on_what_is_too_large(backend: str) -> None:
    """The client refuses a record exactly where the service would, with the same size and limit."""
    record = Record("big", {"c": 1}, {"x": "\u00e9" * 500}, NOW, RecordContext(run="r"))
    size = len(record_to_line(record, now=NOW, limits=LIMITS))
    batch = join_rows([encode_row(record, RecordLimits(record_bytes=size))])
    exact, short = RecordLimits(record_bytes=size), RecordLimits(record_bytes=size - 1)
    assert len(batch_to_text(batch.records_json, 1, now=NOW, limits=exact)) == size
    with pytest.raises(TooLargeError, match="'big'") as client:
        encode_row(record, short)
    with pytest.raises(TooLargeError, match="'big'") as service:
        batch_to_text(batch.records_json, 1, now=NOW, limits=short)
    for caught in (client, service):
        assert (caught.value.size, caught.value.limit) == (size, size - 1)


def test_a_record_that_no_request_can_hold_is_too_large() -> None:
    """A record within its own limit but beyond a request's is refused with the request's limit."""
    limits = RecordLimits(record_bytes=10_000, request_bytes=REQUEST_MARGIN + 1000)
    with pytest.raises(TooLargeError, match=r"'big'.*request") as caught:
        list(encode_batches([Record("big", {}, {"x": "y" * 1000})], limits))
    assert caught.value.limit == 1000


def test_an_error_leaves_the_batches_before_it_good() -> None:
    """A bad record spoils neither the batches already yielded nor their count."""
    records = [Record("a", {}, {"n": 1})] * 5 + [Record("bad", {}, {"n": object()})]
    batches = encode_batches(records, LIMITS, max_records=2)
    assert [next(batches).count, next(batches).count] == [2, 2]
    with pytest.raises(ValueTypeError, match="'bad'"):
        next(batches)


@pytest.mark.parametrize("values", [{"v": 1.5, "w": [1.0] * 10, "n": 3, "t": "x", "b": True}])
def test_common_records_take_the_fast_way(values: dict[str, Any]) -> None:
    """Plain numbers, texts and arrays are written by orjson without a walk over the values."""
    pytest.importorskip("orjson")
    fast = json_text.OrjsonBackend()
    assert fast.encode_callers([None, "a", values, values], nulls=1) is not None
    assert fast.encode_callers([0, "a", values, {"v": math.nan}], nulls=0) is None


def test_an_identifier_in_the_context_needs_no_walk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs are often named by an identifier, which must not make every record slow."""
    pytest.importorskip("orjson")
    monkeypatch.setattr(json_text, "backend", json_text.OrjsonBackend())
    monkeypatch.setattr(rows, "plain_values", None)
    run = "12345678-1234-5678-1234-567812345678"
    details: dict[str, Any] = {"status": run, "limits": {"v": Limits(low=1)}}
    record = Record("a", {}, {"v": 1.5}, None, RecordContext(run=run, pin="null"), **details)
    context = {"pin": "null", "run": run}
    expected = {"status": run, "limits": {"v": [1.0, None]}}
    assert row(record) == [None, "a", {}, {"v": 1.5}, context, None, expected]
