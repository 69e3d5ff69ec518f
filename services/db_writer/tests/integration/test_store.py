"""The store on both databases: what goes in comes out, once, all or none."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Connection, Row

from db_writer.service import reading
from db_writer.service.record_rows import MAX_NAME
from db_writer.service.settings import DatabaseSettings
from db_writer.service.store import RecordFilter, Store
from services.db_writer.tests.looking import ask, entry, named, names, stored
from session_sharing.errors import ValueTypeError
from session_sharing.records import Record, RecordContext
from session_sharing.service import StoreError

BOBBY = "Robert'); DROP TABLE measurements;-- \\ \" %s %(a)s :a ? {0} \t\r\n é 漢 😀"


def test_an_array_of_a_million_numbers(store: Store) -> None:
    """A long waveform comes back, number for number, and so do neighbours of it."""
    wave = [random.uniform(-1, 1) for _ in range(1_000_000)]
    store.write([entry(Record("wave", {}, {"wave": wave}), *named("next"))])
    first, second = stored(store)
    assert first.outputs == {"wave": wave}
    assert second.measurement_name == "next"


def test_statements_in_texts_are_texts(store: Store, settings: DatabaseSettings) -> None:
    """SQL in any text is stored as text, found by filters, and shown in the flat view."""
    context = RecordContext(
        **dict.fromkeys(
            ("serial_number", "pin", "step", "station", "operator", "run", "program"), BOBBY
        )
    )
    record = Record(BOBBY, {BOBBY: BOBBY}, {BOBBY: BOBBY, "l": [BOBBY]}, context=context)
    store.write([entry(record, attachment=BOBBY)])
    (back,) = stored(store, measurement_name=BOBBY, serial_number=BOBBY, run=BOBBY, pin=BOBBY)
    assert (back.configurations, back.outputs, back.context) == (
        *({BOBBY: BOBBY}, {BOBBY: BOBBY, "l": [BOBBY]}),
        context,
    )
    assert ask(settings, "SELECT text FROM flat_results WHERE position = 1") == [(BOBBY,)]


def test_first_refused_record_is_found(store: Store, settings: DatabaseSettings) -> None:
    """Of what was refused together the first record that is to blame is known; none is stored."""
    ask(settings, "CREATE UNIQUE INDEX one ON measurements (name)")
    store.write([entry(*named("bad"))])
    records = [Record(name, {}, {}, context=RecordContext(run=name)) for name in ("a", "b", "c")]
    refused = entry(*records, *named("bad", "d", "bad"), first=7, attachment="group")
    with pytest.raises(StoreError, match="The constraint"):
        store.write([refused])
    assert store.first_refused(refused) == 10
    assert store.first_refused(entry(*records, first=7, attachment="group")) is None
    assert names(store) == ["bad"]
    other = Record("other", {}, {}, context=RecordContext(run="other"))
    store.write([entry(other)])  # It may get a number that a name had which was taken back.
    store.write([entry(*records, first=7, attachment="group")])
    assert [record.measurement_name for record in stored(store, run="a")] == ["a"]


def test_what_is_stored_already_is_skipped(store: Store, settings: DatabaseSettings) -> None:
    """A record that comes again by its number, in one call or in the next, is there once."""
    store.write([entry(*named("1", "2"), attachment="a")])
    store.write([entry(*named("1", "2", "3"), attachment="a"), entry(*named("b"), attachment="b")])
    store.write([entry(*named("4"), first=4, attachment="a")] * 3)
    assert names(store) == ["1", "2", "3", "b", "4"]
    assert (store.counts.commits, store.counts.records) == (3, 5)
    assert ask(settings, "SELECT count(*) FROM measurements") == [(5,)]


@pytest.mark.parametrize("count", [2, 40])
def test_a_repetition_after_the_names_were_deleted(
    store: Store, settings: DatabaseSettings, count: int
) -> None:
    """Others may delete a run with all its measurements; what comes next makes it anew."""
    record = Record("dc", {}, {"v": 1}, context=RecordContext(run="r", serial_number="s"))
    store.write([entry(record)])
    for table in ("measurements", "runs", "units_under_test"):
        ask(settings, f"DELETE FROM {table}")
    assert ask(settings, "SELECT count(*) FROM measurement_values") == [(0,)]
    store.write([entry(*[record] * count)])
    assert [one.context for one in stored(store)] == [record.context] * count


def test_names_that_were_deleted_are_not_mixed_up(store: Store, settings: DatabaseSettings) -> None:
    """The number of a unit that was deleted never comes again, though a service knows it."""
    first, second = (Record("dc", {}, {}, context=RecordContext(name)) for name in ("S1", "S2"))
    store.write([entry(first)])
    for table in ("measurements", "units_under_test"):
        ask(settings, f"DELETE FROM {table}")
    for record in (second, first):
        store.write([entry(record)])
    assert [one.context for one in stored(store)] == [second.context, first.context]


def test_the_longest_names(store: Store) -> None:
    """What is not refused as too long has a place in each index."""
    letters = [chr(random.randrange(0x20000, 0x2A000)) for _ in range(MAX_NAME)]
    name = "".join(letters)
    context = RecordContext(name, station=name, run=name, program=name)
    store.write([entry(Record(name, {}, {}, context=context), attachment=name)])
    assert [one.context for one in stored(store)] == [context]


def test_a_page_is_of_one_moment(
    store: Store, settings: DatabaseSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A measurement that is deleted while it is read is read whole."""
    fitting = reading._fitting

    def delete_meanwhile(connection: Connection, rows: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
        ask(settings, "DELETE FROM measurements")
        return fitting(connection, rows)

    store.write([entry(Record("dc", {}, {"v": 1}))])
    monkeypatch.setattr(reading, "_fitting", delete_meanwhile)
    assert [record.outputs for record in stored(store)] == [{"v": 1}]


def test_more_units_than_are_remembered(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered of names is bounded; what was forgotten is looked up."""
    monkeypatch.setattr("db_writer.service.references.MAX_CACHED", 2)
    units = [Record("dc", {}, {}, context=RecordContext(str(number))) for number in range(5)]
    for _ in range(2):
        store.write([entry(*units)])
        assert [len(known) for known in store._insert_once._references._known] == [0, 0, 0, 2]
    serials = [record.context and record.context.serial_number for record in stored(store)]
    assert serials == [*"01234"] * 2


def test_uncounted_records_are_all_stored(store: Store) -> None:
    """Who does not count has everything stored."""
    for _ in range(2):
        store.write([entry(*named("x", "y"), first=0, attachment="a")])
    assert names(store) == ["x", "y"] * 2


def test_all_or_none(store: Store) -> None:
    """One record that has no place keeps all out that came with it, and only them."""
    with pytest.raises(StoreError) as caught:
        store.write([entry(*named("good")), entry(*named("good", "bad\0"))])
    assert isinstance(caught.value.told, ValueTypeError)
    assert caught.value.alone
    assert not caught.value.broken
    store.write([entry(*named("next"))])
    assert names(store) == ["next"]


def test_filters(store: Store) -> None:
    """Each filter lets through what it names; time is from, inclusive, to, exclusive."""
    start = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
    hour = timedelta(hours=1)
    store.write(
        [
            entry(
                Record("a", {}, {}, start, RecordContext("S1", 0, "VCC", run="r1"), "passed"),
                Record("b", {}, {}, start + hour, RecordContext("S2", -1, "GND", run="r2")),
                Record("c", {}, {}, start + 2 * hour, None, "failed"),
            )
        ]
    )
    east = timezone(timedelta(hours=5))
    assert names(store, since=(start + hour).astimezone(east)) == ["b", "c"]
    assert names(store, until=start + 2 * hour) == ["a", "b"]
    assert names(store, since=start + hour, until=start + hour) == []
    assert names(store, measurement_name="b") == ["b"]
    assert names(store, serial_number="S1") == ["a"]
    assert names(store, run="r2") == ["b"]
    assert names(store, site=0) == ["a"]
    assert names(store, site=-1, pin="GND") == ["b"]
    assert names(store, status="failed") == ["c"]
    assert names(store, serial_number="S1", run="r2") == []


def test_places_in_the_order_of_storing(store: Store) -> None:
    """Reading starts and ends anywhere; `last` counts what the filter lets through."""
    store.write([entry(*named(*"abab"))])
    everything = list(store.read(RecordFilter()))
    numbers = [number for number, _ in everything]
    assert numbers == sorted(numbers)
    assert store.newest() == numbers[-1]

    def found(last: int | None = None, *, after: int = 0, until: int | None = None) -> str:
        wanted = RecordFilter(measurement_name="a")
        read = store.read(wanted, last, after, until)
        return "".join(str(numbers.index(number)) for number, _ in read)

    assert [found(), found(0), found(1), found(2), found(9)] == ["02", "", "2", "02", "02"]
    assert [found(after=numbers[0]), found(until=numbers[1])] == ["2", "0"]
    assert found(1, until=numbers[1]) == "0"


def test_pages(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many records, or few long ones, are read in parts, and nothing is lost between them."""
    monkeypatch.setattr("db_writer.service.reading.PAGE_RECORDS", 3)
    monkeypatch.setattr("db_writer.service.reading.PAGE_CHARACTERS", 100)
    long = [Record("long", {}, {"a": [0.5] * 30, "t": "x" * 20}) for _ in range(3)]
    store.write([entry(*named(*"abcdef"), *long, *named("g"))])
    numbers = [number for number, _ in store.read(RecordFilter())]
    assert names(store) == [*"abcdef", *["long"] * 3, "g"]
    assert names(store, measurement_name="long") == ["long"] * 3
    pages = [store._reader.page(RecordFilter(), after, store.newest()) for after in (0, numbers[5])]
    assert [len(page.records) for page in pages] == [3, 1]


def test_averages_need_no_json(store: Store, settings: DatabaseSettings) -> None:
    """SQL averages numbers, whole ones too, and passes over NaN."""
    values = [1, 2.5, float("nan"), float("inf"), None, "text", [1]]
    store.write([entry(*(Record("dc", {}, {"v": value}) for value in values))])
    found = ask(settings, "SELECT avg(number_value), count(number_value) FROM measurement_values")
    assert found == [(1.75, 2)]
    texts = ask(settings, "SELECT number, text FROM flat_results ORDER BY measurement_id")
    assert texts == [
        *((1.0, None), (2.5, None), (None, "NaN"), (None, "Infinity"), (None, None)),
        *((None, "text"), (None, "[1]")),
    ]
