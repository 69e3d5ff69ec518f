"""Where the records of a session go: into the database, or, while it is away, into its spool."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from db_writer.service.failures import WriteError
from db_writer.service.inserting import checked_rows
from db_writer.service.spool.spool import Spool
from db_writer.service.store import Entry, Store
from session_sharing.records import AckLevel, Acknowledged
from session_sharing.service import StoreError

COMMITTED = Acknowledged(AckLevel.DISK)
SPOOLED = Acknowledged(AckLevel.DISK, spooled=True)


class Writing(Protocol):
    """Stores records. Only the writer's thread uses it."""

    def write(self, entries: Sequence[Entry]) -> Acknowledged:
        """Store records, all or none; return what is true of them.

        Raises:
            StoreError: Nothing was stored; or whether it was is unknown, and it says so.
        """
        ...

    def newest(self) -> int:
        """Return the number of the newest record; what this service stores later lies above it.

        Raises:
            SharingError: The database is away.
        """
        ...


class DirectWriting:
    """Stores in the database, or not at all."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def write(self, entries: Sequence[Entry]) -> Acknowledged:
        """Store records, as `Writing` says."""
        self._store.write(entries)
        return COMMITTED

    def newest(self) -> int:
        """Return the newest number, as `Writing` says."""
        return self._store.newest_written()


class SpooledWriting:
    """Stores in the database, and where it is away in the spool.

    A transaction whose outcome is unknown goes into the spool as well: the numbers of its records
    tell the database, later, whether it has them.
    """

    def __init__(self, store: Store, spool: Spool) -> None:
        self._store = store
        self._spool = spool

    def write(self, entries: Sequence[Entry]) -> Acknowledged:
        """Store records, as `Writing` says."""
        missed: WriteError | None = None
        with self._spool.direct() as granted:
            if granted:
                missed = self._try(entries)
                if missed is None:
                    return COMMITTED
            else:
                checked_rows(entries)  # Whoever brings what has no place anywhere is told now.
        try:
            self._spool.put(entries)
        except StoreError as refusal:
            # Of what may be in the database nobody may be told that it is not.
            raise (missed if missed and missed.is_unknown else refusal) from refusal
        return SPOOLED

    def newest(self) -> int:
        """Return the newest number, as `Writing` says."""
        with self._spool.direct() as granted:
            if granted:
                return self._store.newest_written()
        return self._spool.newest()

    def _try(self, entries: Sequence[Entry]) -> WriteError | None:
        """Store directly; return how it was missed that the records may wait for.

        Raises:
            WriteError: The database is there, and refuses them.
        """
        try:
            self._store.write(entries)
        except WriteError as error:
            may_wait = error.failure.passing or error.is_unknown
            if not (may_wait and self._spool.takes_records):
                raise
            self._spool.is_away(error.reason)
            return error
        return None
