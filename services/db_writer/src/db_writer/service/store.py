"""The store: records into a database and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from db_writer.service.engine import make_engine
from db_writer.service.failures import RETRY_SECONDS, is_conflict, judge
from db_writer.service.migrating import migrate, refuse_others_tables
from db_writer.service.reading import Reader
from db_writer.service.record_filter import RecordFilter
from db_writer.service.record_rows import Entry, RecordRows, entries_to_rows, without
from db_writer.service.references import References
from db_writer.service.retrying import OutcomeLostError, retried
from db_writer.service.schema import measurements
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

    Raises:
        SharingError: It cannot be reached or used, or its tables are of another program.
    """

    def __init__(self, settings: DatabaseSettings) -> None:
        self.counts = Counts()
        self._settings = settings
        self._references = References()
        self._is_away = False
        self._writing = make_engine(settings, connections=2, writes=True)
        self._reading = make_engine(settings, connections=settings.pool_size, writes=False)
        self._reader = Reader(self._reading, settings)
        try:
            self._file = SqliteFile(Path(settings.url.database or "")) if settings.is_file else None
            if settings.is_file:  # The first who connects for writing changes the file.
                self._told(lambda: refuse_others_tables(self._reading, settings))
            self._told(lambda: migrate(self._writing, settings))
        except BaseException:
            self.close()
            raise
        self._insert = _insert(settings, self._writing, self._references)

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
            self._check_file()
            patience = 0.0 if self._is_away else self._settings.connect_timeout
            stored = retried(lambda: self._store(rows), self._settings, patience, writes=True)
            self._check_file()
        except DBAPIError as error:
            raise self._refusal(error) from error
        except OutcomeLostError as lost:
            raise self._unknown(self._refusal(lost.error)) from lost
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
        """Let go of the database."""
        self._writing.dispose()
        self._reading.dispose()

    def _store(self, rows: Sequence[RecordRows]) -> int:
        """Store what is not stored yet; return how many records that were."""
        for _ in range(_CONFLICTS):
            try:
                if rows:
                    self._insert(rows)
                return len(rows)
            except DBAPIError as error:
                self._references.forget()
                if not is_conflict(error):
                    raise
                conflict = error
            rows = list(without(rows, self._stored(rows)))
        raise conflict

    def _stored(self, rows: Sequence[RecordRows]) -> set[tuple[str, int]]:
        """Return the keys of those rows that are stored already."""
        numbers: dict[str, list[int]] = {}
        for attachment_id, number in (row.key for row in rows):
            numbers.setdefault(attachment_id, []).append(number)
        with self._writing.begin() as connection:
            return {
                (attachment_id, number)
                for attachment_id, some in numbers.items()
                for number in connection.scalars(
                    select(measurements.c.record_number).where(
                        measurements.c.attachment_id == attachment_id,
                        measurements.c.record_number.between(min(some), max(some)),
                    )
                )
            }

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

    def _check_file(self) -> None:
        if self._file is None:
            return
        try:
            self._file.check()
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
        except NoConnectionError as error:
            raise ResourceExhaustedError(
                f"All {self._settings.pool_size} connections to the database "
                f"{self._settings.shown} are busy reading. Try again later, or raise pool_size.",
                retry_delay=RETRY_SECONDS,
            ) from error

    def newest_written(self) -> int:
        """Return the number of the newest record, by the connection that writes.

        It waits for no reader. Called by the thread that writes, outside of `write`.

        Raises:
            SharingError: The database is away.
        """
        return self._told(Reader(self._writing, self._settings).newest)


def _insert(
    settings: DatabaseSettings, engine: Engine, references: References
) -> Callable[[Sequence[RecordRows]], None]:
    if settings.is_file:
        return SqliteInsert(engine, references)
    from db_writer.service.postgresql_insert import (  # noqa: PLC0415 - needs an optional package
        PostgresqlInsert,
    )

    return PostgresqlInsert(engine, references)
