"""Records as a spool holds them come back exactly as they were."""

from __future__ import annotations

import math
from datetime import datetime, timezone

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db_writer.service.spool.content import decode, encode
from services.db_writer.tests.any_records import TEXTS, records, shown
from session_sharing.records import Record


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=25)
@given(st.lists(records(TEXTS.filter(bool)), min_size=1, max_size=3))
def test_records_come_back(brought: list[Record]) -> None:
    """Every value, type, time, context, unit and limit survives."""
    found = decode(encode(brought), len(brought))
    assert [shown(record) for record in found] == [shown(record) for record in brought]


def test_numbers_at_their_limits() -> None:
    """Integers of 64 bits stay what they are, and so do numbers that JSON lacks."""
    outputs = {"least": -(2**63), "most": 2**63 - 1, "nan": math.nan, "no": -math.inf, "f": 1e5}
    (found,) = decode(encode([Record("m", {}, outputs)]), 1)
    assert repr(found.outputs) == repr(outputs)


def test_time_is_that_of_the_logging() -> None:
    """A record without a time has one when it is spooled: delivery does not change it."""
    before = datetime.now(timezone.utc)
    content = encode([Record("m", {}, {})])
    (first,), (second,) = decode(content, 1), decode(content, 1)
    assert before <= first.timestamp == second.timestamp <= datetime.now(timezone.utc)
