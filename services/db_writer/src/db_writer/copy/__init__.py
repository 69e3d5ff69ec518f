"""Copies all records of one database into another: `python -m db_writer.copy FROM TO`."""

from __future__ import annotations

import sys
from itertools import islice, zip_longest

from db_writer.client import DbWriterClient
from session_sharing.errors import InvalidRequestError, PreconditionError
from session_sharing.records import Record

__all__ = ["copy_records"]

_CHUNK_RECORDS = 10_000
"""How many records are copied between two words about it."""


def copy_records(source: DbWriterClient, target: DbWriterClient) -> tuple[int, int]:
    """Copy what the target lacks, and read it back. Nobody else may log to either meanwhile.

    The target is empty, or has what an earlier copy that was interrupted has left there.

    Args:
        source: Where the records are.
        target: Where they are to be.

    Returns:
        How many records the target had, and how many it has now.

    Raises:
        InvalidRequestError: The source has no records.
        PreconditionError: The target has others than the source; or what was copied waits for it,
            as its server went away.
        SharingError: The service raised it, or went away.
    """
    had = _common(source, target)
    records = islice(source.read(), had, None)
    now = had
    while chunk := list(islice(records, _CHUNK_RECORDS)):
        acknowledged = target.log_many(chunk)
        now += len(chunk)
        if acknowledged.spooled:
            raise PreconditionError(
                f"The server of the target went away. {now} records are copied or wait on this "
                "station, and are delivered when it is back. When `python -m session_sharing "
                "list` shows that none wait, copy again: it goes on from there."
            )
        print(f"{now} records", file=sys.stderr, flush=True)
    if not now:
        raise InvalidRequestError(
            "The source has no records. Is its name right? A misspelt one makes an empty database."
        )
    if now > had and _common(source, target) != now:
        raise PreconditionError("Others logged to a database meanwhile. End them, and copy again.")
    return had, now


def _common(source: DbWriterClient, target: DbWriterClient) -> int:
    """Return how many records the target has, all of which the source begins with."""
    count = 0
    for there, here in zip_longest(target.read(), source.read()):
        if there is None:
            break
        if here is None or _text(there) != _text(here):
            raise PreconditionError(
                f"Record {count + 1} of the target is not that of the source. Copy into an empty "
                "database; what was logged there before can be copied behind it afterwards."
            )
        count += 1
    return count


def _text(record: Record) -> str:
    """Return a text that two records have in common if they are the same: NaN is not equal."""
    return repr(record)
