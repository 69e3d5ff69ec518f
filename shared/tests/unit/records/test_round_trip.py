"""Any record comes back from the log as it was logged, through either library and either way."""

from __future__ import annotations

import copy
import json
from datetime import datetime, timedelta, timezone
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from session_sharing.errors import InvalidRequestError
from session_sharing.records import (
    Limits,
    Record,
    RecordContext,
    RecordLimits,
    batch_to_records,
    batch_to_text,
    encode_batches,
    json_text,
    parse_line,
    record_to_line,
)

pytest.importorskip("orjson")

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
LIMITS = RecordLimits()
examples = settings(max_examples=50, deadline=None)
BACKENDS = (json_text.OrjsonBackend(), json_text.StandardBackend())

texts = st.text() | st.sampled_from(
    ["null", "NaN", "Infinity", "~1/", "\n", "\u2028", "-ab12-ab12-"]
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.sampled_from([2**53, -(2**53) - 1, 2**63 - 1, -(2**63)])
    | st.floats()
    | texts
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(st.floats(), max_size=4)
        | st.dictionaries(texts, inner, max_size=4)
    ),
    max_leaves=12,
)
mappings = st.dictionaries(texts, values, max_size=4)
fields = st.none() | texts
contexts = st.builds(
    RecordContext,
    fields,
    st.none() | st.integers(-1, 64),
    *[fields] * 6,
).filter(lambda context: bool(context.fields_set))
moments = st.datetimes(
    min_value=datetime(1, 1, 2),
    max_value=datetime(9999, 12, 30),
    timezones=st.sampled_from([timezone.utc, timezone(timedelta(hours=-9, minutes=-30))]),
)
finite = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-9, 9)
limits = st.builds(Limits, finite) | st.builds(Limits, high=finite) | st.just(Limits())
limits |= st.tuples(finite, finite).map(lambda bounds: Limits(*sorted(bounds)))


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Return a record; units and limits are those of its outputs."""
    outputs = draw(mappings)
    names = st.sampled_from([*outputs]) if outputs else st.nothing()
    return Record(
        draw(texts.filter(bool)),
        draw(mappings),
        outputs,
        draw(moments),
        draw(st.none() | contexts),
        draw(st.none() | texts.filter(lambda text: 1 <= len(text) <= 100)),
        draw(st.none() | st.dictionaries(names, texts)),
        draw(st.none() | st.dictionaries(names, limits)),
    )


def same(left: Any, right: Any) -> bool:
    """Compare values and types; NaN is the same as NaN, minus zero is not zero."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float):
        return repr(left) == repr(right)
    return bool(left == right)


def same_record(left: Record, right: Record) -> bool:
    return (
        (left.measurement_name, left.timestamp, left.context, left.details)
        == (right.measurement_name, right.timestamp, right.context, right.details)
        and same(left.configurations, right.configurations)
        and same(left.outputs, right.outputs)
    )


@pytest.mark.parametrize("backend", BACKENDS, ids=lambda backend: type(backend).__name__)
@examples
@given(logged=st.lists(records(), min_size=1, max_size=5))
def test_records_come_back_from_the_log(
    backend: json_text.JsonBackend, logged: list[Record]
) -> None:
    """Record, batch, line, record: the same values of the same types; so without the line."""
    before = copy.deepcopy(logged)
    with mock.patch.object(json_text, "backend", backend):
        (batch,) = encode_batches(logged, LIMITS)
        lines = batch_to_text(batch.records_json, batch.count, now=NOW, limits=LIMITS).splitlines(
            keepends=True
        )
        read = [parse_line(line) for line in lines]
        taken = batch_to_records(batch.records_json, batch.count, now=NOW, limits=LIMITS)
    assert all(map(same_record, logged, read))
    assert all(map(same_record, logged, taken))
    assert len(logged) == len(read) == len(taken)
    assert [line.count(b"\n") for line in lines] == [1] * len(logged)
    assert all(map(same_record, logged, before))


@pytest.mark.parametrize("backend", BACKENDS, ids=lambda backend: type(backend).__name__)
@examples
@given(record=records())
def test_either_way_gives_the_same_line(backend: json_text.JsonBackend, record: Record) -> None:
    """A record through the typed call and through a batch is the same line, byte for byte."""
    with mock.patch.object(json_text, "backend", backend):
        (batch,) = encode_batches([record], LIMITS)
        (line,) = batch_to_text(batch.records_json, 1, now=NOW, limits=LIMITS).splitlines(
            keepends=True
        )
        assert record_to_line(record, now=NOW, limits=LIMITS) == line


@examples
@given(record=records())
def test_both_libraries_give_the_same_row_and_line(record: Record) -> None:
    """With or without orjson the same is sent and stored, but for how a float is spelled."""
    rows, lines = [], []
    for backend in BACKENDS:
        with mock.patch.object(json_text, "backend", backend):
            (batch,) = encode_batches([record], LIMITS)
            rows.append(BACKENDS[1].decode(batch.records_json))
            (line,) = batch_to_text(batch.records_json, 1, now=NOW, limits=LIMITS).splitlines(
                keepends=True
            )
            lines.append(BACKENDS[1].decode(line))
    assert same(rows[0], rows[1])
    assert same(lines[0], lines[1])


junk = scalars | mappings | st.integers(-(2**70), 2**70) | st.floats() | st.just("half \ud800")
pointers = st.lists(
    st.sampled_from(["/measurement_outputs/v", "/measurement_outputs/v/0", "/x", ""])
)
foreign_rows = st.tuples(
    st.integers(-(2**70), 2**70) | st.none() | junk,
    texts | junk,
    mappings | junk,
    st.sampled_from([{"v": "NaN"}, {"v": ["Infinity", 2**63]}, {}]) | mappings | junk,
    st.none() | st.dictionaries(st.sampled_from(["site", "run", "x"]), scalars) | junk,
    st.none() | pointers | junk,
    st.none()
    | st.fixed_dictionaries(
        {},
        optional={
            "status": scalars,
            "units": st.dictionaries(st.just("v"), texts | scalars),
            "limits": st.dictionaries(st.just("v"), st.lists(scalars, max_size=3)),
        },
    )
    | junk,
).flatmap(lambda row: st.integers(3, 7).map(lambda length: list(row[:length])))


@examples
@given(rows=st.lists(foreign_rows, min_size=1, max_size=3))
def test_both_libraries_judge_foreign_rows_alike(rows: list[Any]) -> None:
    """What one service takes or refuses, one without orjson takes or refuses likewise."""
    text = json.dumps(rows).encode()
    first, second = (_judgement(backend, text, len(rows)) for backend in BACKENDS)
    assert same(first, second)


def _judgement(backend: json_text.JsonBackend, text: bytes, count: int) -> list[Any]:
    with mock.patch.object(json_text, "backend", backend):
        try:
            lines = batch_to_text(text, count, now=NOW, limits=LIMITS).splitlines(keepends=True)
        except InvalidRequestError as error:
            with pytest.raises(type(error)):
                batch_to_records(text, count, now=NOW, limits=LIMITS)
            return [type(error).__name__, str(error)[:20]]
        assert len(batch_to_records(text, count, now=NOW, limits=LIMITS)) == count
    return [BACKENDS[1].decode(line) for line in lines]
