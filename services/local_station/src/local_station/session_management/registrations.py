"""Registered sessions: those that somebody has opened, and left open for others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from local_station.session_management.model import Session
from local_station.session_management.room import size_of, who_registered
from session_sharing.errors import AlreadyExistsError, InvalidRequestError
from session_sharing.information import clock

_MOST_NAMED = 3
_MOST_LETTERS = 80


@dataclass(frozen=True)
class Registered:
    """A session that is registered, and since when."""

    session: Session
    since: datetime

    def __str__(self) -> str:
        who = who_registered(self.session)
        return f"{self.session.name[:_MOST_LETTERS]!r} (by {who} since {clock(self.since)})"


class Registrations:
    """The registered sessions, in the order in which they came; of one kind.

    They know nothing of reservations, nor of the life of those who registered them: a Setup opens
    sessions, registers them and ends. One event loop uses them, and so they need no lock.

    Attributes:
        size: How many bytes it takes to tell of all of them.
    """

    def __init__(self) -> None:
        self._registered: dict[str, Registered] = {}
        self.size = 0

    def register(self, sessions: Sequence[Session], now: datetime) -> None:
        """Register all sessions, or none.

        Raises:
            InvalidRequestError: A session has no name, or is named twice.
            AlreadyExistsError: One of them is registered; the text says by whom and since when.
        """
        _check_names(sessions)
        known = [self._registered[each.name] for each in sessions if each.name in self._registered]
        if known:
            named = "; ".join(map(str, known[:_MOST_NAMED]))
            more = f"; and {len(known) - _MOST_NAMED} more" if len(known) > _MOST_NAMED else ""
            raise AlreadyExistsError(
                f"Registered already: {named}{more}. Nothing was registered. Attach to the session "
                "that is there; if it was closed without being unregistered, unregister it first."
            )
        self._registered.update({each.name: Registered(each, now) for each in sessions})
        self.size += sum(map(size_of, sessions))

    def unregister(self, names: Iterable[str]) -> None:
        """Remove sessions. One that is not registered is no error, so that doing it twice is none.

        Args:
            names: Their names.
        """
        for name in names:
            registered = self._registered.pop(name, None)
            if registered is not None:
                self.size -= size_of(registered.session)

    def shares(self) -> Iterator[tuple[str, int]]:
        """Yield who registered each session, and how many bytes it takes to tell of it."""
        for registered in self._registered.values():
            yield who_registered(registered.session), size_of(registered.session)

    def get(self, name: str) -> Session | None:
        """Return a session by its name; None if it is not registered."""
        registered = self._registered.get(name)
        return registered.session if registered else None

    def of(self, type_id: str) -> list[Session]:
        """Return the sessions of a type; all of them for the empty one."""
        sessions = (registered.session for registered in self._registered.values())
        return [session for session in sessions if session.is_of(type_id)]


def _check_names(sessions: Sequence[Session]) -> None:
    names = Counter(session.name for session in sessions)
    if "" in names:
        raise InvalidRequestError("A session to register has no name. Nothing was registered.")
    twice = [name for name, count in names.items() if count > 1]
    if twice:
        raise InvalidRequestError(
            f"The session {twice[0][:_MOST_LETTERS]!r} is named twice in one request. Nothing was "
            "registered."
        )
