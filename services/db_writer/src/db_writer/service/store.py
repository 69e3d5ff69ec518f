"""The store: records into a database and back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from db_writer.service.culprits import first_refused
from db_writer.service.engine import make_engine
from db_writer.service.failures import (
    RETRY_SECONDS,
    WriteError,
    judge,
    no_unicode,
    outcome_unknown,
)
from db_writer.service.inserting import InsertOnce, checked_rows, make_insert
from db_writer.service.migrating import migrate, refuse_others_tables, require_tables
from db_writer.service.reading import Reader
from db_writer.service.record_filter import RecordFilter
from db_writer.service.record_rows import Entry
from db_writer.service.references import References
from db_writer.service.retrying import OutcomeLostError, retried
from db_writer.service.settings import DatabaseSettings
from db_writer.service.sqlite_file import SqliteFile
from db_writer.service.sqlite_insert import SqliteInsert
from session_sharing.errors import ResourceExhaustedError, ResourceReplacedError, SharingError
from session_sharing.records import Record
from session_sharing.service import StoreError

__all__ = ["Counts", "Entry", "RecordFilter", "Store"]

_log = logging.getLogger(__name__)

T = TypeVar("T")

HASTE_SECONDS = 1.0
"""How long a store in haste tries again after a lost connection."""


@dataclass(frozen=True)
class Counts:
    """What was stored since the store was opened.

    Attributes:
        commits: How many transactions.
        records: How many records.
    """

    commits: int = 0
    records: int = 0


class Store:
    """One database with its tables.

    `write` is called by one thread at a time; it owns the cache of references, the counts and the
    knowledge of the file. Everything else may be called from any thread: reading has connections of
    its own, and never waits for the writer, nor the writer for readers.

    Attributes:
        counts: What was stored, for operators and tests.
        absence: Why the server was not reached when this was made; None if it was.

    Args:
        settings: What to open.
        again: It was open before a restart of the service: nothing that is missing is made.
        in_haste: Records need not wait for a server that is away, as they have another place: this
            is made without it as well, and a write tries for `HASTE_SECONDS` only.

    Raises:
        SharingError: It cannot be reached or used, or its tables are of another program.
    """

    def __init__(
        self, settings: DatabaseSettings, *, again: bool = False, in_haste: bool = False
    ) -> None:
        self.counts = Counts()
        self.absence: SharingError | None = None
        self._settings = settings
        self._is_away = False
        self._in_haste = in_haste
        self._writing = make_engine(settings, connections=1, writes=True, in_haste=in_haste)
        self._reading = make_engine(settings, connections=settings.pool_size, writes=False)
        self._reader = Reader(self._reading, settings)
        self._file: SqliteFile | None = None
        try:
            if settings.is_file:
                self._file = SqliteFile(Path(settings.url.database or ""), again=again)
                # The first who connects for writing changes the file.
                self._told(lambda: refuse_others_tables(self._reading, settings))
            self._told(lambda: self._prepare(again=again))
            references = References()
            self._insert = make_insert(settings, self._writing, references)
            self._insert_once = InsertOnce(self._insert, self._writing, references)
            if self._file is not None and isinstance(self._insert, SqliteInsert):
                self._file.remember_log(self._insert.save_log)
        except BaseException:
            self.close()
            raise

    def _prepare(self, *, again: bool) -> None:
        """See to the tables."""
        try:
            if again:
                require_tables(self._reading, self._settings)
            migrate(self._writing, self._settings)
        except DBAPIError as error:
            failure = judge(error, self._settings)
            if not (self._in_haste and failure.passing):
                raise
            self.absence = failure.told

    def write(self, entries: Sequence[Entry]) -> None:
        """Store records in one transaction, all or none. Those that are stored already stay.

        After a lost connection it connects again and repeats the transaction, for as long as the
        settings say; while the database stays away later calls try once.

        Raises:
            WriteError: Nothing was stored; or whether it was is unknown, and it says so.
            StoreError: Likewise, and the cause is the file.
        """
        rows = checked_rows(entries)
        try:
            self._check_file(with_log=True)
            patience = 0.0 if self._is_away else self._patience
            stored = retried(lambda: self._insert_once(rows), self._settings, patience, writes=True)
            self._check_file(with_log=False)  # What is in the log is saved from it later, too.
        except DBAPIError as error:
            raise self._noted(WriteError(judge(error, self._settings))) from error
        except OutcomeLostError as lost:
            raise self._noted(outcome_unknown(lost.error, self._settings)) from lost
        except UnicodeEncodeError as error:
            raise WriteError(no_unicode(error, self._settings)) from error
        self._is_away = False
        self.counts = Counts(self.counts.commits + bool(stored), self.counts.records + stored)

    def first_refused(self, entry: Entry) -> int | None:
        """Return the number of the first record for which an entry is refused, as `culprits` says.

        Called by the thread that writes, outside of `write`.
        """
        return first_refused(entry, self._insert_once.try_out, self._settings)

    def read(
        self,
        record_filter: RecordFilter,
        last: int | None = None,
        after: int = 0,
        until: int | None = None,
    ) -> Iterator[tuple[int, Record]]:
        """Yield records with their numbers, in the order in which they were stored.

        It reads page by page and holds nothing in between.

        Args:
            record_filter: What they have to be like.
            last: Only so many from the end; all if None.
            after: Only with a higher number.
            until: Only up to this number; None for what there is now.

        Raises:
            SharingError: The database is away, or cannot understand a text of the filter.
        """
        record_filter.check()
        end = self.newest() if until is None else until
        if last is not None:
            after = self._told(lambda: self._reader.start_of_last(record_filter, last, after, end))
        place: int | None = after
        while place is not None:
            page = self._told(partial(self._reader.page, record_filter, place, end))
            yield from page.records
            place = page.end

    def newest(self) -> int:
        """Return the number of the newest record; 0 if there is none.

        Raises:
            SharingError: The database is away.
        """
        return self._told(self._reader.newest)

    def close(self) -> None:
        """Let go of the database. Called when nothing is written any more."""
        try:
            if self._file is not None:
                self._file.check_log()
        except ResourceReplacedError as error:  # What was in it is saved, or lost for good.
            _log.error("%s", error.message)
        finally:
            self._writing.dispose()
            self._reading.dispose()

    @property
    def _patience(self) -> float:
        seconds = self._settings.connect_timeout
        return min(seconds, HASTE_SECONDS) if self._in_haste else seconds

    def _noted(self, error: WriteError) -> WriteError:
        """Remember whether the database is away; return the error as it is."""
        self._is_away = error.failure.passing
        return error

    def _check_file(self, *, with_log: bool) -> None:
        if self._file is None:
            return
        try:
            self._file.check()
            if with_log:
                self._file.check_log()
        except ResourceReplacedError as error:
            raise StoreError(error, alone=False, broken=True) from error

    def _told(self, work: Callable[[], T]) -> T:
        """Do something; errors of the database become those that callers know."""
        try:
            if self._file is not None:
                self._file.check()
            return work()
        except DBAPIError as error:
            raise judge(error, self._settings).told from error
        except UnicodeError as error:
            raise no_unicode(error, self._settings).told from error
        except NoConnectionError as error:
            raise ResourceExhaustedError(
                f"All {self._settings.pool_size} connections to the database "
                f"{self._settings.shown} are busy reading. Try again later, or raise pool_size.",
                retry_delay=RETRY_SECONDS,
            ) from error

    def newest_written(self) -> int:
        """Return the number of the newest record, by the connection that writes.

        It waits for no reader, and for no other writer. Called by the thread that writes, outside
        of `write`.

        Raises:
            SharingError: The database is away.
        """
        return self._told(lambda: retried(self._insert.newest, self._settings, self._patience))
