"""Asking: filters, the last ones, and as they come."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from db_writer import DbWriterClient, Record, RecordContext
from db_writer.service import pages
from db_writer.service.database import Database
from services.db_writer.tests.looking import DEADLINE, until
from services.db_writer.tests.support import handle_of
from session_sharing.errors import SharingError
from session_sharing.testing.hosting import LocalService

Connect = Callable[..., DbWriterClient]
Writer = LocalService[Database]
NOW = datetime(2026, 1, 2, tzinfo=timezone.utc)
END = "the stream ended"


class Follower:
    """Follows a query in a thread; what it sees, and how it ends, comes out of a queue."""

    def __init__(self, client: DbWriterClient, **query: Any) -> None:
        self._records = client.query(**query, follow=True)
        self._seen: queue.SimpleQueue[Any] = queue.SimpleQueue()
        threading.Thread(target=self._follow, name="follower", daemon=True).start()

    def _follow(self) -> None:
        try:
            for record in self._records:
                self._seen.put(record.measurement_name)
        except SharingError as error:
            self._seen.put(error)
        else:
            self._seen.put(END)

    def see(self) -> Any:
        """Return what comes next."""
        return self._seen.get(timeout=DEADLINE)


def measured(number: int) -> Record:
    """Return one of ten records that differ in everything that can be asked for."""
    context = RecordContext(
        serial_number=f"SN-{number % 2}",
        site=number % 3 - 1,
        pin=f"P{number % 4}",
        run=f"r{number}",
    )
    status = "failed" if number % 5 else "passed"
    time = NOW + timedelta(minutes=number)
    return Record(f"m{number % 2}", {}, {"number": number}, time, context, status)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, range(10)),
        ({"since": NOW + timedelta(minutes=4)}, range(4, 10)),
        ({"until": (NOW + timedelta(minutes=4)).astimezone(timezone.max)}, range(4)),
        ({"measurement_name": "m1"}, range(1, 10, 2)),
        ({"serial_number": "SN-0"}, range(0, 10, 2)),
        ({"run": "r7"}, [7]),
        ({"site": -1}, range(0, 10, 3)),
        ({"pin": "P3"}, [3, 7]),
        ({"status": "passed"}, [0, 5]),
        ({"last": 0}, []),
        ({"last": 3}, [7, 8, 9]),
        ({"last": 99}, range(10)),
        ({"last": 2**63}, range(10)),
        ({"last": 2**64 - 1, "status": "passed"}, [0, 5]),
        ({"serial_number": "SN-0", "last": 2}, [6, 8]),
        ({"measurement_name": "m1", "site": 0, "since": NOW + timedelta(minutes=2)}, [7]),
        ({"measurement_name": "m0", "serial_number": "SN-1"}, []),
        ({"serial_number": "' OR 1=1 --"}, []),
        ({"run": ""}, []),
    ],
    ids=str,
)
def test_filters(ten: DbWriterClient, query: dict[str, Any], expected: range) -> None:
    """Only records come that are as they have to be, in the order in which they were stored."""
    assert [record.outputs["number"] for record in ten.query(**query)] == list(expected)


@pytest.fixture(scope="module")
def ten(shared_client: DbWriterClient) -> DbWriterClient:
    """Return a client whose database holds ten records."""
    shared_client.log_many(map(measured, range(10)))
    return shared_client


def test_pages_are_one_stream(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit into a page follows in the next, and nothing is there twice."""
    monkeypatch.setattr(pages, "PAGE_BYTES", 500)
    client = connect()
    client.log_many(map(measured, range(10)))
    assert [record.outputs["number"] for record in client.read()] == list(range(10))
    assert [record.outputs["number"] for record in client.read(last=7)] == list(range(3, 10))


def test_followers_see_what_comes(connect: Connect, writer: Writer) -> None:
    """Who follows gets what is there, then what any client stores that the filter lets through."""
    client = connect()
    client.log("old", {}, {}, status="passed")
    following = Follower(client, status="passed", last=1)
    assert following.see() == "old"
    connect("?client=other").log_many(
        Record(name, {}, {}, status=status)
        for name, status in (("one", "passed"), ("two", "failed"), ("three", "passed"))
    )
    assert [following.see(), following.see()] == ["one", "three"]
    closing = writer.engine.force_close(client.public_id, "an operator")
    asyncio.run_coroutine_threadsafe(closing, writer.loop).result(DEADLINE)
    assert following.see() == END


def test_follower_holds_up_no_commit(connect: Connect, writer: Writer) -> None:
    """Records are acknowledged while other readers have all connections for reading."""
    client = connect()
    following = Follower(client)
    client.log("one", {}, {})
    assert following.see() == "one"
    handle = handle_of(writer)
    logging = threading.Thread(target=lambda: client.log("two", {}, {}), daemon=True)
    with ExitStack() as busy:
        for _ in range(handle.settings.pool_size):
            busy.enter_context(handle.store._reading.connect())
        logging.start()
        logging.join(DEADLINE)
        assert not logging.is_alive()
    assert following.see() == "two"


def test_follower_who_leaves_is_forgotten(connect: Connect, writer: Writer) -> None:
    """Who stops reading leaves nothing behind in the service."""
    client = connect()
    client.log("one", {}, {})
    records = client.read(follow=True)
    assert next(records).measurement_name == "one"
    handle = handle_of(writer)
    assert len(handle._followers) == 1
    records.close()  # type: ignore[attr-defined]
    until(lambda: handle._users == 1 and not len(handle._followers))


def test_reader_who_dawdles_holds_up_nobody(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More readers than there are connections stop half-way; others read, log and close."""
    monkeypatch.setattr(pages, "PAGE_BYTES", 1 << 16)
    client = connect()
    client.log_many(Record("big", {}, {"text": "x" * 50_000}) for _ in range(100))
    dawdling = [client.read() for _ in range(8)]
    assert all(next(records).measurement_name == "big" for records in dawdling)
    client.log("quick", {}, {})
    assert [record.measurement_name for record in client.read(last=1)] == ["quick"]
    client.detach()
    for records in dawdling:
        records.close()  # type: ignore[attr-defined]
