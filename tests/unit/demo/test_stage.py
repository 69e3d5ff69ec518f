"""What is shown of all scenes: the summary, and lines of the log, as wide as the terminal."""

from __future__ import annotations

import pytest

from demo.show.stage import Stage, excerpt, summary
from demo.told.performance import Performance
from session_sharing import Behavior, Record, RecordContext
from tests.unit.demo.story import START, C, V, records_of

ROWS = [
    (f"{behavior:d} {behavior.name}", "database", "12", "10", "1348 ms", "129", "right")
    for behavior in Behavior
]
RECORD = Record(
    "supply current",
    {},
    {"index": 3, "current": 0.10240485465112},
    START,
    RecordContext(serial_number="SN-0119", station="floor 2", program="supply_current"),
    "passed",
    {"current": "A"},
)


def shown(capsys, monkeypatch, columns: int) -> list[str]:
    """Return the lines of summary and records on a terminal of so many columns."""
    monkeypatch.setenv("COLUMNS", str(columns))
    stage = Stage()
    stage.show_legend()
    stage.show_summary(ROWS)
    stage.show_records([RECORD], "here")
    stage.say_that_nothing_is_kept()
    return capsys.readouterr().out.splitlines()


def test_summary_tells_what_was_shared(good: Performance) -> None:
    """A row of the summary counts runs, openings, the time together, and records."""
    numbers = ("0 AUTO", "aliases", "2", "1", "10 ms", "4")
    assert summary(good, []) == (*numbers, "right")
    assert summary(good, ["a fault"]) == (*numbers, "WRONG")


def test_behaviors_are_whole_on_usual_terminals(capsys, monkeypatch) -> None:
    """80 columns are enough for the longest name, its number, and all that was counted."""
    lines = shown(capsys, monkeypatch, 80)
    assert max(map(len, lines)) < 80
    row = "3 INITIALIZE_SESSION_THEN_DETACH  database  12    10     1348 ms  129    right"
    assert row in lines


@pytest.mark.parametrize("columns", [79, 70, 60])
def test_narrow_terminals_get_shorter_names(capsys, monkeypatch, columns: int) -> None:
    """Where a name does not fit it is cut, visibly, and its number stays; no line is full."""
    lines = shown(capsys, monkeypatch, columns)
    assert max(map(len, lines)) < columns
    (cut,) = (line for line in lines if line.startswith("3 "))
    assert ".." in cut
    assert cut.endswith("  database  12    10     1348 ms  129    right")


def test_what_was_measured_comes_first(capsys, monkeypatch) -> None:
    """Of a record the value is seen on the narrowest terminal too, whatever else is not."""
    line = "00:00:00.000  supply current  SN-0119  current 0.102405 A, index 3, passed"
    assert line in shown(capsys, monkeypatch, 80)
    assert line[:59] in shown(capsys, monkeypatch, 60)


def test_where_records_come_from_is_told(capsys, monkeypatch) -> None:
    """Station and program of the records are told in a sentence, as the lines have no room."""
    told = " ".join(shown(capsys, monkeypatch, 80))
    assert "station, floor 2, and its program, supply_current" in told


def test_excerpt_shows_both_writers() -> None:
    """Of the log those lines are shown where one writer follows the other."""
    records = [*records_of(V, "SN-1", 9), *records_of(C, "SN-2", 9)]
    assert excerpt(records) == records[6:12]
    assert excerpt(records[:3]) == records[:3]
    assert excerpt([]) == []
