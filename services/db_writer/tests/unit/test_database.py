"""The handle of a database, over a store that is a list: groups, readers, and its end."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import datetime, timezone
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import URL

from db_writer.service import database as module
from db_writer.service import pages
from db_writer.service.database import Database, Query
from db_writer.service.settings import DatabaseSettings
from db_writer.service.store import Entry, RecordFilter
from services.db_writer.tests.looking import until as until_true
from session_sharing.errors import InternalError, SharingError, UnavailableError
from session_sharing.records import Record
from session_sharing.service import StoreError

NOW = datetime(2026, 1, 2, tzinfo=timezone.utc)
ALL = Query(RecordFilter(), None)
SETTINGS = DatabaseSettings("line", URL.create("sqlite"), "line", 1.0, 1, {})
DEADLINE = 20.0


class Stored:
    """A store whose records are a list; `others` leave gaps and come in later, as stations do."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self.rows: dict[int, Record] = {}
        self.groups: list[int] = []
        self.next_id = 1
        self.go_on = threading.Event()
        self.go_on.set()
        self.in_transaction = threading.Event()
        self.asked_within = False
        self.failure: Exception | None = None
        self.closed = 0

    def write(self, entries: Sequence[Entry]) -> None:
        """Store a group: it has its numbers before it is committed."""
        records = [record for entry in entries for record in entry.records]
        first, self.next_id = self.next_id, self.next_id + len(records)
        self.in_transaction.set()
        assert self.go_on.wait(DEADLINE)
        if self.failure is not None:
            raise self.failure
        self.rows |= dict(enumerate(records, first))
        self.groups.append(len(entries))

    def store_elsewhere(self, name: str) -> None:
        """Store a record as another station does."""
        self.rows[self.next_id] = record(name)
        self.next_id += 1

    def newest(self) -> int:
        """Return the highest number; note whether a transaction was under way."""
        self.asked_within |= not self.go_on.is_set()
        if isinstance(self.failure, SharingError):
            raise self.failure
        return max(self.rows, default=0)

    def read(
        self, wanted: RecordFilter, last: int | None, after: int, until: int
    ) -> Iterator[tuple[int, Record]]:
        """Yield what lies between."""
        found = [place for place in sorted(self.rows) if after < place <= until]
        for place in found if last is None else found[max(0, len(found) - last) :]:
            yield place, self.rows[place]

    def close(self) -> None:
        """Count how often it is closed."""
        self.closed += 1


def record(name: str) -> Record:
    """Return a record of this name."""
    return Record(name, {}, {}, NOW)


def entry(*names: str) -> Entry:
    """Return an entry with records of these names."""
    return Entry("a", 0, [record(name) for name in names])


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> Stored:
    """Return the store of the database that is opened next."""
    store = Stored(SETTINGS)
    monkeypatch.setattr(module, "Store", lambda settings: store)
    return store


def run(work: Callable[[Database], Coroutine[Any, Any, Any]]) -> Any:
    """Open a database, do something with it, and close it."""

    async def opened() -> Any:
        database = Database(SETTINGS)
        try:
            return await asyncio.wait_for(work(database), DEADLINE)
        finally:
            await asyncio.to_thread(database.close)

    return asyncio.run(opened())


def names(lines: bytes) -> list[str]:
    """Return the measurement names of lines."""
    return [json.loads(line)["measurement_name"] for line in lines.splitlines()]


async def read(database: Database, query: Query = ALL) -> list[list[str]]:
    """Return the names that are read, by chunks."""
    return [names(lines) async for lines in database.read(query)]


def test_those_who_come_meanwhile_are_stored_together(stored: Stored) -> None:
    """While one transaction runs, the others gather for the next: one commit for all of them."""

    async def work(database: Database) -> None:
        stored.go_on.clear()
        first = asyncio.ensure_future(database.append(entry("0")))
        assert await asyncio.to_thread(stored.in_transaction.wait, DEADLINE)
        rest = [asyncio.ensure_future(database.append(entry(str(n)))) for n in range(1, 8)]
        await asyncio.sleep(0)
        stored.go_on.set()
        await asyncio.gather(first, *rest)
        assert await read(database) == [[str(number) for number in range(8)]]

    run(work)
    assert stored.groups == [1, 7]


def test_refusal_of_the_store_reaches_the_caller(stored: Stored) -> None:
    """What the store says of a transaction that failed is what its callers are told."""

    async def work(database: Database) -> None:
        stored.failure = StoreError(UnavailableError("away", retry_delay=1.0), alone=False)
        with pytest.raises(UnavailableError, match="away"):
            await database.append(entry("a"))
        stored.failure = None
        await database.append(entry("b"))

    run(work)
    assert stored.groups == [1]


def test_defect_is_told_and_hangs_nobody(stored: Stored) -> None:
    """A defect of the store is told to its callers, also when the session closes."""

    async def work(database: Database) -> None:
        stored.failure = ZeroDivisionError("secret detail")
        with pytest.raises(InternalError, match="ZeroDivisionError") as caught:
            await database.append(entry("a"))
        assert "secret detail" not in caught.value.message

    with pytest.raises(InternalError):
        run(work)
    assert stored.closed == 1


def test_pages_end_with_the_record_that_fills_them(
    stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chunks are bounded by size, and together they are what was asked for, also the last ones."""
    size = len(json.dumps({"x": 1})) + 200
    monkeypatch.setattr(pages, "PAGE_BYTES", size)

    async def work(database: Database) -> None:
        await database.append(entry(*"abcdefg"))
        chunks = await read(database)
        assert [*chain(*chunks)] == list("abcdefg")
        assert len(chunks) > 2
        assert [*chain(*await read(database, Query(RecordFilter(), 4)))] == list("defg")
        assert await read(database, Query(RecordFilter(), 0)) == []

    run(work)


def test_followers_get_what_is_stored_later(stored: Stored) -> None:
    """A follower gets what is there and what comes, until the end, and leaves nothing behind."""

    async def work(database: Database) -> None:
        await database.append(entry("a", "b"))
        until = asyncio.Event()
        follower = database.read(Query(RecordFilter(), 1), until=until)
        assert names(await anext(follower)) == ["b"]
        await database.append(entry("c"))
        assert names(await anext(follower)) == ["c"]
        await database.append(entry("d"))
        until.set()
        assert [names(lines) async for lines in follower] == [["d"]]
        assert len(database._followers) == 0

    run(work)


def test_followers_miss_nothing_where_others_store_too(stored: Stored) -> None:
    """A record that is numbered before one of another station, but committed later, is not lost."""

    async def work(database: Database) -> None:
        stored.go_on.clear()
        stored.in_transaction.clear()
        storing = asyncio.ensure_future(database.append(entry("ours")))
        assert await asyncio.to_thread(stored.in_transaction.wait, DEADLINE)
        stored.store_elsewhere("theirs")
        until = asyncio.Event()
        follower = database.read(ALL, until=until)
        first = asyncio.ensure_future(anext(follower))
        await asyncio.to_thread(
            until_true, lambda: stored.asked_within or not database._writer._queue.empty()
        )
        assert not stored.asked_within  # Else "theirs" would count as read, and "ours" with it.
        stored.go_on.set()
        await storing
        found = names(await first)
        until.set()
        assert found + [name async for lines in follower for name in names(lines)] == [
            "ours",
            "theirs",
        ]

    run(work)


def test_readers_read_on_after_the_closing(stored: Stored) -> None:
    """A reader who dawdles reads to the end when the session has closed; then the store closes."""

    async def work() -> None:
        database = Database(SETTINGS)
        await database.append(entry("a"))
        reader = database.read(ALL)
        follower = database.read(ALL, until=asyncio.Event())
        assert names(await anext(reader)) == names(await anext(follower)) == ["a"]
        await asyncio.to_thread(database.close)
        assert stored.closed == 0
        await follower.aclose()
        assert [lines async for lines in reader] == []
        assert stored.closed == 1

    asyncio.run(work())


def test_store_is_closed_when_no_thread_is_left(
    stored: Stored, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where opening fails half-way nothing is left open."""
    monkeypatch.setattr(threading.Thread, "start", _no_thread)
    with pytest.raises(SharingError, match="thread"):
        Database(SETTINGS)
    assert stored.closed == 1


def _no_thread(self: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")
