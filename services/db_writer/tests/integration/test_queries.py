"""The queries of the README: real questions, the same answers from both databases."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine, text

from db_writer.service.settings import DatabaseSettings
from db_writer.service.store import Store
from services.db_writer.tests.looking import ask, entry
from session_sharing.records import Limits, Record, RecordContext

QUERIES = Path(__file__).parents[2] / "queries"
FIRST = datetime(2026, 1, 1, 22, tzinfo=timezone.utc)


@pytest.fixture
def filled(store: Store, settings: DatabaseSettings) -> DatabaseSettings:
    """Fill a database with two days: S1 and S2 on the first, S2 again and S3 on the second."""
    tested = [
        (0, "S1", 3.30, "passed"),
        (1, "S2", 3.70, "failed"),
        (3, "S2", 3.40, "passed"),
        (4, "S3", 4, "passed"),
    ]
    records = [
        Record(
            "output voltage",
            {"range": 10},
            {"voltage": voltage, "overload": False},
            FIRST + timedelta(hours=hours),
            RecordContext(serial, 0, "VCC", station="here", run=f"run {hours}", program="test.seq"),
            status,
            {"voltage": "V"},
            {"voltage": Limits(3.0, 3.6)},
        )
        for hours, serial, voltage, status in tested
    ]
    other = Record("self test", {}, {"voltage": 1.0}, FIRST, None, "passed")
    store.write([entry(*records, other)])
    return settings


def answer(settings: DatabaseSettings, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
    return ask(settings, (QUERIES / f"{query}.sql").read_text("utf-8"), **parameters)


def test_yield_per_day(filled: DatabaseSettings) -> None:
    """A unit that failed something that day counts as tested, not as passed."""
    rows = answer(filled, "yield_per_day", since="2026-01-01", until="2026-01-03")
    found = [(str(day), tested, passed, float(percent)) for day, tested, passed, percent in rows]
    assert found == [("2026-01-01", 2, 1, 50.0), ("2026-01-02", 2, 2, 100.0)]


def test_yield_per_day_elsewhere(filled: DatabaseSettings) -> None:
    """Where a server's time zone is another one, the days are UTC's after what the file says."""
    if filled.is_file:
        pytest.skip("an SQLite file has no time zone")
    ask(filled, f"ALTER DATABASE \"{filled.url.database}\" SET timezone TO 'Pacific/Auckland'")
    query = (QUERIES / "yield_per_day.sql").read_text("utf-8")
    (first,) = re.findall(r"^-- On PostgreSQL first: (.*;)$", query, re.MULTILINE)
    engine = create_engine(filled.url.set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.connect() as connection:

        def days() -> list[tuple[str, int]]:
            found = connection.execute(text(query), {"since": "2026-01-01", "until": "2026-01-03"})
            return [(str(row.day), row.tested) for row in found]

        assert days() == [("2026-01-02", 3)]
        connection.execute(text(first))
        assert days() == [("2026-01-01", 2), ("2026-01-02", 2)]


def test_drift_of_a_value(filled: DatabaseSettings) -> None:
    """The mean of each unit, in the order in which they came; whole numbers count too."""
    rows = answer(filled, "drift_of_a_value", measurement="output voltage", value="voltage")
    found = [(row[0], row[2], round(row[3], 6), *row[4:]) for row in rows]
    assert found == [
        ("S1", 1, 3.3, 3.3, 3.3, "V"),
        ("S2", 2, 3.55, 3.4, 3.7, "V"),
        ("S3", 1, 4.0, 4.0, 4.0, "V"),
    ]


def test_last_results_of_a_unit(filled: DatabaseSettings) -> None:
    """All outputs of the newest measurements of one unit, newest first."""
    rows = answer(filled, "last_results_of_a_unit", serial_number="S2", count=1)
    flat = [row[2:] for row in rows]
    about = ("here", "test.seq", "run 3", "S2", 0, "VCC", None, None, "output voltage", "passed")
    assert flat == [
        (*about, "voltage", 1, 3.4, None, "V", 3.0, 3.6),
        (*about, "overload", 2, None, "false", None, None, None),
    ]
    more = answer(filled, "last_results_of_a_unit", serial_number="S2", count=9)
    assert [row[4] for row in more] == ["run 3", "run 3", "run 1", "run 1"]


@pytest.mark.parametrize(
    ("query", "index", "parameters"),
    [
        ("yield_per_day", "measured_at", {"since": "2026-01-01", "until": "2026-01-03"}),
        ("drift_of_a_value", "name", {"measurement": "output voltage", "value": "voltage"}),
        ("last_results_of_a_unit", "unit_id", {"serial_number": "S2", "count": 1}),
    ],
)
def test_questions_do_not_read_everything(
    sqlite: DatabaseSettings, query: str, index: str, parameters: dict[str, Any]
) -> None:
    """Each query finds its measurements by an index."""
    Store(sqlite).close()
    statement = "EXPLAIN QUERY PLAN " + (QUERIES / f"{query}.sql").read_text("utf-8")
    plan = " ".join(row[-1] for row in ask(sqlite, statement, **parameters))
    assert f"ix_measurements_{index}" in plan
    assert "SCAN m " not in plan
