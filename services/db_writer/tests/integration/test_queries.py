"""The queries of the README: real questions, the same answers from both databases."""

from __future__ import annotations

import json
import runpy
import sys
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from db_writer.queries import query as query_text
from db_writer.queries import query_names
from db_writer.service.settings import DatabaseSettings
from db_writer.service.store import Store
from services.db_writer.tests.looking import ask, entry
from session_sharing.records import Limits, Record, RecordContext

FIRST = datetime(2026, 1, 1, 22, tzinfo=timezone.utc)


@pytest.fixture
def filled(store: Store, settings: DatabaseSettings) -> DatabaseSettings:
    """Fill a database with two days: S1 and S2 on the first, S2 again and S3 on the second."""
    tested = [
        (0, "S1", 3.30, "passed"),
        (1, "S2", 3.70, "failed"),
        (3, "S2", 3.40, "passed"),
        (4, "S3", 4, "Passed"),
    ]
    others = [(4, "S3", "Done"), (4, "S4", "Skipped"), (-1, "S5", "Terminated")]
    records = [
        Record(
            "output voltage",
            {"range": 10, "auto": True, "taps": [1, 2.5]},
            {"voltage": voltage, "overload": False},
            FIRST + timedelta(hours=hours),
            RecordContext(serial, 0, "VCC", station="here", run=f"run {hours}", program="test.seq"),
            status,
            {"voltage": "V"},
            {"voltage": Limits(3.0, 3.6)},
        )
        for hours, serial, voltage, status in tested
    ]
    records += [
        Record("contact", {}, {}, FIRST + timedelta(hours=hours), RecordContext(serial), status)
        for hours, serial, status in others
    ]
    other = Record("self test", {}, {"voltage": 1.0}, FIRST, None, "passed")
    store.write([entry(*records, other)])
    return settings


def sql(settings: DatabaseSettings, query: str) -> str:
    """Return a query for a kind of database."""
    name = f"{query}.{settings.url.get_backend_name()}"
    return query_text(name if name in query_names() else query)


def answer(settings: DatabaseSettings, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
    return ask(settings, sql(settings, query), **parameters)


def test_yield_per_day(filled: DatabaseSettings) -> None:
    """A unit that failed that day counts as tested; a word that is no verdict does not count."""
    rows = answer(filled, "yield_per_day", since="2026-01-01", until="2026-01-03")
    found = [(str(day), tested, passed, float(percent)) for day, tested, passed, percent in rows]
    assert found == [("2026-01-01", 3, 1, 33.3), ("2026-01-02", 2, 2, 100.0)]


@pytest.mark.parametrize(
    "since",
    [
        "2026-01-01 22:30",
        "2026-01-01T22:30:00Z",
        "2026-01-02T00:30:00.000001+02:00",
        "2026-01-01 17:30-05:00",
        FIRST + timedelta(minutes=30),
        (FIRST + timedelta(minutes=30)).astimezone(timezone(timedelta(hours=9))),
    ],
)
def test_yield_since_a_moment(filled: DatabaseSettings, since: object) -> None:
    """However a moment is written, it is the same one: S1 and S5 were tested before it."""
    rows = answer(filled, "yield_per_day", since=since, until="2026-01-02T00:00:00Z")
    assert [(str(row[0]), row[1]) for row in rows] == [("2026-01-01", 1)]


def test_yield_per_day_elsewhere(filled: DatabaseSettings) -> None:
    """Where a server's time zone is another one, the days are UTC's nevertheless."""
    if filled.is_file:
        pytest.skip("an SQLite file has no time zone")
    ask(filled, f"ALTER DATABASE \"{filled.url.database}\" SET timezone TO 'Pacific/Auckland'")
    test_yield_per_day(filled)
    for since in ("2026-01-01 22:30", FIRST + timedelta(minutes=30)):
        test_yield_since_a_moment(filled, since)


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
    flat = [row[2:-1] for row in rows]
    about = ("here", "test.seq", "run 3", "S2", 0, "VCC", None, None, "output voltage", "passed")
    assert flat == [
        (*about, "voltage", 3, 3.4, None, None, "V", 3.0, 3.6),
        (*about, "overload", 4, None, None, "false", None, None, None),
    ]
    assert [json.loads(row[-1]) for row in rows] == [
        {"range": 10, "auto": True, "taps": [1, 2.5]}
    ] * 2
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
    statement = "EXPLAIN QUERY PLAN " + sql(sqlite, query)
    plan = " ".join(row[-1] for row in ask(sqlite, statement, **parameters))
    assert f"ix_measurements_{index}" in plan
    assert "SCAN m " not in plan


def test_whole_numbers_are_exact_in_the_flat_table(
    store: Store, settings: DatabaseSettings
) -> None:
    """A number of 64 bits is not rounded; where there is no configuration there is NULL."""
    store.write([entry(Record("count", {}, {"ticks": 2**63 - 1}))])
    flat = ask(settings, "SELECT number, integer, configurations FROM flat_results")
    assert flat == [(float(2**63), 2**63 - 1, None)]


def test_queries_are_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The package has its queries with it; its command prints one, and lists them."""
    for arguments, printed in (
        (["drift_of_a_value"], query_text("drift_of_a_value")),
        ([], "\n".join([*query_names(), ""])),
    ):
        monkeypatch.setattr(sys, "argv", ["queries", *arguments])
        runpy.run_module("db_writer.queries", run_name="__main__")
        assert capsys.readouterr().out == printed
    with pytest.raises(KeyError):
        query_text("../service/schema")
