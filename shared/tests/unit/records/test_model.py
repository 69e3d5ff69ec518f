"""The record model."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any

import pytest

from session_sharing.errors import ValueTypeError
from session_sharing.records import Record, RecordContext, RecordLimits


class ZoneWithoutOffset(tzinfo):
    """A zone that does not know its offset makes a naive moment."""

    def utcoffset(self, _moment: datetime | None) -> timedelta | None:
        """Return nothing."""

    def dst(self, _moment: datetime | None) -> timedelta | None:
        """Return nothing."""

    def tzname(self, _moment: datetime | None) -> str | None:
        """Return nothing."""
        return None


@pytest.mark.parametrize(
    "moment", [datetime(2026, 1, 2), datetime(2026, 1, 2, tzinfo=ZoneWithoutOffset())]
)
def test_a_naive_timestamp_is_refused(moment: datetime) -> None:
    """A time stamp without a zone is refused with the remedy, since it names no moment."""
    with pytest.raises(ValueTypeError, match=r"no time zone.*datetime\.now\(timezone\.utc\)"):
        Record("voltage", {}, {}, moment)


def test_a_timestamp_of_another_type_is_refused() -> None:
    """A number is no time stamp, so that seconds and microseconds cannot be mistaken."""
    timestamp: Any = 1770000000.0
    with pytest.raises(ValueTypeError, match="of type float"):
        Record("voltage", {}, {}, timestamp)


@pytest.mark.parametrize("name", [None, 5, b"voltage", "half \ud800"])
def test_a_name_that_is_no_text_is_refused(name: Any) -> None:
    """A record is named by a text that UTF-8 can hold."""
    with pytest.raises(ValueTypeError, match="measurement name"):
        Record(name, {}, {})


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"site": "0"}, "site of the context is of type str; it must be int"),
        ({"site": True}, "of type bool"),
        ({"site": 2**31}, "beyond signed 32 bits"),
        ({"site": -(2**31) - 1}, "beyond signed 32 bits"),
        ({"pin": 3}, "pin of the context is of type int"),
        ({"run": "half \udfff"}, "run of the context is no UTF-8"),
    ],
)
def test_a_context_field_of_another_type_is_refused(fields: dict[str, Any], reason: str) -> None:
    """A context is checked when it is made, where the mistake is, not when it is sent."""
    with pytest.raises(ValueTypeError, match=reason):
        RecordContext(**fields)


def test_the_fields_that_are_set_keep_their_order() -> None:
    """Fields appear in one fixed order, however the context was made, and zero and empty count."""
    context = RecordContext(run="r", site=0, serial_number="")
    assert list(context.fields_set.items()) == [("serial_number", ""), ("site", 0), ("run", "r")]


def test_an_empty_context_has_no_fields() -> None:
    """A context without a field is allowed and sets nothing."""
    assert not RecordContext().fields_set


def test_a_replaced_context_knows_its_own_fields() -> None:
    """A copy with another site does not remember the fields of the first."""
    first = RecordContext(site=1)
    assert first.fields_set == {"site": 1}
    assert replace(first, site=2).fields_set == {"site": 2}


def test_records_are_immutable_values() -> None:
    """Records compare by value and cannot be changed, so they can be handed between threads."""
    record = Record("voltage", {"a": 1}, {}, datetime(2026, 1, 2, tzinfo=timezone.utc))
    assert record == Record("voltage", {"a": 1}, {}, record.timestamp)
    with pytest.raises(FrozenInstanceError):
        record.measurement_name = "current"  # type: ignore[misc]


def test_the_default_limits_are_the_documented_ones() -> None:
    """A record may have 16 MiB and a request 64 MiB unless somebody says otherwise."""
    assert RecordLimits() == RecordLimits(16 * 2**20, 64 * 2**20)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (({"a": 1}, "x", {}), "The order is: name, configurations, outputs"),
        (("m", {}, {}, None, {"site": 0}), r"RecordContext\(serial_number"),
    ],
)
def test_mixed_up_arguments_are_explained(arguments: tuple[Any, ...], told: str) -> None:
    """Who swaps arguments, or gives a dict for a context, is told what is expected."""
    with pytest.raises(ValueTypeError, match=told):
        Record(*arguments)
