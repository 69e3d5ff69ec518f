"""A store that is a list, and databases over it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import datetime, timezone
from typing import Any

from sqlalchemy.engine import URL

from db_writer.service.database import Database, Query
from db_writer.service.settings import DatabaseSettings
from db_writer.service.store import Entry, RecordFilter
from session_sharing.errors import SharingError, UnavailableError
from session_sharing.records import Record

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
        self.connection_free = threading.Event()
        self.connection_free.set()
        self.asked_within = False
        self.failure: Exception | None = None
        self.away_for_questions = False
        self.closed = 0
        self.absence: SharingError | None = None

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
        """Return the highest number, for readers: when a connection of theirs is free."""
        assert self.connection_free.wait(DEADLINE)
        return max(self.rows, default=0)

    def newest_written(self) -> int:
        """Return the highest number; note whether a transaction was under way."""
        self.asked_within |= not self.go_on.is_set()
        if self.away_for_questions:
            raise UnavailableError("away", retry_delay=1.0)
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
