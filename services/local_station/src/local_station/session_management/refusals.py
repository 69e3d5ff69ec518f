"""What a request is told that was not granted: who holds what, who comes first, what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from local_station.session_management.holders import Sighting
from local_station.session_management.model import Caller
from local_station.session_management.reservations import Obstacles, Reservation, Wait
from session_sharing.errors import UnavailableError
from session_sharing.information import clock

_MOST_NAMED = 2
"""How many holders, and how many of the sessions of each, are named."""
_NAME_LETTERS = 60
_WHO_LETTERS = 30

_ADVICE = (
    "Wait longer (the time-out of the reservation; -1 waits for ever), or give each program a pin "
    "map entry of its own on a resource that can be shared: the resource's name with ?client=NAME "
    "at its end."
)
_DEAD = (
    "A holder whose connection is gone seems to have died. If it has, free the session: any "
    "program may call UnreserveSessions with the session's name; a restart of the station frees "
    "all."
)


def peers_of(obstacles: Obstacles) -> set[str]:
    """Return the connections of those whom the text will name."""
    callers = [reservation.caller for reservation in list(obstacles.held)[:_MOST_NAMED]]
    callers += [wait.caller for wait in obstacles.ahead[:1]]
    return {caller.peer for caller in callers}


def not_in_time(
    wait: Wait, obstacles: Obstacles, seen: Mapping[str, Sighting], now: datetime
) -> UnavailableError:
    """A request was not granted within its time.

    Args:
        wait: The request.
        obstacles: What was in its way at the end.
        seen: What is behind the connections of the others.
        now: When its time was over.
    """
    waited = (now - wait.since).total_seconds()
    within = f"within {waited:.1f} s" if waited >= 0.1 else "at once"
    sentences = [
        f"Nothing was reserved, as not everything was free {within}.",
        *_held(obstacles.held, seen, now),
        *_ahead(obstacles.ahead, seen),
        *([_DEAD] if any(sighting.gone for sighting in seen.values()) else []),
        _ADVICE,
    ]
    return UnavailableError(" ".join(sentences))


def stopping() -> UnavailableError:
    """A request came, or waited, when the station stopped."""
    return UnavailableError(
        "The station is stopping, so nothing was reserved. Reserve again when it runs again."
    )


def _held(
    held: Mapping[Reservation, Sequence[str]], seen: Mapping[str, Sighting], now: datetime
) -> list[str]:
    sentences = [
        f"{_some(names)} {'is' if len(names) == 1 else 'are'} held by "
        f"{_who(reservation.caller, seen)} since {clock(reservation.since)} "
        f"({(now - reservation.since).total_seconds():.1f} s)."
        for reservation, names in list(held.items())[:_MOST_NAMED]
    ]
    more = len(held) - _MOST_NAMED
    return [*sentences, f"{more} more hold others of the sessions."] if more > 0 else sentences


def _ahead(ahead: Sequence[Wait], seen: Mapping[str, Sighting]) -> list[str]:
    if not ahead:
        return []
    requests = "request waits" if len(ahead) == 1 else "requests wait"
    first = f"{_who(ahead[0].caller, seen)} since {clock(ahead[0].since)}"
    others = f"{len(ahead)} {requests} longer for the same, the first of "
    return [f"{others}{first}."]


def _some(names: Sequence[str]) -> str:
    named = ", ".join(_short(repr(name), _NAME_LETTERS) for name in names[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    return f"{named} and {more} more" if more > 0 else named


def _who(caller: Caller, seen: Mapping[str, Sighting]) -> str:
    """Name a client: by its process if that is seen, else by what it said of itself."""
    sighting = seen.get(caller.peer, Sighting())
    user = _short(sighting.user or caller.user, _WHO_LETTERS)
    details = [
        f"process {sighting.process_id}" if sighting.process_id else "",
        f"user {user}" if user else "",
        f"host {_short(caller.host, _WHO_LETTERS)}" if caller.host else "",
        "its connection is gone" if sighting.gone else "",
    ]
    told = ", ".join(filter(None, details))
    name = _short(sighting.program, _WHO_LETTERS) or "a client"
    return f"{name} ({told})" if told else f"{name} that said nothing of itself"


def _short(text: str, limit: int) -> str:
    """Cut a text in its middle: names differ most at their ends."""
    if len(text) <= limit:
        return text
    half = (limit - 3) // 2
    return f"{text[:half]}...{text[-half:]}"
