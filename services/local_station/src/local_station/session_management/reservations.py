"""The table of reservations: who has which session, and who gets it next.

Pure bookkeeping: no clock and no event loop. It is used by one event loop, and so needs no lock.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from local_station.session_management.model import Session
from local_station.session_management.queues import Queues
from local_station.session_management.registrations import Registrations
from local_station.session_management.requests import Reservation, Wait
from local_station.session_management.room import size_of, who_reserved

LOOKED_AT = 200
"""At how many obstacles is looked: a text names a few of them, and looking takes time."""


@dataclass(frozen=True)
class Obstacles:
    """Why a request was not granted.

    Attributes:
        held: The reservations in its way, and which of the wanted sessions each of them has.
        ahead: The earlier requests for any of its sessions, in order.
        complete: Whether these are all; otherwise there may be more.
    """

    held: Mapping[Reservation, Sequence[str]]
    ahead: Sequence[Wait]
    complete: bool


class Reservations:
    """Reserves all sessions of a request or none, in the order in which the requests came.

    A request waits for every earlier one that wants a session in common with it, also where its own
    sessions are free; so nobody is overtaken, and who wants many is not starved by who wants few.
    Requests without a common session do not delay each other. Every change returns the requests
    that it let go.

    A change looks at the requests that it concerns alone: those that are first in the queue for a
    session that became free. A request that is granted holds what it had claimed, so a grant never
    makes another one possible.

    Args:
        registrations: What is registered; `unregistered` is to be called when that gets less.
            When it gets more, waiting requests want more, and none can be granted by that.
        freed: Called with the names of sessions that a known process had and that were freed.

    Attributes:
        size: How many bytes it takes to tell of all that is reserved.
    """

    def __init__(
        self,
        registrations: Registrations,
        freed: Callable[[Sequence[str]], None] = lambda names: None,
    ) -> None:
        self._tell_freed = freed
        self._queues = Queues(registrations)
        self._held: dict[str, Reservation] = {}
        self._sessions: dict[str, Session] = {}
        self._sessions_left: dict[Reservation, int] = {}
        self.size = 0

    def request(self, wait: Wait, now: datetime) -> list[Wait]:
        """Queue a request; it is granted at once if nothing is in its way."""
        self._queues.join(wait)
        return self._grant_due([wait], now)

    def withdraw(self, wait: Wait, now: datetime) -> list[Wait]:
        """Take a request back, and what it was granted."""
        if wait.reservation is not None:
            return self.release(wait.reservation, now)
        if wait not in self._queues:
            return []
        self._queues.leave(wait)
        return self._grant_next(self._queues.names(wait), now)

    def withdraw_all(self) -> None:
        """Take back all requests that wait; what was granted stays granted."""
        self._queues.clear()

    def release(self, reservation: Reservation, now: datetime) -> list[Wait]:
        """Free what a reservation still has; what somebody else has by now stays as it is."""
        return self.unreserve([session.name for session in self.left(reservation)], now)

    def unreserve(self, names: Iterable[str], now: datetime) -> list[Wait]:
        """Free sessions, whoever has them; the name of a session that nobody has is no error."""
        had = {name: holder for name in names if (holder := self._free(name)) is not None}
        known = [name for name, holder in had.items() if holder.process is not None]
        if known:
            self._tell_freed(known)
        return self._grant_next(had, now)

    def unregistered(self, names: Iterable[str], now: datetime) -> list[Wait]:
        """Grant what became possible because sessions are registered no longer."""
        granted = self._grant_next(names, now)
        while more := self._grant_due(self._queues.first_of_types(), now):
            granted += more  # of those who now want nothing, the next one comes to the front
        return granted

    def holder(self, name: str) -> Reservation | None:
        """Return the reservation that has a session; None if it is free."""
        return self._held.get(name)

    def reserved(self) -> list[Session]:
        """Return the sessions that are reserved."""
        return list(self._sessions.values())

    def all(self) -> Collection[Reservation]:
        """Return the reservations that still have a session."""
        return self._sessions_left.keys()

    def shares(self) -> Iterator[tuple[str, int]]:
        """Yield who has each session, and how many bytes it takes to tell of it."""
        for name, session in self._sessions.items():
            caller = self._held[name].caller
            yield who_reserved(caller), size_of(session, caller.annotations)

    def left(self, reservation: Reservation) -> list[Session]:
        """Return the sessions that a reservation still has."""
        return [each for each in reservation.sessions if self._held.get(each.name) is reservation]

    def restore(self, reservation: Reservation) -> None:
        """Take over a reservation of an earlier run, before anything is requested."""
        sessions = {session.name: session for session in reservation.sessions}
        self._hold(reservation, sessions)

    def waiting(self) -> Collection[Wait]:
        """Return the requests that wait, in order."""
        return tuple(self._queues)

    def obstacles(self, wait: Wait) -> Obstacles:
        """Return what is in the way of a request that waits, or the beginning of it."""
        held: dict[Reservation, list[str]] = {}
        ahead: set[Wait] = set()
        looks = 0
        for name in self._queues.names(wait):
            if name in self._held:
                held.setdefault(self._held[name], []).append(name)
                looks += 1
            for other in self._queues.before(wait, name):
                ahead.add(other)
                looks += 1
                if looks >= LOOKED_AT:
                    break
            if looks >= LOOKED_AT:
                break
        return Obstacles(
            {reservation: sorted(names) for reservation, names in held.items()},
            sorted(ahead, key=lambda other: other.place),
            complete=looks < LOOKED_AT,
        )

    def _free(self, name: str) -> Reservation | None:
        """Free a session; return who had it."""
        reservation = self._held.pop(name, None)
        if reservation is None:
            return None
        self.size -= size_of(self._sessions.pop(name), reservation.caller.annotations)
        self._sessions_left[reservation] -= 1
        if not self._sessions_left[reservation]:
            del self._sessions_left[reservation]
        return reservation

    def _grant_next(self, names: Iterable[str], now: datetime) -> list[Wait]:
        """Grant to those who come first for sessions, if they can be granted."""
        first = {self._queues.first(name) for name in names if name not in self._held}
        return self._grant_due([wait for wait in first if wait is not None], now)

    def _grant_due(self, waits: Iterable[Wait], now: datetime) -> list[Wait]:
        due = [wait for wait in sorted(waits, key=lambda wait: wait.place) if self._is_due(wait)]
        for wait in due:
            self._grant(wait, now)
        return due

    def _is_due(self, wait: Wait) -> bool:
        return all(
            name not in self._held and self._queues.first(name) is wait
            for name in self._queues.names(wait)
        )

    def _grant(self, wait: Wait, now: datetime) -> None:
        sessions = self._queues.sessions(wait)
        self._queues.leave(wait)
        wait.reservation = Reservation(tuple(sessions.values()), wait.caller, now)
        self._hold(wait.reservation, sessions)

    def _hold(self, reservation: Reservation, sessions: Mapping[str, Session]) -> None:
        self._held.update(dict.fromkeys(sessions, reservation))
        self._sessions.update(sessions)
        notes = reservation.caller.annotations
        self.size += sum(size_of(session, notes) for session in sessions.values())
        if sessions:
            self._sessions_left[reservation] = len(sessions)
