"""A spool: what waits for one server database, and who may store in the database now."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from db_writer.service.record_rows import Entry
from db_writer.service.spool.levels import Levels
from db_writer.service.spool.refused import Refusal
from db_writer.service.spool.spool_file import SpoolFile
from db_writer.service.spool.waiting import MAX_RECORDS, Amount, Batch, encoded, total
from session_sharing.errors import UnavailableError
from session_sharing.information import Backlog

RETRY_SECONDS = 1.0
TURN_SECONDS = 0.5
"""How long one who stores waits for the delivery to come to its end, or to keep up."""

_NOT_YET = "it was not reached yet since the service started"


class Spool:
    """What waits for one server database.

    Two threads store in the database: the session's writer, and the delivery. `_changed` guards who
    may, and all numbers; no I/O is done under it. The writer stores directly within `direct` only,
    which it is granted while nothing waits and the database is not known to be away; the delivery
    stores only where `alone` said so, while nothing is granted. So the two never store at once, and
    the order of an attachment's records is kept over every switch: the writer alone adds what is
    new, so where it finds that nothing waits, all that it spooled before is committed, or refused
    for good.

    Args:
        file: What it keeps.
        limit: How many bytes it may hold; 0 if it takes nothing, and only delivers what it has.
        away: Why the database was not reached; empty if there is no reason to think so.

    Attributes:
        file: As above.
        limit: As above.
    """

    def __init__(self, file: SpoolFile, limit: int, away: str = "") -> None:
        self.file = file
        self.limit = limit
        self._changed = threading.Condition()
        content = file.content()
        self._levels = Levels(file.resource, limit, content)
        self._reason = away or (_NOT_YET if content.waiting.records else "")
        self._is_due = bool(self._reason)
        self._is_direct = False
        self._is_stopped = False
        self._lead = 0  # how many more records came than were delivered, since it is delivered
        self._newest: int | None = None
        self._tell: Callable[[int], None] | None = None

    # For the writer

    @property
    def takes_records(self) -> bool:
        """Whether records may wait here."""
        return self.limit > 0

    @contextmanager
    def direct(self) -> Iterator[bool]:
        """Say whether to store directly within the block; wait a moment if that helps.

        It helps where the delivery is at its last records: it would never come to its end while
        others add to them. And it helps where more comes than is delivered.
        """
        with self._changed:
            self._changed.wait_for(self._is_my_turn, TURN_SECONDS)
            granted = self._is_direct = not (self._levels.waiting.records or self._reason)
            if granted:
                self._newest = None  # From now on only the writer knows.
        try:
            yield granted
        finally:
            with self._changed:
                self._is_direct = False
                self._changed.notify_all()

    def put(self, entries: Sequence[Entry]) -> None:
        """Let records wait, all or none; return when they are on disk.

        Raises:
            StoreError: There is no room for them, and what waits stays.
        """
        pieces = [encoded(entry) for entry in entries]
        wanted = total(pieces)
        with self._changed:
            self._levels.reserve(wanted, self._reason)
        added = Amount()
        try:
            added = self.file.put(pieces)
        finally:
            with self._changed:
                self._levels.give_back(wanted, added)
                self._lead += added.records
                self._is_due = True
                self._changed.notify_all()

    def is_away(self, reason: str) -> None:
        """Note why nothing can be stored in the database now; it is tried until it is back."""
        with self._changed:
            self._reason, self._newest, self._is_due = reason, None, True
            self._changed.notify_all()

    def newest(self) -> int:
        """Return the number of the newest record in the database, between two deliveries.

        Raises:
            UnavailableError: It is away.
        """
        with self._changed:
            newest, reason = self._newest, self._reason
        if newest is None:
            raise UnavailableError(
                reason or "Records that waited are about to be delivered. Try again.",
                retry_delay=RETRY_SECONDS,
            )
        return newest

    def tell(self, delivered: Callable[[int], None] | None) -> None:
        """Have something called with the newest record's number after each delivery; None ends it.

        It is called by the thread that delivers.
        """
        with self._changed:
            self._tell = delivered

    # For the delivery

    def wait_until_due(self, seconds: float) -> bool:
        """Wait until something is to be delivered, or time is up; say whether to go on at all."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_due or self._is_stopped, seconds)
            return not self._is_stopped

    def pause(self, seconds: float) -> None:
        """Wait, but not for longer than until the stop."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_stopped, seconds)

    @property
    def is_due(self) -> bool:
        """Whether there is something to do for who delivers."""
        with self._changed:
            return self._is_due and not self._is_stopped

    def alone(self, seconds: float) -> bool:
        """Wait until nobody stores directly, which stays so while it is due; say whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._is_direct, seconds)

    def reached(self, newest: int) -> None:
        """Note that the database is there, and what its newest record is while nobody stores."""
        with self._changed:
            tell = self._tell
        if tell is not None:
            tell(newest)  # before the writer may store again, which tells of more
        with self._changed:
            if self._reason:
                self._lead = 0
            self._reason, self._newest = "", newest
            self._changed.notify_all()

    def settle(self, batch: Batch, refused: Sequence[Refusal]) -> None:
        """Take out what was delivered or refused.

        Raises:
            StoreError: Nothing was taken out; it would be delivered again, and known.
        """
        of_refused, since = self.file.settle(batch, refused)
        with self._changed:
            self._levels.settle(batch.amount, of_refused, since)
            self._lead -= batch.amount.records
            self._is_due = True  # There may be more.
            self._changed.notify_all()

    def put_back(self) -> None:
        """Let refused records wait again that somebody wants tried again.

        Raises:
            StoreError: Nothing was changed.
        """
        gone, added = self.file.put_back()
        if not gone.records:
            return
        with self._changed:
            self._levels.put_back(gone, added)
            self._is_due = True

    def look(self) -> bool:
        """Say whether to look for something that waits; not again before there may be more."""
        with self._changed:
            due, self._is_due = self._is_due, False
            return due and not self._is_stopped

    def stop(self) -> None:
        """Let the delivery end soon; nothing is put any more."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify_all()

    # For those who look

    def backlog(self) -> Backlog:
        """Return what waits, without any I/O."""
        with self._changed:
            told = self._levels.backlog()
            return replace(told, reason=self._reason) if told.waiting_records else told

    def problem(self) -> str:
        """Return what is wrong, a sentence for people: that it is, or soon will be, full."""
        with self._changed:
            return self._levels.problem()

    def _is_my_turn(self) -> bool:
        if self._reason or not self._levels.waiting.records or self._is_stopped:
            return True
        return self._levels.waiting.records > MAX_RECORDS and self._lead <= 0
