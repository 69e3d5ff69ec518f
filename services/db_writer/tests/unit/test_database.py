"""The handle of a database, over a store that is a list: groups, readers, and its end."""

from __future__ import annotations

import asyncio
import json
import threading
from itertools import chain
from pathlib import Path

import pytest

from db_writer.service import database as module
from db_writer.service import pages
from db_writer.service.database import Database, Query
from db_writer.service.spool import SPOOLED, Spool, SpoolFile
from db_writer.service.store import RecordFilter
from services.db_writer.tests.list_store import ALL, DEADLINE, SETTINGS, Stored, entry, names, run
from session_sharing.errors import InternalError, SharingError, UnavailableError
from session_sharing.service import StoreError


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> Stored:
    """Return the store of the database that is opened next."""
    store = Stored(SETTINGS)
    monkeypatch.setattr(module, "Store", lambda settings, **_: store)
    return store


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


def test_database_that_was_away_when_it_was_opened_is_not_tried(
    stored: Stored, tmp_path: Path
) -> None:
    """What is logged waits at once: to try the database is up to who delivers."""
    stored.absence = UnavailableError("It is away.", retry_delay=1.0)
    spool = Spool(SpoolFile.make(tmp_path / "spool" / "line-0.sqlite3", "line"), 1 << 20)

    async def work() -> None:
        database = Database(SETTINGS, spool=spool)
        assert await database.append(entry("a")) == SPOOLED
        told = database.backlog()
        assert told is not None
        assert (told.waiting_records, told.reason) == (1, "It is away.")
        await asyncio.to_thread(database.close)

    asyncio.run(work())
    spool.file.close()
    assert stored.groups == []


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
    stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where opening fails half-way nothing is left open."""
    monkeypatch.setattr(threading.Thread, "start", _no_thread)
    with pytest.raises(SharingError, match="thread"):
        Database(SETTINGS)
    assert stored.closed == 1


def test_reader_lets_go_when_no_thread_is_left(
    stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader who ends when no thread can be started lets go of the store nevertheless."""

    async def work() -> None:
        database = Database(SETTINGS)
        await database.append(entry("a"))
        reader = database.read(ALL)
        assert names(await anext(reader)) == ["a"]
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", _no_thread)
            await reader.aclose()
        assert stored.closed == 0
        database.close()
        assert stored.closed == 1

    asyncio.run(work())


def _no_thread(self: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")
