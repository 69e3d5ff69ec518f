"""The table of reservations: who has which session, and who waits for it, in which order.

Pure bookkeeping: no clock and no event loop. It is used by one event loop, and so needs no lock.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from local_station.session_management.model import Caller, Session

Wanted = Callable[[], Sequence[Session]]
"""Tells which sessions a request is about; it is asked whenever the request is tried."""


@dataclass(frozen=True, eq=False)
class Reservation:
    """Sessions that were reserved together, by whom and since when."""

    sessions: tuple[Session, ...]
    caller: Caller
    since: datetime


@dataclass(eq=False)
class Wait:
    """A request for sessions.

    Attributes:
        wanted: Which sessions.
        caller: Who asked.
        since: When.
        reservation: What was granted; None as long as nothing was.
    """

    wanted: Wanted
    caller: Caller
    since: datetime
    reservation: Reservation | None = None

    def names(self) -> set[str]:
        """Return the names of the sessions that are wanted now."""
        return {session.name for session in self.wanted()}


@dataclass(frozen=True)
class Obstacles:
    """Why a request was not granted.

    Attributes:
        held: The reservations in its way, and which of the wanted sessions each of them has.
        ahead: The earlier requests for any of its sessions, in order.
    """

    held: Mapping[Reservation, Sequence[str]]
    ahead: Sequence[Wait]


class Reservations:
    """Reserves all sessions of a request or none, in the order in which the requests came.

    A request waits for every earlier one that wants a session in common with it, also where its own
    sessions are free; so nobody is overtaken, and who wants many is not starved by who wants few.
    Requests without a common session do not delay each other. Every change returns the requests
    that it let go.
    """

    def __init__(self) -> None:
        self._held: dict[str, Reservation] = {}
        self._waits: list[Wait] = []

    def request(self, wait: Wait, now: datetime) -> list[Wait]:
        """Queue a request; it is granted at once if nothing is in its way."""
        self._waits.append(wait)
        return self.advance(now)

    def withdraw(self, wait: Wait, now: datetime) -> list[Wait]:
        """Take a request back, and what it was granted."""
        self._waits = [other for other in self._waits if other is not wait]
        return (
            self.advance(now) if wait.reservation is None else self.release(wait.reservation, now)
        )

    def release(self, reservation: Reservation, now: datetime) -> list[Wait]:
        """Free what a reservation still has; what somebody else has by now stays as it is."""
        names = [session.name for session in reservation.sessions]
        return self.unreserve([n for n in names if self._held.get(n) is reservation], now)

    def unreserve(self, names: Iterable[str], now: datetime) -> list[Wait]:
        """Free sessions, whoever has them; the name of a session that nobody has is no error."""
        for name in names:
            self._held.pop(name, None)
        return self.advance(now)

    def advance(self, now: datetime) -> list[Wait]:
        """Grant what can be granted; call it too when what requests want has changed."""
        granted = []
        claimed: set[str] = set()
        for wait in self._waits:
            sessions = {session.name: session for session in wait.wanted()}
            if claimed.isdisjoint(sessions) and self._held.keys().isdisjoint(sessions):
                wait.reservation = Reservation(tuple(sessions.values()), wait.caller, now)
                self._held.update(dict.fromkeys(sessions, wait.reservation))
                granted.append(wait)
            else:
                claimed.update(sessions)
        self._waits = [wait for wait in self._waits if wait.reservation is None]
        return granted

    def holder(self, name: str) -> Reservation | None:
        """Return the reservation that has a session; None if it is free."""
        return self._held.get(name)

    def reserved(self) -> list[Session]:
        """Return the sessions that are reserved."""
        return [
            session
            for name, reservation in self._held.items()
            for session in reservation.sessions
            if session.name == name
        ]

    def waiting(self) -> Collection[Wait]:
        """Return the requests that wait, in order."""
        return tuple(self._waits)

    def obstacles(self, wait: Wait) -> Obstacles:
        """Return what is in the way of a request that waits."""
        names = wait.names()
        held: dict[Reservation, list[str]] = {}
        for name in sorted(names):
            if name in self._held:
                held.setdefault(self._held[name], []).append(name)
        earlier = self._waits[: self._waits.index(wait)]
        return Obstacles(held, [other for other in earlier if not names.isdisjoint(other.names())])
