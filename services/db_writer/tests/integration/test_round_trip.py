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
from services.db_writer.tests.any_records import records, shown
from services.db_writer.tests.looking import entry
from session_sharing.records import Limits, Record, RecordContext


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
