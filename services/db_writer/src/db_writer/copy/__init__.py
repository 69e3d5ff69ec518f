"""Copies all records of one database into another: `python -m db_writer.copy FROM TO`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest

from db_writer.client import DbWriterClient
from session_sharing.errors import PreconditionError
from session_sharing.records import Record

__all__ = ["Progress", "copy_records"]

_CHUNK_RECORDS = 10_000
"""How many records are copied between two words about it."""


@dataclass
class Progress:
    """How far a copy is; it belongs to the thread that copies.

    Attributes:
        had: How many records the target had when the copy began.
        now: How many it is known to have now.
    """

    had: int = 0
    now: int = 0


@dataclass(frozen=True)
class _Comparison:
    """Where two databases part.

    Attributes:
        common: How many records the target begins with as the source does.
        differs: The target has another record behind them, or one that the source lacks.
        more: The source has further records, where the target ends.
    """

    common: int
    differs: bool
    more: bool


def copy_records(source: DbWriterClient, target: DbWriterClient, progress: Progress) -> None:
    """Copy what the target lacks, and read it back. Nobody else may log to either meanwhile.

    The target is empty, or has what an earlier copy that was interrupted has left there.

    Args:
        source: Where the records are.
        target: Where they are to be.
        progress: Is kept up to date, also where this raises.

    Raises:
        PreconditionError: The target has others than the source; others logged meanwhile; or what
            was copied waits for the target, as its server went away.
        SharingError: The service raised it, or went away.
    """
    before = _compare(source, target)
    if before.differs:
        raise PreconditionError(
            f"Record {before.common + 1} of the target is not that of the source, so nothing was "
            "copied. The target was not empty, or others logged to it during an earlier copy. "
            "Empty it, or copy into another database that is empty."
        )
    progress.had = progress.now = before.common
    for chunk in _chunks(source, before.common):
        _log(target, chunk, progress)
    if progress.now > progress.had:
        _check(_compare(source, target), progress.now)


def _chunks(source: DbWriterClient, begin: int) -> Iterator[list[Record]]:
    records = islice(source.read(), begin, None)
    while chunk := list(islice(records, _CHUNK_RECORDS)):
        yield chunk


def _log(target: DbWriterClient, chunk: list[Record], progress: Progress) -> None:
    acknowledged = target.log_many(chunk)
    progress.now += len(chunk)
    if acknowledged.spooled:
        raise PreconditionError(
            f"The server of the target went away. {progress.now} records are copied or wait on "
            "this station, and are delivered when it is back. When `python -m session_sharing "
            "list` shows that none wait, copy again: it goes on from there."
        )
    print(f"{progress.now} records", file=sys.stderr, flush=True)


def _check(after: _Comparison, copied: int) -> None:
    """Make sure that both have the same records when all were copied."""
    if after.differs:
        raise PreconditionError(
            f"Others logged to the target meanwhile: its record {after.common + 1} is not that of "
            "the source. End them, and empty the target (or take another database that is empty); "
            "then copy again."
        )
    if after.common < copied:
        raise PreconditionError(
            f"Others took records out of the target meanwhile: it has {after.common} of the "
            f"{copied} that were copied. End them, and copy again: it goes on from there."
        )
    if after.more:
        raise PreconditionError(
            f"Others logged to the source meanwhile: the target has {copied} of its records, and "
            "it has more. End them, and copy again: it goes on from there."
        )


def _compare(source: DbWriterClient, target: DbWriterClient) -> _Comparison:
    common = 0
    for there, here in zip_longest(target.read(), source.read()):
        if there is None:
            return _Comparison(common, differs=False, more=True)
        if here is None or _text(there) != _text(here):
            return _Comparison(common, differs=True, more=False)
        common += 1
    return _Comparison(common, differs=False, more=False)


def _text(record: Record) -> str:
    """Return a text that two records have in common if they are the same: NaN is not equal."""
    return repr(record)
