"""What a request is told that was not granted: who holds what, who comes first, what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from local_station.session_management.clients import Asked, Sighting
from local_station.session_management.model import Caller
from local_station.session_management.requests import Reservation, Wait
from local_station.session_management.reservations import Obstacles
from local_station.text import named, shortened
from session_sharing.errors import UnavailableError
from session_sharing.information import clock

_MOST_NAMED = 2
"""How many holders are named."""
_WHO_LETTERS = 28

_ADVICE = (
    "Wait longer (the time-out of the reservation; -1 waits for ever), or give each program a pin "
    "map entry of its own on a resource that can be shared: the resource's name with ?client=NAME "
    "at its end."
)
_ENDED = "What a program that has ended still holds, the station frees within about two seconds."
_LOST = "The station never saw the process of a holder whose connection is gone."
_FREE = (
    "If a program whose connection is gone uses the session no more, free it: "
    "python -m local_station.reservations free SESSION."
)

Seen = Mapping[Asked, Sighting]


def asked_of(obstacles: Obstacles) -> list[Asked]:
    """Return of whom the text will tell."""
    holders = list(obstacles.held)[:_MOST_NAMED]
    return [*map(_asked, holders), *map(_asked, obstacles.ahead[:1])]


def not_in_time(wait: Wait, obstacles: Obstacles, seen: Seen, now: datetime) -> UnavailableError:
    """A request was not granted within its time.

    Args:
        wait: The request.
        obstacles: What was in its way at the end.
        seen: What was seen of those of whom `asked_of` asks.
        now: When its time was over.
    """
    waited = (now - wait.since).total_seconds()
    within = f"within {waited:.1f} s" if waited >= 0.1 else "at once"
    sentences = [
        f"Nothing was reserved, as not everything was free {within}.",
        *_held(obstacles, seen, now),
        *_ahead(obstacles, seen),
        *_gone([_seen(holder, seen) for holder in list(obstacles.held)[:_MOST_NAMED]]),
        _ADVICE,
    ]
    return UnavailableError(" ".join(sentences))


def left_behind(reservation: Reservation) -> str:
    """Say that a reservation was freed because the program that had it has ended."""
    sighting = Sighting(reservation.process, connected=False, running=False)
    return (
        f"Freed {named([session.name for session in reservation.sessions])}, reserved since "
        f"{clock(reservation.since)} by {_who(reservation.caller, sighting)}"
    )


def stopping() -> UnavailableError:
    """A request came, or waited, when the station stopped."""
    return UnavailableError(
        "The station is stopping, so nothing was reserved. Reserve again when it runs again."
    )


def _held(obstacles: Obstacles, seen: Seen, now: datetime) -> list[str]:
    at_least = not obstacles.complete
    sentences = [
        f"{named(names, at_least=at_least)} {'is' if len(names) == 1 else 'are'} held by "
        f"{_who(holder.caller, _seen(holder, seen))} since {clock(holder.since)} "
        f"({(now - holder.since).total_seconds():.1f} s)."
        for holder, names in list(obstacles.held.items())[:_MOST_NAMED]
    ]
    more = len(obstacles.held) - _MOST_NAMED
    if more > 0:
        sentences.append(f"{'At least ' * at_least}{more} more hold others of the sessions.")
    return sentences


def _ahead(obstacles: Obstacles, seen: Seen) -> list[str]:
    ahead = obstacles.ahead
    if not ahead:
        return []
    first = f"{_who(ahead[0].caller, _seen(ahead[0], seen))} since {clock(ahead[0].since)}"
    requests = "request waits" if len(ahead) == 1 else "requests wait"
    if obstacles.complete:
        return [f"{len(ahead)} {requests} longer for the same, the first of {first}."]
    return [f"At least {len(ahead)} {requests} longer for the same, one of {first}."]


def _gone(holders: Sequence[Sighting]) -> list[str]:
    """Say what becomes of what those hold who are gone."""
    lost = any(not holder.connected and holder.process is None for holder in holders)
    ended = any(holder.ended for holder in holders)
    left = any(holder.left for holder in holders)
    return [_ENDED] * ended + [_LOST] * lost + [_FREE] * (lost or left)


def _asked(held_or_waiting: Reservation | Wait) -> Asked:
    process = held_or_waiting.process if isinstance(held_or_waiting, Reservation) else None
    return Asked(held_or_waiting.caller.peer, held_or_waiting.since, process)


def _seen(held_or_waiting: Reservation | Wait, seen: Seen) -> Sighting:
    asked = _asked(held_or_waiting)
    return seen.get(asked, Sighting(asked.process))


def _who(caller: Caller, sighting: Sighting) -> str:
    """Name a client: by its process if that is known, else by what it said of itself."""
    process = sighting.process
    user = shortened((process.user if process else "") or caller.user, _WHO_LETTERS)
    details = [
        f"process {process.process_id}" if process else "",
        f"user {user}" if user else "",
        f"host {shortened(caller.host, _WHO_LETTERS)}" if caller.host else "",
        _state(sighting),
    ]
    told = ", ".join(filter(None, details))
    name = shortened(process.program, _WHO_LETTERS) if process else ""
    name = name or "a client"
    return f"{name} ({told})" if told else f"{name} that said nothing of itself"


def _state(sighting: Sighting) -> str:
    if sighting.ended:
        return "which has ended"
    return "" if sighting.connected else "its connection is gone"
