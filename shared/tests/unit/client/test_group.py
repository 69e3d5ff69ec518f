"""Groups: what is collected, what is refused where it is logged, and what is sent."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pytest

from session_sharing.client import RecordGroup
from session_sharing.errors import PreconditionError, TooLargeError, ValueTypeError
from session_sharing.records import Record, RecordLimits, encode_batches
from session_sharing.records.rows import BATCH_RECORDS, REQUEST_MARGIN

LIMITS = RecordLimits(record_bytes=2000, request_bytes=REQUEST_MARGIN + 2000)


def test_a_group_is_one_batch_in_order() -> None:
    """However many records there are, they are one request, in their order, each with its time."""
    group = RecordGroup(RecordLimits())
    before = datetime.now(timezone.utc).timestamp() * 1e6
    group.log("first", {"a": 1}, {"b": 2.5}, status="passed")
    group.log_many(Record(str(n), {}, {}) for n in range(BATCH_RECORDS))
    batch = group.end()
    assert batch is not None
    rows = json.loads(batch.records_json)
    assert batch.count == len(rows) == BATCH_RECORDS + 1
    assert [row[1] for row in rows] == ["first", *map(str, range(BATCH_RECORDS))]
    assert all(row[0] >= int(before) for row in rows)


def test_an_empty_group_is_nothing() -> None:
    """Where nothing was logged there is nothing to send."""
    assert RecordGroup(LIMITS).end() is None


def test_wrong_record_is_told_where_it_is_logged() -> None:
    """A value that has no place is refused at once; of that call nothing is in the group."""
    group = RecordGroup(LIMITS)
    group.log("good", {}, {})
    with pytest.raises(ValueTypeError, match="bad"):
        group.log_many([Record("better", {}, {}), Record("bad", {}, {"x": object()})])
    batch = group.end()
    assert batch is not None
    assert [row[1] for row in json.loads(batch.records_json)] == ["good"]


@pytest.mark.parametrize(
    ("records", "told"),
    [
        (Record("a", {}, {}), "of type Record. Give several"),
        (5, "of type int. Give several"),
        ([{"measurement_name": "a"}], "Record 0 of those given is of type dict"),
        ({"a": 1}, "Record 0 of those given is of type str"),
        ([Record("", {}, {})], "measurement name is empty"),
    ],
)
def test_what_are_no_records_is_told(records: Any, told: str) -> None:
    """Who gives one record, or something like a record, is told what to give; groups and calls."""
    with pytest.raises(ValueTypeError, match=told):
        RecordGroup(LIMITS).log_many(records)
    with pytest.raises(ValueTypeError, match=told):
        list(encode_batches(records, LIMITS))


def test_group_that_is_too_big_is_refused() -> None:
    """A group that does not fit into one request is told with its size; what fitted stays."""
    group = RecordGroup(LIMITS)
    group.log("a", {}, {"x": "y" * 1500})
    with pytest.raises(TooLargeError, match="group") as caught:
        group.log("b", {}, {"x": "y" * 1500})
    assert caught.value.limit == 2000
    assert caught.value.size is not None
    assert caught.value.size > 3000
    group.log("c", {}, {})
    batch = group.end()
    assert batch is not None
    assert [row[1] for row in json.loads(batch.records_json)] == ["a", "c"]
    assert len(batch.records_json) <= 2000


def test_nothing_goes_into_a_group_that_ended() -> None:
    """A record that is logged after the block is not lost silently."""
    group = RecordGroup(LIMITS)
    group.end()
    with pytest.raises(PreconditionError, match="has ended"):
        group.log("late", {}, {})
