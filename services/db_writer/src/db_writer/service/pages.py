"""Records that are read, as lines, in pieces that are neither tiny nor huge."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

from session_sharing.records import Record, RecordLimits, record_to_line

PAGE_BYTES = 1 << 20
"""How long a page is at least, if there is as much; it ends with the record that fills it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_ANY_SIZE = RecordLimits(RecordLimits().request_bytes, RecordLimits().request_bytes)
"""A record may have grown by what it inherited; what was stored is read nevertheless."""


def next_page(records: Iterator[tuple[int, Record]]) -> bytes:
    """Return the next records as lines, each a JSON object; nothing at the end.

    Args:
        records: The records with their numbers in the database. They are read here, which may
            block: it is called in a thread.

    Raises:
        SharingError: The database is away.
    """
    lines: list[bytes] = []
    size = 0
    for _, record in records:
        lines.append(record_to_line(record, now=_EPOCH, limits=_ANY_SIZE))
        size += len(lines[-1])
        if size >= PAGE_BYTES:
            break
    return b"".join(lines)
