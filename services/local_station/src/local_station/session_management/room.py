"""How much the station is told of sessions, together: so that it can tell all of it in one answer.

Each note is bounded, but a reservation tells it with each of its sessions, and there may be many.
Without this bound one client could make GetSessions fail for everybody, and take the memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from local_station.session_management.model import Caller, Session
from local_station.sizes import MAX_ANSWER
from local_station.text import shortened
from session_sharing.errors import ResourceExhaustedError

MAX_TOLD = MAX_ANSWER - (16 << 20)
"""How large what is registered and reserved may be together, in bytes; an answer has a little more
to tell of each session."""

RETRY_SECONDS = 1.0

_OF_SESSION, _OF_CONNECTION, _OF_NOTE = 256, 128, 64
"""What each takes beside its texts, in bytes: little in an answer, so much in memory."""

_MOST_NAMED = 3
_MOST_LETTERS = 60


def size_of(session: Session, notes: Mapping[str, str] | None = None) -> int:
    """Return how many bytes it takes to tell of a session.

    Args:
        session: The session.
        notes: What is told with it besides: the annotations of who has reserved it.
    """
    size = _OF_SESSION + _notes(session.annotations) + _notes(notes or {})
    size += _length((session.name, session.resource_name, session.type_id, session.channel_list))
    for each in session.connections:
        size += _OF_CONNECTION
        size += _length((each.name, each.channel, each.multiplexer, each.route))
    return size


class Part(Protocol):
    """Some of what there is to tell: it knows at any time how much that is.

    Attributes:
        size: How many bytes it takes.
    """

    size: int

    def shares(self) -> Iterator[tuple[str, int]]:
        """Yield who has each session, and how many bytes it takes to tell of it."""


class Room:
    """Refuses what would be too much to tell. It has no state of its own.

    Args:
        parts: All that there is to tell.
        limit: How much that may be, in bytes.
    """

    def __init__(self, parts: Sequence[Part], limit: int = MAX_TOLD) -> None:
        self._parts = parts
        self._limit = limit

    def check(self, sessions: Sequence[Session] = ()) -> None:
        """Look whether there is room for what there is, and for more sessions.

        Raises:
            ResourceExhaustedError: There is none; the text says who has most of it.
        """
        size, more = sum(part.size for part in self._parts), sum(map(size_of, sessions))
        if size + more <= self._limit:
            return
        raise ResourceExhaustedError(
            f"Nothing was done: the station would have to tell {size + more} bytes of registered "
            f"and reserved sessions, and {self._limit} are the limit. Most is of {self._most()}. "
            "Free or unregister sessions, or shorten their annotations.",
            retry_delay=RETRY_SECONDS,
            size=size + more,
            limit=self._limit,
        )

    def _most(self) -> str:
        sums: Counter[str] = Counter()
        for part in self._parts:
            for who, size in part.shares():
                sums[who] += size
        most = [f"{who} ({size} bytes)" for who, size in sums.most_common(_MOST_NAMED)]
        return ", ".join(most) or "this request"


def who_registered(session: Session) -> str:
    """Return who registered a session, as it was noted."""
    notes = session.annotations
    return _who(notes.get("ni/registered.username", ""), notes.get("ni/registered.hostname", ""))


def who_reserved(caller: Caller) -> str:
    """Return who has reserved, as the client noted it."""
    return _who(caller.user, caller.host)


def _who(user: str, host: str) -> str:
    return shortened(
        f"{user or 'somebody'} on {host}" if host else user or "somebody", _MOST_LETTERS
    )


def _notes(notes: Mapping[str, str]) -> int:
    return _length(notes.keys()) + _length(notes.values()) + _OF_NOTE * len(notes)


def _length(texts: Iterable[str]) -> int:
    return sum(len(text) if text.isascii() else len(text.encode()) for text in texts)
