"""Records of every kind come back from both databases exactly as they went in."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from db_writer.service.postgresql_insert import COPIED_RECORDS
from db_writer.service.settings import DatabaseSettings
from db_writer.service.store import RecordFilter, Store
from services.db_writer.tests.looking import entry
from session_sharing.records import Limits, Record, RecordContext, Value

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


def _nested(inner: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    return st.lists(inner) | st.dictionaries(TEXTS, inner)


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(), TEXTS)
VALUES = st.recursive(SCALARS, _nested, max_leaves=8)
BOUNDS = st.floats(allow_nan=False, allow_infinity=False)
LIMITS = st.builds(Limits, BOUNDS) | st.builds(Limits, high=BOUNDS) | st.just(Limits())
LIMITS |= st.tuples(BOUNDS, BOUNDS).map(lambda bounds: Limits(*sorted(bounds)))
MOMENTS = st.datetimes(
    datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.timezones() | st.just(timezone.utc)
).filter(lambda moment: moment.utcoffset() is not None)
CONTEXTS = st.builds(
    RecordContext,
    **dict.fromkeys(
        ("serial_number", "pin", "step", "station", "operator", "run", "program"),
        st.none() | TEXTS,
    ),
    site=st.none() | st.integers(-(2**31), 2**31 - 1),
)


@st.composite
def records(draw: st.DrawFn) -> Record:
    outputs = draw(st.dictionaries(TEXTS, VALUES, max_size=4))
    some = st.sampled_from(sorted(outputs)) if outputs else st.nothing()
    return Record(
        draw(TEXTS),
        draw(st.dictionaries(TEXTS, VALUES, max_size=3)),
        outputs,
        draw(MOMENTS),
        draw(st.none() | CONTEXTS),
        draw(st.none() | st.text(st.sampled_from("passed "), min_size=1)),
        draw(st.none() | st.dictionaries(some, TEXTS)),
        draw(st.none() | st.dictionaries(some, LIMITS)),
    )


def shown(record: Record) -> str:
    """Return all of a record, in UTC, with what == does not see: NaN, and the sign of zero."""
    moment = record.timestamp and record.timestamp.astimezone(timezone.utc)
    context = record.context and record.context.fields_set
    units = sorted((record.units or {}).items())
    limits = sorted((name, of.low, of.high) for name, of in (record.limits or {}).items())
    return repr((record.measurement_name, record.configurations, record.outputs, record.status)) + (
        f"{moment} {context or None} {units} {limits}".replace("-0.0", "0.0")
    )


@pytest.fixture(scope="module")
def shared_store(make_settings: Callable[[], DatabaseSettings]) -> Iterator[Store]:
    store = Store(make_settings())
    yield store
    store.close()


EDGES = [
    *(0.0, -0.0, math.nan, math.inf, -math.inf, 5e-324, 1e22, 0, 1, 2**63 - 1, -(2**63), True),
    *(False, None, "", " ", "NaN", "null", "a\0b", "\\N", [], {}, [[]], {"": {"": []}}),
    *([math.nan, -0.0, 1, 1.0, None], {"a": [2**63 - 1, -math.inf, "\0"]}, [True, "1"]),
]
EDGE = Record(
    "",
    {f"v{place}": value for place, value in enumerate(EDGES)},
    {"": 1.5, **{f"v{place}": value for place, value in enumerate(EDGES)}},
    datetime(2026, 10, 25, 2, 30, 0, 1, tzinfo=timezone(timedelta(hours=-9, minutes=-30))),
    RecordContext("", -1, "", "", "", "", "", ""),
    "?",
    {"": ""},
    {"": Limits(-1e308, None), "v0": Limits(None, 5e-324)},
)


@example([EDGE], 1)
@example([EDGE], COPIED_RECORDS)
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=25)
@given(st.lists(records(), min_size=1, max_size=3), st.sampled_from([1, COPIED_RECORDS]))
def test_records_come_back_as_they_went_in(
    shared_store: Store, some: list[Record], times: int
) -> None:
    """Every value, type, time, context, unit and limit survives, by statement as by bulk."""
    before, logged = shared_store.newest(), some * times
    shared_store.write([entry(*logged)])
    read = [record for _, record in shared_store.read(RecordFilter(), after=before)]
    assert [shown(record) for record in read] == [shown(record) for record in logged]
