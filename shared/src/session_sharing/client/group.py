"""Records that belong together: collected first, then sent as one request."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime, timezone

from session_sharing.client.logs import LogsRecords
from session_sharing.errors import PreconditionError, TooLargeError
from session_sharing.records import Acknowledged, Batch, Record, RecordLimits, encode_row, join_rows
from session_sharing.records.rows import REQUEST_MARGIN, each_record
from session_sharing.records.timestamps import to_microseconds


class RecordGroup(LogsRecords[None]):
    """Collects records, encoded as they come, so that what is wrong is told where it is logged.

    Methods may be called from any thread; `_guard` guards the rows, and no I/O is done under it.

    Attributes:
        acknowledged: What was acknowledged of all, when the group was sent; None before, and of an
            empty group. Set by whoever sends it.

    Args:
        limits: How big a record, and the request of them all, may be.
    """

    def __init__(self, limits: RecordLimits) -> None:
        self.acknowledged: Acknowledged | None = None
        self._guard = threading.Lock()
        self._limits = limits
        self._rows: list[bytes] | None = []
        self._size = 2

    def log_many(self, records: Iterable[Record]) -> None:
        """Collect many records, in their order: all or none.

        Args:
            records: The records; one without a timestamp gets the time now.

        Raises:
            ValueTypeError: A value has no place in a record.
            TooLargeError: A record is too big, or the group would be.
            PreconditionError: The group was sent already, or given up.
        """
        now = to_microseconds(datetime.now(timezone.utc))
        rows = [encode_row(record, self._limits, now) for record in each_record(records)]
        with self._guard:
            if self._rows is None:
                raise PreconditionError(
                    "The block of this group has ended, so nothing more goes into it. Log through "
                    "the client, or begin another group."
                )
            size = self._size + sum(map(len, rows))
            self._check(size, len(self._rows) + len(rows))
            self._size = size
            self._rows += rows

    def _log_record(self, record: Record) -> None:
        self.log_many([record])

    def _check(self, size: int, count: int) -> None:
        limit = self._limits.request_bytes - REQUEST_MARGIN
        if size > limit:
            raise TooLargeError(
                f"The {count} records of the group need a request of {size} bytes; one may have "
                f"{limit}, and a group is one request. Make smaller groups.",
                size=size,
                limit=limit,
            )

    def end(self) -> Batch | None:
        """End the group; return what it holds, None if that is nothing."""
        with self._guard:
            rows, self._rows = self._rows, None
        return join_rows(rows) if rows else None
