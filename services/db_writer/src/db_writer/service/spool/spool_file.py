"""The file of a spool: opened, checked, changed in transactions, and kept small."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from db_writer.service import refusals
from db_writer.service.engine import make_engine
from db_writer.service.failures import WriteError, judge
from db_writer.service.held_connection import driver_cursor
from db_writer.service.spool.identity import (
    check,
    make_tables,
    remember,
    spool_settings,
    unusable,
)
from db_writer.service.spool.refused import (
    Refusal,
    RefusedRecord,
    add_refused,
    amount_refused,
    each_refused,
    is_wanted_again,
    put_back,
    want_again,
)
from db_writer.service.spool.reserve import Reserve
from db_writer.service.spool.waiting import (
    Amount,
    Batch,
    Content,
    Encoded,
    WaitingRecord,
    add,
    amount,
    oldest,
    remove,
    since,
    waiting_after,
)
from db_writer.service.sqlite_file import SqliteFile, make_file
from session_sharing.errors import (
    PreconditionError,
    ResourceExhaustedError,
    ResourceReplacedError,
    SharingError,
)
from session_sharing.service import explain, private_folder
from session_sharing.service.files import SYSTEM_FILES
from session_sharing.utc import utc_now

T = TypeVar("T")

TRIM_BYTES = 1024 * 1024
"""From so much that is free within the file on it is made smaller."""


class SpoolFile:
    """An open spool. May be used by several threads, each transaction by one.

    What was put is on disk: SQLite syncs each transaction.

    Args:
        path: Where it is; it is there.

    Attributes:
        path: As above.
        resource: The name of its database in the configuration.

    Raises:
        SharingError: It is no spool, or cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._settings = spool_settings(path)
        self._file = SqliteFile(path, again=True)
        self._reserve = Reserve(path)
        self._unreadable: set[int] = set()
        self._writing = make_engine(self._settings, connections=2, writes=True)
        self._reading = make_engine(self._settings, connections=2, writes=False)
        try:
            self.resource = self._judged(self._writing, check)
            self._file.remember_log(self._save_log)
            self._reserve.hold()
        except WriteError as error:
            self.close()
            raise unusable(path, error.told) from error
        except SharingError:
            self.close()
            raise

    @staticmethod
    def make(path: Path, resource: str) -> SpoolFile:
        """Make a spool, for the service's user alone, if there is none; open it.

        Raises:
            SharingError: It cannot be made.
        """
        try:
            make_file(private_folder(path.parent) / path.name)
            SYSTEM_FILES.sync_folder(path.parent.parent)  # SQLite does so for its own folder only.
        except OSError as error:
            raise explain(error, f"make the spool {str(path)!r}") from error
        settings = spool_settings(path)
        engine = make_engine(settings, connections=1, writes=True)
        try:
            with engine.begin() as connection:
                make_tables(connection, resource)
        except DBAPIError as error:
            raise judge(error, settings).told from error
        finally:
            engine.dispose()
        return SpoolFile(path)

    def put(self, entries: Iterable[Encoded]) -> Amount:
        """Add entries behind all that waits; return how much of them did not wait already.

        Raises:
            WriteError: Nothing was added.
        """
        self._require_file()
        return self._judged(self._writing, lambda connection: add(connection, entries, utc_now()))

    def oldest(self) -> Batch | None:
        """Return what waits longest and can be read; None if nothing is.

        Raises:
            WriteError: The file cannot be read.
            PreconditionError: All that waits is nothing that this service put there.
        """
        batch = self._judged(self._reading, lambda one: oldest(one, self._unreadable))
        if batch is None and self._unreadable:
            raise PreconditionError(
                f"{len(self._unreadable)} entries of the spool {self.path} cannot be read, as "
                "somebody changed the file. All others are delivered; these stay until the file is "
                "moved away."
            )
        return batch

    def waiting_after(self, place: int) -> tuple[int | None, list[WaitingRecord]]:
        """Return some of what waits behind a place, 0 first; and the next one, None at the end.

        Raises:
            StoreError: As `oldest` says.
        """
        return self._judged(self._reading, lambda connection: waiting_after(connection, place))

    def settle(self, batch: Batch, refused: Sequence[Refusal]) -> tuple[Amount, datetime | None]:
        """Take out what was delivered, and keep for people what was refused of it.

        Returns:
            How much was refused, and since when what waits longest now waits.

        Raises:
            WriteError: Nothing was changed.
        """

        def work(connection: Connection) -> tuple[Amount, datetime | None]:
            remove(connection, batch)
            return add_refused(connection, refused, utc_now()), since(connection)

        return self._making_room(work)

    def put_back(self) -> tuple[Amount, Amount]:
        """Let some of the refused records wait again that somebody wants tried again.

        Returns:
            How much was refused and is not any more, and how much waits that did not.

        Raises:
            WriteError: Nothing was changed.
        """
        if not self._judged(self._reading, is_wanted_again):
            return Amount(), Amount()
        return self._judged(self._writing, lambda connection: put_back(connection, utc_now()))

    def want_again(self) -> int:
        """Have all refused records tried again; return how many they are.

        Raises:
            WriteError: Nothing was changed.
        """
        return self._judged(self._writing, want_again)

    def refused(self) -> list[RefusedRecord]:
        """Return the records that were refused, the oldest first.

        Raises:
            WriteError: The file cannot be read.
        """
        return self._judged(self._reading, lambda connection: [*each_refused(connection)])

    def content(self) -> Content:
        """Return what is in it.

        Raises:
            WriteError: The file cannot be read.
        """
        return self._judged(
            self._reading,
            lambda connection: Content(
                amount(connection), since(connection), amount_refused(connection)
            ),
        )

    def was_reached(self) -> None:
        """Remember when the database was reached last.

        Raises:
            WriteError: Nothing was changed.
        """
        moment = utc_now().isoformat()
        self._judged(self._writing, lambda connection: remember(connection, reached_at=moment))

    def trim(self) -> None:
        """Give back to the disk what is free within the file, if that is much; keep a reserve.

        Raises:
            WriteError: The file could not be changed.
        """
        try:
            with self._writing.connect() as connection, driver_cursor(connection) as cursor:
                (free,) = cursor.execute("PRAGMA freelist_count").fetchone()
                (size,) = cursor.execute("PRAGMA page_size").fetchone()
                if free * size >= TRIM_BYTES:
                    cursor.execute("VACUUM")
                    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except DBAPIError as error:
            raise WriteError(judge(error, self._settings)) from error
        self._reserve.hold()

    def close(self) -> None:
        """Let go of the file."""
        self._writing.dispose()
        self._reading.dispose()

    def _making_room(self, work: Callable[[Connection], T]) -> T:
        """Write what makes room, which needs some first: on a full disk that of the reserve."""
        try:
            return self._judged(self._writing, work)
        except WriteError as error:
            is_full = isinstance(error.failure.told, ResourceExhaustedError)
            if not is_full or not self._reserve.release():
                raise
        return self._judged(self._writing, work)

    def _judged(self, engine: Engine, work: Callable[[Connection], T]) -> T:
        try:
            with engine.begin() as connection:
                return work(connection)
        except DBAPIError as error:
            raise WriteError(judge(error, self._settings)) from error
        except ValueError as error:  # As the driver does where the file is damaged.
            told = PreconditionError(f"The spool {self.path} is damaged: {error}.")
            raise WriteError(refusals.Failure(told)) from error

    def _require_file(self) -> None:
        """Make sure that the next start of the service finds what is put there."""
        try:
            self._file.check()
            self._file.check_log()
        except ResourceReplacedError as error:
            raise WriteError(refusals.Failure(error)) from error

    def _save_log(self) -> bool:
        try:
            with self._writing.connect() as connection, driver_cursor(connection) as cursor:
                busy, pages, copied = cursor.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except DBAPIError:
            return False
        return not busy and pages == copied
