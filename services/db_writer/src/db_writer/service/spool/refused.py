"""What a database refused for good: it is kept in its spool for people, whole as it was brought."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from db_writer.service.record_rows import Entry
from db_writer.service.spool.content import decode, encode
from db_writer.service.spool.tables import refused
from db_writer.service.spool.waiting import Amount, Encoded, add, total
from session_sharing.records import Record

_AT_ONCE = 500


@dataclass(frozen=True)
class Refusal:
    """Records that were brought together, and refused.

    Attributes:
        entry: The records.
        reason: Why.
        cause: The number of the first one for which they were; None if that is not known.
    """

    entry: Entry
    reason: str
    cause: int | None = None


@dataclass(frozen=True)
class RefusedRecord:
    """A record that was refused, as people are shown it.

    Attributes:
        attachment_id: Whose it is.
        number: Its number there; negative if the client does not count.
        together: How many records were brought together with it, itself included.
        cause: The number of the one for which all of them were refused; None if it is not known.
        reason: Why it was refused.
        refused_at: When.
        again: Whether it is to be tried again.
        record: The record.
    """

    attachment_id: str
    number: int
    together: int
    cause: int | None
    reason: str
    refused_at: datetime
    again: bool
    record: Record


def add_refused(connection: Connection, refusals: Iterable[Refusal], now: datetime) -> Amount:
    """Keep records that were refused; return how much they are."""
    records = size = 0
    for refusal in refusals:
        entry, content = refusal.entry, encode(refusal.entry.records)
        values = {
            "attachment_id": entry.attachment_id,
            "first_number": entry.numbers.start,
            "records": len(entry.records),
            "bytes": len(content),
            "cause": refusal.cause,
            "reason": refusal.reason,
            "refused_at": now,
            "content": content,
        }
        added = connection.execute(insert(refused).on_conflict_do_nothing(), values).rowcount
        records, size = records + added * len(entry.records), size + added * len(content)
    return Amount(records, size)


def amount_refused(connection: Connection) -> Amount:
    """Return how much was refused, and is still there."""
    counted = select(func.sum(refused.c.records), func.sum(refused.c.bytes))
    records, size = connection.execute(counted).one()
    return Amount(records or 0, size or 0)


def each_refused(connection: Connection) -> Iterator[RefusedRecord]:
    """Yield the records that were refused, the oldest first."""
    for row in connection.execute(select(refused).order_by(refused.c.id)):
        records = decode(row.content, row.records)
        for single in Entry.numbered(row.attachment_id, row.first_number, records).singles():
            yield RefusedRecord(
                *(row.attachment_id, single.numbers.start, row.records, row.cause),
                *(row.reason, row.refused_at, row.again),
                record=single.records[0],
            )


def want_again(connection: Connection) -> int:
    """Have all of them tried again, by the service that delivers; return how many they are.

    The service alone moves them: it counts what waits in memory.
    """
    connection.execute(update(refused).values(again=True))
    return amount_refused(connection).records


def is_wanted_again(connection: Connection) -> bool:
    """Say whether somebody wants some of them tried again."""
    wanted = select(refused.c.id).where(refused.c.again).limit(1)
    return connection.execute(wanted).first() is not None


def put_back(connection: Connection, now: datetime) -> tuple[Amount, Amount]:
    """Let some of those wait again that somebody wants tried again, behind all that waits.

    Returns:
        How much was refused and is not any more, and how much waits that did not.
    """
    wanted = select(refused).where(refused.c.again).order_by(refused.c.id).limit(_AT_ONCE)
    rows = connection.execute(wanted).all()
    entries = [
        Encoded(row.attachment_id, row.first_number, row.records, row.content) for row in rows
    ]
    added = add(connection, entries, now)
    connection.execute(delete(refused).where(refused.c.id.in_([row.id for row in rows])))
    return total(entries), added
