"""The store: records into a database and back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from db_writer.service.engine import make_engine
from db_writer.service.failures import RETRY_SECONDS, is_conflict, judge, no_unicode
from db_writer.service.inserting import make_insert
from db_writer.service.migrating import migrate, refuse_others_tables, require_tables
from db_writer.service.reading import Reader, stored_keys
from db_writer.service.record_filter import RecordFilter
from db_writer.service.record_rows import Entry, RecordRows, entries_to_rows, without
from db_writer.service.references import References
from db_writer.service.retrying import OutcomeLostError, retried
from db_writer.service.settings import DatabaseSettings
from db_writer.service.sqlite_file import SqliteFile
from db_writer.service.sqlite_insert import SqliteInsert
from session_sharing.errors import (
    OutcomeUnknownError,
    ResourceExhaustedError,
    ResourceReplacedError,
    SharingError,
)
from session_sharing.records import Record
from session_sharing.service import StoreError

__all__ = ["Counts", "Entry", "RecordFilter", "Store"]

_log = logging.getLogger(__name__)

T = TypeVar("T")

_CONFLICTS = 5
"""How often a conflict with what others do meanwhile is met by looking anew."""


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

    Args:
        settings: What to open.
        again: It was open before a restart of the service: nothing that is missing is made.

    Raises:
        SharingError: It cannot be reached or used, or its tables are of another program.
    """

    def __init__(self, settings: DatabaseSettings, *, again: bool = False) -> None:
        self.counts = Counts()
        self._settings = settings
        self._references = References()
        self._is_away = False
        self._writing = make_engine(settings, connections=1, writes=True)
        self._reading = make_engine(settings, connections=settings.pool_size, writes=False)
        self._reader = Reader(self._reading, settings)
        self._file: SqliteFile | None = None
        try:
            if settings.is_file:
                self._file = SqliteFile(Path(settings.url.database or ""), again=again)
                # The first who connects for writing changes the file.
                self._told(lambda: refuse_others_tables(self._reading, settings))
            if again:
                self._told(lambda: require_tables(self._reading, settings))
            self._told(lambda: migrate(self._writing, settings))
            self._insert = make_insert(settings, self._writing, self._references)
            if self._file is not None and isinstance(self._insert, SqliteInsert):
                self._file.remember_log(self._insert.save_log)
        except BaseException:
            self.close()
            raise

    def write(self, entries: Sequence[Entry]) -> None:
        """Store records in one transaction, all or none. Those that are stored already stay.

        After a lost connection it connects again and repeats the transaction, for as long as the
        settings say; while the database stays away later calls try once.

        Raises:
            StoreError: Nothing was stored; or whether it was is unknown, and it says so.
        """
        try:
            rows = entries_to_rows(entries, datetime.now(timezone.utc))
        except SharingError as error:
            raise StoreError(error) from error
        try:
            self._check_file(with_log=True)
            patience = 0.0 if self._is_away else self._settings.connect_timeout
            stored = retried(lambda: self._store(rows), self._settings, patience, writes=True)
            self._check_file(with_log=False)  # What is in the log is saved from it later, too.
        except DBAPIError as error:
            raise self._refusal(error) from error
        except OutcomeLostError as lost:
            raise self._unknown(self._refusal(lost.error)) from lost
        except UnicodeEncodeError as error:
            raise StoreError(no_unicode(error, self._settings)) from error
        self._is_away = False
        self.counts = Counts(self.counts.commits + bool(stored), self.counts.records + stored)

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

    def _store(self, rows: Sequence[RecordRows]) -> int:
        """Store what is not stored yet; return how many records that were."""
        for _ in range(_CONFLICTS):
            try:
                if rows:
                    self._insert(rows)
                return len(rows)
            except BaseException as error:
                self._references.forget()
                if not isinstance(error, DBAPIError) or not is_conflict(error):
                    raise
                conflict = error
            with self._writing.begin() as connection:
                rows = list(without(rows, stored_keys(connection, rows)))
        raise conflict

    def _refusal(self, error: DBAPIError) -> StoreError:
        failure = judge(error, self._settings)
        self._is_away = failure.passing
        return StoreError(failure.told, alone=failure.alone, broken=failure.broken)

    def _unknown(self, refusal: StoreError) -> StoreError:
        """Return what callers are told when the refusal does not mean that nothing was stored."""
        told = OutcomeUnknownError(
            f"The connection to the database {self._settings.shown} was lost before it said "
            f"whether the records are stored; look there. Trying again failed: {refusal}"
        )
        return StoreError(told, alone=False, broken=refusal.broken)

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
            raise no_unicode(error, self._settings) from error
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
        patience = self._settings.connect_timeout
        return self._told(lambda: retried(self._insert.newest, self._settings, patience))
