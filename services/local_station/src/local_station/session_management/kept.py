"""Reservations as they are kept for the next run of the station."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Any, ClassVar

from local_station.keeping import Entry
from local_station.pin_map.model import Connection
from local_station.session_management.clients import Process
from local_station.session_management.model import Caller, Session
from local_station.session_management.requests import Reservation

MAX_KEPT = 10_000
"""How many sessions and connections a reservation may have to be kept: writing takes time."""

MAX_KEPT_LETTERS = 4 * 2**20
"""How many letters the names and notes of these may have together."""

Find = Callable[[int, float], Process | None]
"""Finds a running process by its number, and by when it started."""


@dataclass(frozen=True, eq=False)
class Held:
    """A reservation of a known process, with the sessions that it still had.

    Others cannot be kept: after a restart nothing would tell whether their holders live.

    Attributes:
        process_id: The number of the process.
        started: When that began, in seconds, as `starts` tells it.
        caller: Who has reserved the sessions.
        since: When that was.
        sessions: The sessions.
    """

    kind: ClassVar[str] = "reservation"
    process_id: int
    started: float
    caller: Caller
    since: datetime
    sessions: tuple[Session, ...]

    @staticmethod
    def of(reservation: Reservation, sessions: Collection[Session]) -> Held:
        """Return that a reservation, of a known process, has these sessions."""
        process = reservation.process
        assert process is not None, "others are not kept"
        return Held(
            process.process_id,
            process.started,
            reservation.caller,
            reservation.since,
            tuple(sessions),
        )

    def value(self) -> object:
        """Return what is written."""
        return self

    @staticmethod
    def read(fields: Mapping[str, Any]) -> Held:
        """Return what was written.

        Raises:
            KeyError, TypeError, ValueError: Another version of the station has written it.
        """
        return Held(
            int(fields["process_id"]),
            float(fields["started"]),
            Caller(**fields["caller"]),
            datetime.fromisoformat(fields["since"]),
            tuple(map(_session, fields["sessions"])),
        )

    def reservation(self, find: Find) -> Reservation | None:
        """Return the reservation; None if its holder has ended meanwhile."""
        process = find(self.process_id, self.started)
        if process is None:
            return None
        return Reservation(self.sessions, self.caller, self.since, process)


@dataclass(frozen=True)
class Freed:
    """Sessions were freed, whoever had them."""

    kind: ClassVar[str] = "freed"
    names: tuple[str, ...]

    def value(self) -> object:
        """Return what is written."""
        return self.names

    @staticmethod
    def read(names: Iterable[str]) -> Freed:
        """Return what was written."""
        return Freed(tuple(names))


def is_kept(sessions: Collection[Session]) -> bool:
    """Tell whether a reservation of these sessions is small enough to be kept."""
    number = len(sessions) + sum(len(session.connections) for session in sessions)
    return number <= MAX_KEPT and sum(map(_letters, sessions)) <= MAX_KEPT_LETTERS


def still_held(entries: Iterable[Entry]) -> list[Held]:
    """Return the reservations that entries come to, each with what it has in the end."""
    holders: dict[str, Held] = {}
    for entry in entries:
        if isinstance(entry, Held):
            holders.update({session.name: entry for session in entry.sessions})
        elif isinstance(entry, Freed):
            for name in entry.names:
                holders.pop(name, None)
    return [
        replace(held, sessions=tuple(s for s in held.sessions if holders.get(s.name) is held))
        for held in dict.fromkeys(holders.values())
    ]


def _letters(session: Session) -> int:
    named = (session.name, session.resource_name, session.type_id, session.channel_list)
    noted = (text for pair in session.annotations.items() for text in pair)
    connected = (
        text
        for each in session.connections
        for text in (
            each.name,
            each.channel,
            each.multiplexer,
            each.route,
            each.multiplexer_type_id,
        )
    )
    return sum(map(len, chain(named, noted, connected)))


def _session(fields: Mapping[str, Any]) -> Session:
    connections = tuple(Connection(**each) for each in fields["connections"])
    return Session(**{**fields, "connections": connections})
