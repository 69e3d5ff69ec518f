"""What waits in a spool: added at its end, taken from its beginning."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from db_writer.service.record_rows import Entry
from db_writer.service.spool.content import decode, encode
from db_writer.service.spool.tables import waiting
from session_sharing.errors import InvalidRequestError, SharingError
from session_sharing.records import Record
from session_sharing.service import StoreError

_log = logging.getLogger(__name__)

MAX_RECORDS = 4096
"""How many records are delivered in one transaction, unless one entry alone has more."""

MAX_BYTES = 8 * 1024 * 1024
"""How many bytes of them, unless one entry alone has more."""


_LOOKED_AT = 16  # how many entries are held in memory by who looks


class Amount(NamedTuple):
    """How many records, and their bytes as a spool holds them."""

    records: int = 0
    size: int = 0


@dataclass(frozen=True)
class Content:
    """What a spool holds.

    Attributes:
        waiting: How much waits.
        since: Since when the oldest of it waits; None if nothing does.
        refused: How much was refused for good.
    """

    waiting: Amount
    since: datetime | None
    refused: Amount


@dataclass(frozen=True)
class Encoded:
    """An entry as it is kept."""

    attachment_id: str
    first_number: int
    count: int
    content: bytes


@dataclass(frozen=True)
class Batch:
    """What waits longest.

    Attributes:
        entries: In the order of arrival.
        first: The number of the first in the spool.
        last: That of the last.
        amount: How much it is.
    """

    entries: Sequence[Entry]
    first: int
    last: int
    amount: Amount


@dataclass(frozen=True)
class WaitingRecord:
    """A record that waits, as people are shown it.

    Attributes:
        attachment_id: Whose it is.
        number: Its number there; negative if the client does not count.
        since: Since when it waits.
        record: The record.
    """

    attachment_id: str
    number: int
    since: datetime
    record: Record


def encoded(entry: Entry) -> Encoded:
    """Encode an entry.

    Raises:
        ValueTypeError: A value has no place in a record.
    """
    count = len(entry.records)
    return Encoded(entry.attachment_id, entry.numbers.start, count, encode(entry.records))


def total(entries: Iterable[Encoded]) -> Amount:
    """Return how much entries are together."""
    sizes = [(entry.count, len(entry.content)) for entry in entries]
    return Amount(sum(count for count, _ in sizes), sum(size for _, size in sizes))


def add(connection: Connection, entries: Iterable[Encoded], now: datetime) -> Amount:
    """Add entries at the end; return how much was added. One that waits already is not.

    Raises:
        StoreError: Of one a part waits already.
    """
    return total([entry for entry in entries if _add(connection, entry, now)])


def _add(connection: Connection, entry: Encoded, now: datetime) -> bool:
    """Add an entry; return whether it was not there."""
    row = {
        "attachment_id": entry.attachment_id,
        "first_number": entry.first_number,
        "records": entry.count,
        "bytes": len(entry.content),
        "spooled_at": now,
        "content": entry.content,
    }
    if connection.execute(insert(waiting).on_conflict_do_nothing(), row).rowcount:
        return True
    same = (waiting.c.attachment_id == entry.attachment_id) & (
        waiting.c.first_number == entry.first_number
    )
    records = connection.scalar(select(waiting.c.records).where(same)) or 0
    if records < entry.count:
        raise StoreError(_in_part(entry, records))
    return False


def _in_part(entry: Encoded, records: int) -> InvalidRequestError:
    first = entry.first_number
    return InvalidRequestError(
        f"Of records {first} to {first + entry.count - 1} of this attachment those up to "
        f"{first + records - 1} wait for the database already. Nothing of them was stored now. "
        "Repeat a call with the numbers that it had."
    )


def oldest(connection: Connection, unreadable: set[int]) -> Batch | None:
    """Return what waits longest, as much as one transaction delivers; None if nothing does.

    Args:
        connection: To the spool.
        unreadable: What cannot be read, which is passed over; more is added.
    """
    while (place := _oldest_place(connection, unreadable)) is not None:
        found = select(waiting).where(waiting.c.id.between(*place)).order_by(waiting.c.id)
        rows = connection.execute(found).all()
        entries = [entry for row in rows if (entry := _readable(row, unreadable)) is not None]
        if len(entries) == len(rows):
            size = Amount(sum(row.records for row in rows), sum(row.bytes for row in rows))
            return Batch(entries, *place, size)
    return None


def _oldest_place(connection: Connection, unreadable: set[int]) -> tuple[int, int] | None:
    """Return the first and the last of what one transaction delivers; None if there is none."""
    sizes = select(waiting.c.id, waiting.c.records, waiting.c.bytes).order_by(waiting.c.id)
    first = last = records = size = 0
    limit = MAX_RECORDS + len(unreadable)
    for number, count, length in connection.execute(sizes.limit(limit)):
        is_full = records + count > MAX_RECORDS or size + length > MAX_BYTES
        if last and (is_full or number in unreadable):
            break
        if number not in unreadable:
            first, last = first or number, number
            records, size = records + count, size + length
    return (first, last) if last else None


def _readable(row: Row[Any], unreadable: set[int]) -> Entry | None:
    """Return the entry of a row; of one that somebody changed, None."""
    try:
        records = decode(row.content, row.records)
    except SharingError as error:
        _log.error("An entry of a spool cannot be read, and stays in it: %s", error.message)
        unreadable.add(row.id)
        return None
    return Entry.numbered(row.attachment_id, row.first_number, records)


def waiting_after(connection: Connection, place: int) -> tuple[int | None, list[WaitingRecord]]:
    """Return some of what waits behind a place, and how far that is; None if that was the end."""
    found = select(waiting).where(waiting.c.id > place).order_by(waiting.c.id).limit(_LOOKED_AT)
    records: list[WaitingRecord] = []
    end = None
    for row in connection.execute(found):
        end = row.id
        content = decode(row.content, row.records)
        numbers = Entry.numbered(row.attachment_id, row.first_number, content).numbers
        records += [
            WaitingRecord(row.attachment_id, number, row.spooled_at, record)
            for number, record in zip(numbers, content, strict=True)
        ]
    return end, records


def remove(connection: Connection, batch: Batch) -> None:
    """Take out what was delivered."""
    connection.execute(delete(waiting).where(waiting.c.id.between(batch.first, batch.last)))


def amount(connection: Connection) -> Amount:
    """Return how much waits."""
    counted = select(func.sum(waiting.c.records), func.sum(waiting.c.bytes))
    records, size = connection.execute(counted).one()
    return Amount(records or 0, size or 0)


def since(connection: Connection) -> datetime | None:
    """Return since when the oldest waits; None if nothing does."""
    first = select(waiting.c.spooled_at).order_by(waiting.c.id).limit(1)
    return connection.execute(first).scalar()
