"""The delivery: brings what waits in a spool into its database, when that is there."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence

from db_writer.service.failures import WriteError
from db_writer.service.record_rows import Entry
from db_writer.service.settings import DatabaseSettings
from db_writer.service.spool.refused import Refusal
from db_writer.service.spool.spool import Spool
from db_writer.service.store import Store
from session_sharing.errors import ResourceExhaustedError, SharingError, UnavailableError
from session_sharing.service import StoreError

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 2.0
"""How long it waits, in seconds, before it tries a database that is away once more."""

LOOK_SECONDS = 2.0
"""How often it looks whether somebody wants refused records tried again."""

ALONE_SECONDS = 5.0
_log = logging.getLogger(__name__)


class Delivery:
    """A thread that delivers what waits: oldest first, in order, in transactions of many records.

    What was committed is taken out of the spool only then; what is delivered again, after a crash
    or a lost answer, is known by its number. It has a connection of its own while it delivers, and
    tells the spool alone how it goes.

    Args:
        spool: What waits.
        settings: Returns what the database is opened with, the password as it is now.

    Raises:
        ResourceExhaustedError: No thread can be started.
    """

    def __init__(self, spool: Spool, settings: Callable[[], DatabaseSettings]) -> None:
        self._spool = spool
        self._settings = settings
        self._name = spool.file.resource
        self._is_told = False
        self._thread = threading.Thread(
            target=self._run, name=f"delivery to {self._name}", daemon=True
        )
        try:
            self._thread.start()
        except RuntimeError as failure:
            raise ResourceExhaustedError(
                f"No thread is left for the delivery to the database {self._name} ({failure}). "
                "Close other sessions first, or raise the limit of threads.",
                retry_delay=LOOK_SECONDS,
            ) from failure

    def stop(self, seconds: float) -> None:
        """End after the transaction that is under way; what waits, waits on.

        Args:
            seconds: How long to wait for that.
        """
        self._spool.stop()
        self._thread.join(seconds)
        if not self._thread.is_alive():
            self._spool.file.close()

    def _run(self) -> None:
        pause = FIRST_PAUSE
        while self._spool.wait_until_due(LOOK_SECONDS):
            reason = self._try()
            if reason:
                self._tell(reason)
                self._spool.is_away(reason)
                self._spool.pause(pause)
            pause = min(pause * 2, LONGEST_PAUSE) if reason else FIRST_PAUSE

    def _try(self) -> str:
        """Deliver all that waits; return why that did not succeed, empty if it did."""
        try:
            self._spool.put_back()
            if self._spool.is_due:
                self._deliver()
        except SharingError as error:
            return error.message
        except WriteError as error:
            return error.reason
        except StoreError as error:
            return error.told.message
        except Exception as defect:  # noqa: BLE001 - the end of the thread would stop it for ever
            _log.error("The delivery to %s failed by a defect", self._name, exc_info=defect)
            return f"A defect of the service ({type(defect).__name__}); its log holds the details."
        return ""

    def _deliver(self) -> None:
        if not self._spool.alone(ALONE_SECONDS):
            raise UnavailableError("A transaction of before has not ended yet.")
        store = Store(self._settings(), again=True)
        try:
            self._spool.reached(store.newest_written())
            self._quietly(self._spool.file.was_reached)
            delivered = self._empty(store)
        finally:
            store.close()
        self._quietly(self._spool.file.trim)
        if self._is_told:
            self._is_told = False
            _log.info("The database %s is back; delivered: %d", self._name, delivered)

    def _empty(self, store: Store) -> int:
        """Deliver until nothing waits, or it is to stop; return how many records that were."""
        delivered = 0
        while self._spool.look():
            batch = self._spool.file.oldest()
            if batch is None:
                continue
            refused = store_all(store, batch.entries)
            self._spool.reached(store.newest_written())
            self._spool.settle(batch, refused)
            self._warn(refused)
            delivered += batch.amount.records - _count(refused)
        return delivered

    def _quietly(self, work: Callable[[], None]) -> None:
        """Do what the delivery can do without, such as on a full disk."""
        try:
            work()
        except WriteError as error:
            _log.warning("The spool of %s could not be kept in order: %s", self._name, error.reason)

    def _tell(self, reason: str) -> None:
        """Log the first of a row of failures."""
        if not self._is_told:
            _log.warning("What is logged into %s waits in its spool: %s", self._name, reason)
        self._is_told = True

    def _warn(self, refused: Sequence[Refusal]) -> None:
        if refused:
            first = refused[0]
            number = first.entry.numbers.start if first.cause is None else first.cause
            _log.warning(
                "The database %s refused %d record(s) for good, the first for %d of attachment "
                "%s: %s `python -m db_writer --refused` shows them.",
                *(self._name, _count(refused), number),
                *(first.entry.attachment_id[:8], first.reason),
            )


def store_all(store: Store, entries: Sequence[Entry]) -> list[Refusal]:
    """Store entries in order, in one transaction if that goes; return what was refused for good.

    Where a record is refused for a cause in itself the halves are stored each by itself, down to
    the entry: what was brought together is stored all or none, here as everywhere.

    Raises:
        WriteError: Something else is in the way. Some may be stored: they are known next time.
    """
    try:
        store.write(entries)
    except WriteError as error:
        if error.is_unknown or not error.failure.of_record:
            raise
        if len(entries) == 1:
            return [Refusal(entries[0], error.reason, store.first_refused(entries[0]))]
        middle = len(entries) // 2
        return store_all(store, entries[:middle]) + store_all(store, entries[middle:])
    return []


def _count(refused: Iterable[Refusal]) -> int:
    return sum(len(refusal.entry.records) for refusal in refused)
