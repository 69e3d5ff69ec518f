"""Those who follow a database: what they get, what they are told, and whom they hold up."""

from __future__ import annotations

import asyncio

import pytest

from db_writer.service import database as module
from db_writer.service.database import Database, Query
from db_writer.service.store import RecordFilter
from services.db_writer.tests.list_store import ALL, DEADLINE, SETTINGS, Stored, entry, names, run
from services.db_writer.tests.looking import until as until_true
from session_sharing.errors import UnavailableError


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> Stored:
    """Return the store of the database that is opened next."""
    store = Stored(SETTINGS)
    monkeypatch.setattr(module, "Store", lambda settings, **_: store)
    return store


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
            until_true, lambda: stored.asked_within or database._writer._waiting
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


def test_followers_hold_up_no_commit(stored: Stored) -> None:
    """While readers have all their connections, commits are answered and followers told."""

    async def work(database: Database) -> None:
        until = asyncio.Event()
        follower = database.read(ALL, until=until)
        stored.connection_free.clear()
        await database.append(entry("a"))
        assert names(await anext(follower)) == ["a"]
        await database.append(entry("b"))
        assert names(await anext(follower)) == ["b"]
        stored.connection_free.set()
        await follower.aclose()

    run(work)


def test_following_cannot_begin_while_the_database_is_away(stored: Stored) -> None:
    """Who begins to follow then is told so; who tries again later gets what was asked for."""

    async def work(database: Database) -> None:
        await database.append(entry("a", "b"))
        stored.away_for_questions = True
        followers = [database.read(Query(RecordFilter(), 1), until=asyncio.Event()) for _ in "12"]
        told = await asyncio.gather(*map(anext, followers), return_exceptions=True)
        assert [type(error) for error in told] == [UnavailableError, UnavailableError]
        assert told[0] is not told[1]
        assert len(database._followers) == 0
        stored.away_for_questions = False
        again = database.read(Query(RecordFilter(), 1), until=asyncio.Event())
        assert names(await anext(again)) == ["b"]
        await again.aclose()

    run(work)


def test_commit_counts_though_followers_cannot_be_told(stored: Stored) -> None:
    """What was stored is acknowledged, when the question after it fails; the next commit tells."""

    async def work(database: Database) -> None:
        until = asyncio.Event()
        follower = database.read(ALL, until=until)
        await database.append(entry("a"))
        assert names(await anext(follower)) == ["a"]
        stored.away_for_questions = True
        await database.append(entry("b"))
        stored.away_for_questions = False
        await database.append(entry("c"))
        assert names(await anext(follower)) == ["b", "c"]
        await follower.aclose()

    run(work)
