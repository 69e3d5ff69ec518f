"""What the tests of spools share: spools in a folder, entries, and a store that goes away."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from db_writer.service import record_refusals, refusals
from db_writer.service.failures import WriteError
from db_writer.service.record_rows import Entry
from db_writer.service.spool.spool_file import SpoolFile
from services.db_writer.tests.list_store import NOW, SETTINGS
from session_sharing.errors import OutcomeUnknownError
from session_sharing.records import Record

DEADLINE = 20.0
AWAY = refusals.away("nobody listens", SETTINGS)
BAD = "bad"
"""The name of records that `Station` refuses for good."""


def new_file(folder: Path) -> SpoolFile:
    """Make a spool in a folder, or open the one that is there."""
    return SpoolFile.make(folder / "spool" / "line-0.sqlite3", "line")


def entry(*names: str, first: int = 1, attachment: str = "a") -> Entry:
    """Return records of these names."""
    return Entry(attachment, first, [Record(name, {}, {}, NOW) for name in names])


def names(entries: Sequence[Entry]) -> list[str]:
    """Return the names of the records of entries."""
    return [record.measurement_name for entry in entries for record in entry.records]


class Database:
    """A database that knows each record by its number, as real ones do, and may be away."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, int], str] = {}
        self.failure: Exception | None = None
        self.lose_answer = False
        self.written = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()


class Station:
    """A store on a `Database`, as the delivery makes one whenever it tries."""

    def __init__(self, database: Database) -> None:
        self._database = database
        if database.failure is not None and not isinstance(database.failure, WriteError):
            raise database.failure

    def write(self, entries: Sequence[Entry]) -> None:
        """Store entries, all or none."""
        self._database.written.set()
        assert self._database.go_on.wait(DEADLINE)
        if isinstance(self._database.failure, WriteError):
            raise self._database.failure
        if BAD in names(entries):
            raise WriteError(record_refusals.against_a_rule("it is bad", SETTINGS))
        for one in entries:
            keyed = zip(one.numbers, one.records, strict=True)
            for number, record in keyed:
                self._database.rows.setdefault((one.attachment_id, number), record.measurement_name)
        if self._database.lose_answer:
            self._database.lose_answer = False
            raise WriteError(AWAY, OutcomeUnknownError("lost"))

    def first_refused(self, entry: Entry) -> int | None:
        """Return the number of the first record of a bad name."""
        named = zip(entry.numbers, names([entry]), strict=True)
        return next(number for number, name in named if name == BAD)

    def newest_written(self) -> int:
        """Return how many records there are."""
        return len(self._database.rows)

    def close(self) -> None:
        """Do nothing."""
