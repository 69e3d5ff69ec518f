"""How full a spool is, kept in memory."""

from __future__ import annotations

from datetime import datetime

from db_writer.service.failures import WriteError
from db_writer.service.refusals import Failure
from db_writer.service.spool.waiting import Amount, Content
from session_sharing.errors import ResourceExhaustedError
from session_sharing.information import Backlog, clock
from session_sharing.utc import utc_now

NEARLY_FULL = 0.8
"""From which part of its limit on a spool is a problem of the service."""

RETRY_SECONDS = 10.0
_MIB = 1024 * 1024


class Levels:
    """Counts what waits and what was refused. Its owner guards it.

    What is to be put is reserved before, so that the limit holds, and that nothing is delivered
    which is not counted.

    Args:
        resource: The database, as the configuration names it.
        limit: How many bytes may be there, refused records included.
        content: What is there.

    Attributes:
        waiting: How much waits, or is about to.
    """

    def __init__(self, resource: str, limit: int, content: Content) -> None:
        self._resource = resource
        self._limit = limit
        self._since = content.since
        self._refused = content.refused
        self.waiting = content.waiting

    def reserve(self, wanted: Amount, reason: str) -> None:
        """Count what is to be put.

        Args:
            wanted: How much it is.
            reason: Why it has to wait, in sentences.

        Raises:
            WriteError: There is no room for it.
        """
        if self.waiting.size + self._refused.size + wanted.size > self._limit:
            raise WriteError(Failure(self._full(reason), alone=True))
        self.waiting = _sum(self.waiting, wanted)
        self._since = self._since or utc_now()

    def give_back(self, wanted: Amount, added: Amount) -> None:
        """Count no more what was reserved and not put."""
        self.waiting = _difference(_sum(self.waiting, added), wanted)
        self._forget_when()

    def settle(self, gone: Amount, refused: Amount, since: datetime | None) -> None:
        """Count what was delivered or refused.

        Args:
            gone: How much does not wait any more.
            refused: How much of it was refused.
            since: Since when what now waits longest waits; None if nothing does.
        """
        self.waiting = _difference(self.waiting, gone)
        self._refused = _sum(self._refused, refused)
        self._since = since or self._since
        self._forget_when()

    def put_back(self, gone: Amount, added: Amount) -> None:
        """Count what was refused, and waits again."""
        self._refused = _difference(self._refused, gone)
        self.waiting = _sum(self.waiting, added)
        self._since = self._since or utc_now()

    def backlog(self) -> Backlog:
        """Return what there is."""
        return Backlog(
            self._resource,
            waiting_records=self.waiting.records,
            waiting_bytes=self.waiting.size,
            waiting_since=self._since,
            limit_bytes=self._limit,
            refused_records=self._refused.records,
        )

    def problem(self) -> str:
        """Return that it is nearly full, or full; empty if it is not. Numbers are left out."""
        size = self.waiting.size + self._refused.size
        if not self._limit or size < self._limit * NEARLY_FULL:
            return ""
        since = f", the oldest since {clock(self._since)}" if self._since else ""
        return (
            f"The spool of the database {self._resource} is more than {NEARLY_FULL:.0%} full with "
            f"records that wait{since}, or were refused; when it is full, records are refused. "
            f"{self._what_to_do()}"
        )

    def _forget_when(self) -> None:
        if not self.waiting.records:
            self._since = None

    def _full(self, reason: str) -> ResourceExhaustedError:
        waiting, refused = self.waiting, self._refused
        since = f" since {clock(self._since)}" if self._since else ""
        if not self._limit:
            room = f"databases.{self._resource}.spool is off"
        else:
            room = f"{self._limit / _MIB:.1f} MiB are the limit"
        return ResourceExhaustedError(
            f"There is no room to let records wait for the database {self._resource}: "
            f"{waiting.records} wait{since} ({waiting.size / _MIB:.1f} MiB), {refused.records} "
            f"were refused for good ({refused.size / _MIB:.1f} MiB), and {room}. They wait because "
            f"of this: {reason or 'they are being delivered.'} Nothing was dropped, and this "
            f"record was not stored. {self._what_to_do()}",
            retry_delay=RETRY_SECONDS,
        )

    def _what_to_do(self) -> str:
        return (
            "Bring the database back, which empties the spool, or raise "
            f"databases.{self._resource}.spool_bytes."
        )


def _sum(one: Amount, other: Amount) -> Amount:
    return Amount(one.records + other.records, one.size + other.size)


def _difference(one: Amount, other: Amount) -> Amount:
    return Amount(one.records - other.records, one.size - other.size)
