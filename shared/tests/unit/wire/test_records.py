"""Records with typed values on the wire."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from session_sharing.errors import InvalidRequestError, ValueTypeError
from session_sharing.records import Limits, Record, RecordContext
from session_sharing.wire.generated import records_pb2
from session_sharing.wire.records import record_from_wire, record_to_wire

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, timezone.utc)

texts = st.text(max_size=5)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.sampled_from(["NaN", "Infinity", ""])
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=10,
)
mappings = st.dictionaries(texts, values, max_size=3)
contexts = st.builds(
    RecordContext,
    serial_number=st.none() | texts,
    site=st.none() | st.integers(-(2**31), 2**31 - 1),
    pin=st.none() | texts,
    run=st.none() | texts,
    program=st.none() | texts,
)
moments = st.datetimes(
    min_value=datetime(1, 1, 2),
    max_value=datetime(9999, 12, 30),
    timezones=st.just(timezone(timedelta(hours=5))),
)


def ordered(value: Any) -> Any:
    """Write a value with its type; protobuf's maps have no order of their own."""
    if isinstance(value, dict):
        return sorted((key, ordered(item)) for key, item in value.items())
    if isinstance(value, list):
        return repr([ordered(item) for item in value])
    return repr(value)


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        *(Record, texts.filter(bool), mappings, mappings),
        *(st.none() | moments, st.none() | contexts),
    )
)
def test_records_cross_the_wire_with_their_types(record: Record) -> None:
    """Numbers stay numbers, NaN stays NaN, and what is not set stays unset, over the bytes too."""
    message = records_pb2.Record.FromString(record_to_wire(record).SerializeToString())
    read = record_from_wire(message)
    assert (read.measurement_name, read.timestamp, read.context) == (
        record.measurement_name,
        record.timestamp,
        record.context,
    )
    assert ordered(read.configurations) == ordered(record.configurations)
    assert ordered(read.outputs) == ordered(record.outputs)


def test_the_wire_is_what_the_protocol_says() -> None:
    """Each type of value has its own field, so that another language reads the same."""
    message = record_to_wire(Record("a", {"b": True}, {"i": 1, "f": 1.0, "t": "1", "n": None}, NOW))
    kinds = {name: value.WhichOneof("kind") for name, value in message.outputs.items()}
    assert message.configurations["b"].WhichOneof("kind") == "bool_value"
    assert kinds == {
        "i": "integer_value",
        "f": "number_value",
        "t": "text_value",
        "n": "null_value",
    }
    assert message.timestamp.ToJsonString() == "2026-01-02T03:04:05.678901Z"
    assert not message.HasField("context")


def test_empty_containers_are_not_lost() -> None:
    """An empty list and an empty mapping are values, not values of no kind."""
    read = record_from_wire(record_to_wire(Record("a", {}, {"l": [], "m": {}, "n": [[], {}]})))
    assert read.outputs == {"l": [], "m": {}, "n": [[], {}]}


def test_nanoseconds_are_cut_to_microseconds() -> None:
    """Another language's nanoseconds are taken to the microsecond that a record keeps."""
    message = records_pb2.Record(measurement_name="a")
    message.timestamp.FromNanoseconds(1_000_001_999)
    assert record_from_wire(message).timestamp == datetime(1970, 1, 1, 0, 0, 1, 1, timezone.utc)


def test_details_cross_the_wire() -> None:
    """Status, units and limits arrive, and a limit of zero is a limit while none is none."""
    limits = {"v": Limits(0), "w": Limits(high=-0.0)}
    record = Record("a", {}, {"v": 1, "w": 2}, None, None, "passed", {"v": "V"}, limits)
    message = records_pb2.Record.FromString(record_to_wire(record).SerializeToString())
    assert message.limits["v"].HasField("low")
    assert not message.limits["v"].HasField("high")
    assert record_from_wire(message) == record
    assert not record_to_wire(Record("a", {}, {})).HasField("status")


@pytest.mark.parametrize("change", ["status", "units", "limits", "nan", "order"])
def test_details_that_make_no_sense_are_refused(change: str) -> None:
    """Details are judged on the wire as in the library, naming the record."""
    message = record_to_wire(Record("voltage", {}, {"v": 1}))
    if change == "status":
        message.status = "x" * 101
    elif change == "units":
        message.units["x"] = "V"
    elif change == "order":
        message.limits["v"].low, message.limits["v"].high = 2.0, 1.0
    else:
        message.limits["v" if change == "nan" else "x"].low = math.nan if change == "nan" else 1.0
    with pytest.raises(InvalidRequestError, match="'voltage' cannot be taken"):
        record_from_wire(message)


def test_a_record_without_a_name_is_refused() -> None:
    """Nobody would find what was measured under no name."""
    with pytest.raises(InvalidRequestError, match="name is empty"):
        record_from_wire(records_pb2.Record())


@pytest.mark.parametrize(
    ("seconds", "nanos"),
    [(2**62, 0), (-(2**62), 0), (253402300800, 0), (-62135596801, 0), (0, -1), (0, 10**9)],
)
def test_a_timestamp_out_of_range_is_refused(seconds: int, nanos: int) -> None:
    """A timestamp that names no moment of the calendar is refused, naming the record."""
    message = records_pb2.Record(measurement_name="voltage")
    message.timestamp.seconds, message.timestamp.nanos = seconds, nanos
    with pytest.raises(InvalidRequestError, match=r"'voltage'.*timestamp"):
        record_from_wire(message)


def test_a_value_of_no_kind_is_refused_where_it_stands() -> None:
    """A forgotten oneof is an error with its place, not a silent null."""
    message = record_to_wire(Record("voltage", {}, {"a/b": [1, {"x": 2}]}))
    message.outputs["a/b"].list_value.values[1].map_value.values["x"].Clear()
    with pytest.raises(InvalidRequestError, match=r"'voltage'.*/measurement_outputs/a~1b/1/x"):
        record_from_wire(message)
    message = records_pb2.Record(measurement_name="voltage")
    message.configurations["c"].Clear()
    with pytest.raises(InvalidRequestError, match="/measurement_configurations/c"):
        record_from_wire(message)


def test_a_value_without_a_place_does_not_reach_the_wire() -> None:
    """The typed way refuses what the batch refuses, naming record and place."""
    with pytest.raises(ValueTypeError, match=r"'voltage'.*/measurement_outputs/x"):
        record_to_wire(Record("voltage", {}, {"x": 2**63}))
    early = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    with pytest.raises(ValueTypeError, match="years 1 to 9999"):
        record_to_wire(Record("voltage", {}, {}, early))


def test_the_callers_values_are_left_alone() -> None:
    """Restoring non-finite numbers happens on a copy."""
    outputs = {"w": [math.nan, 1.0], "t": "NaN"}
    message = record_to_wire(Record("a", {}, outputs))
    assert math.isnan(message.outputs["w"].list_value.values[0].number_value)
    assert message.outputs["t"].text_value == "NaN"
    assert repr(outputs) == "{'w': [nan, 1.0], 't': 'NaN'}"
