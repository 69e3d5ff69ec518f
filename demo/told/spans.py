"""From events to spans of time: who held the session, and how long it was open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations

from demo.scenes.steps import CLEANUP, SETUP
from session_sharing import Behavior
from session_sharing.core import EventKind, SessionEvent
from session_sharing.information import AttachmentInformation

_LETTING_GO = (EventKind.RELEASED, EventKind.EXPIRED)


@dataclass(frozen=True)
class Hold:
    """One attachment, from Initialize to Release.

    Attributes:
        who: One of the cast, or whoever else it was.
        session: The public id of the session.
        since: When it attached.
        until: When it let go; None if it never did.
        created: Whether it created the session.
        records: How many records are stored for it.
    """

    who: str
    session: str
    since: datetime
    until: datetime | None
    created: bool
    records: int


@dataclass(frozen=True)
class Opening:
    """One session, from opening the file to closing it.

    Attributes:
        session: Its public id.
        since: When it was open.
        pending: Since when it was to close, but was held; None if that was never so.
        until: When it was closed; None if it never was.
    """

    session: str
    since: datetime
    pending: datetime | None = None
    until: datetime | None = None


def name_of(held: AttachmentInformation, names: Mapping[int, str]) -> str:
    """Name a holder as one of the cast; a stranger by what it says of itself.

    Args:
        held: What it holds.
        names: The cast by process id. Who plays the Setup plays the Cleanup too: what it holds
            tells which.
    """
    name = names.get(held.holder.process_id, str(held.holder))
    closes = held.behavior == Behavior.ATTACH_TO_SESSION_THEN_CLOSE
    return CLEANUP if name == SETUP and closes else name


def holds(events: Sequence[SessionEvent], names: Mapping[int, str]) -> list[Hold]:
    """Return all attachments in the order in which they were made."""
    found: dict[str, Hold] = {}
    for event in events:
        held, session = event.attachment, event.session
        if held is None or session is None:
            continue
        if event.kind is EventKind.ATTACHED:
            who = name_of(held, names)
            found[held.public_id] = Hold(
                who, session.public_id, event.at, None, held.created_session, 0
            )
        elif event.kind in _LETTING_GO and held.public_id in found:
            found[held.public_id] = replace(
                found[held.public_id], until=event.at, records=held.last_record_number
            )
    return list(found.values())


def openings(events: Sequence[SessionEvent]) -> list[Opening]:
    """Return all sessions in the order in which they were opened."""
    found: dict[str, Opening] = {}
    for event in events:
        if event.session is None:
            continue
        name = event.session.public_id
        if event.kind is EventKind.OPENED:
            found[name] = Opening(name, event.at)
        elif name in found and event.kind is EventKind.CLOSE_PENDING:
            found[name] = replace(found[name], pending=event.at)
        elif name in found and event.kind is EventKind.CLOSED:
            found[name] = replace(found[name], until=event.at)
    return list(found.values())


def meetings(held: Sequence[Hold]) -> Iterator[tuple[Hold, Hold, timedelta]]:
    """Yield each two of different programs that held a session at the same moment, and how long."""
    for one, other in combinations(held, 2):
        if one.who == other.who:
            continue
        since = max(one.since, other.since)
        ends = [hold.until for hold in (one, other) if hold.until is not None]
        together = min(ends) - since if ends else timedelta()
        if together > timedelta() or not ends:
            yield one, other, together
