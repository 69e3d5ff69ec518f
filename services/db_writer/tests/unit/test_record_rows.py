"""Records as rows: numbered so that nothing is stored twice, and refused before a database does."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from db_writer.service.record_rows import MAX_NAME, Entry, Names, entries_to_rows, without
from session_sharing.errors import InvalidRequestError, ValueTypeError
from session_sharing.records import Limits, Record, RecordContext

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=timezone.utc)
PLAIN = Record("dc", {"range": 10}, {"voltage": 3.3})
LONG = "x" * (MAX_NAME + 1)


def test_a_record_becomes_rows() -> None:
    """A measurement has its context and status; its values their order, kind, unit and limits."""
    record = Record(
        "dc",
        {"range": 10},
        {"voltage": 3.3, "ok": True},
        datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))),
        RecordContext("SN", 1, "VCC", "step", "station", "me", "run", "program"),
        "passed",
        {"voltage": "V"},
        {"voltage": Limits(3.0, 3.6)},
    )
    (rows,) = entries_to_rows([Entry("a", 5, [record])], NOW)
    moment = datetime(2026, 1, 1, tzinfo=timezone.utc)
    assert rows.measurement == ("a", 5, moment, "dc", "passed", 1, "VCC", "step", "me")
    assert rows.names == Names("station", "program", "run", "SN")
    nothing = (None,) * 3
    assert rows.values == [
        (0, "configuration", "range", 10.0, 10, None, None, None, None, *nothing),
        (1, "output", "voltage", 3.3, None, None, None, None, None, "V", 3.0, 3.6),
        (2, "output", "ok", None, None, True, None, None, None, *nothing),
    ]


def test_records_without_a_time_have_the_services() -> None:
    """Each measurement has a time."""
    (rows,) = entries_to_rows([Entry("a", 1, [PLAIN])], NOW)
    assert rows.measurement[2] == NOW


def test_numbers_follow_the_first() -> None:
    """The records of a request are numbered from its first number on."""
    rows = entries_to_rows([Entry("a", 7, [PLAIN] * 3), Entry("b", 1, [PLAIN])], NOW)
    assert [row.key for row in rows] == [("a", 7), ("a", 8), ("a", 9), ("b", 1)]


def test_uncounted_records_are_never_the_same() -> None:
    """Who does not count gets a number for each record that no other one has, nor any client."""
    entries = [Entry("a", 0, [PLAIN] * 50) for _ in range(20)]
    keys = [row.key for row in entries_to_rows(entries, NOW)]
    assert len(set(keys)) == 1000
    assert all(-(2**63) <= number < 0 for _, number in keys)
    assert keys == [row.key for row in entries_to_rows(entries, NOW)], "tried again"


def test_numbers_beyond_64_bits_are_refused() -> None:
    """A number that no database holds is refused by name."""
    entries_to_rows([Entry("a", 2**63 - 1, [PLAIN])], NOW)
    with pytest.raises(InvalidRequestError, match="9223372036854775808"):
        entries_to_rows([Entry("a", 2**63 - 1, [PLAIN, PLAIN])], NOW)


@pytest.mark.parametrize(
    ("attachment", "record"),
    [
        ("a\0", PLAIN),
        ("a", Record("d\0c", {}, {})),
        ("a", Record("dc", {"a\0": 1}, {})),
        ("a", Record("dc", {}, {"a\0": 1})),
        ("a", Record("dc", {}, {}, status="\0")),
        ("a", Record("dc", {}, {"v": 1}, units={"v": "\0"})),
        ("a", Record("dc", {}, {}, context=RecordContext(pin="\0"))),
        ("a", Record("dc", {}, {}, context=RecordContext(serial_number="\0"))),
    ],
)
def test_nul_in_names_is_refused(attachment: str, record: Record) -> None:
    """What PostgreSQL has no place for is refused alike for all databases."""
    with pytest.raises(ValueTypeError, match="NUL"):
        entries_to_rows([Entry(attachment, 1, [record])], NOW)


@pytest.mark.parametrize(
    ("attachment", "record"),
    [
        (LONG, PLAIN),
        ("a", Record(LONG, {}, {})),
        *(
            ("a", Record("dc", {}, {}, context=RecordContext(**{field: LONG})))
            for field in ("serial_number", "station", "run", "program")
        ),
    ],
)
def test_long_names_are_refused(attachment: str, record: Record) -> None:
    """What PostgreSQL's indexes have no place for is refused alike for all databases."""
    with pytest.raises(ValueTypeError, match="501 characters"):
        entries_to_rows([Entry(attachment, 1, [record])], NOW)


def test_without_drops_what_is_stored_and_what_comes_twice() -> None:
    """Of each key one record is left, unless it is stored."""
    rows = entries_to_rows([Entry("a", 1, [PLAIN] * 3), Entry("a", 2, [PLAIN] * 3)], NOW)
    assert [row.key[1] for row in without(rows, {("a", 1), ("b", 2)})] == [2, 3, 4]
