"""Reservations as they are kept for the next run of the station."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from local_station.keeping import line_of
from local_station.pin_map.model import Connection
from local_station.session_management.clients import Process
from local_station.session_management.model import Caller, Session
from local_station.session_management.requests import Reservation

KIND = "reservation"

MAX_KEPT = 10_000
"""How many sessions and connections a reservation may have to be kept: writing takes time."""

Find = Callable[[int, float], Process | None]
"""Finds a running process by its number, and by when it started."""


class KeptReservations:
    """Makes lines of those reservations of which the process is known, each once.

    Others cannot be kept: after a restart nothing would tell whether their holders live. The one
    event loop guards what is remembered.

    Args:
        held: Returns the reservations of known processes, and what each of them still has.
    """

    def __init__(
        self, held: Callable[[], Iterable[tuple[Reservation, Collection[Session]]]]
    ) -> None:
        self._held = held
        self._lines: dict[tuple[int, int], tuple[Reservation, str]] = {}

    def lines(self) -> Iterable[str]:
        """Return a line for each reservation."""
        known, self._lines = self._lines, {}
        for reservation, sessions in self._held():
            key = (id(reservation), len(sessions))  # what it has gets only less
            if _size(sessions) <= MAX_KEPT:
                self._lines[key] = known.get(key) or (reservation, _line(reservation, sessions))
        return [line for _, line in self._lines.values()]


def kept_reservation(fields: Mapping[str, Any], find: Find) -> Reservation | None:
    """Return a reservation that was kept; None if its holder has ended meanwhile.

    Raises:
        KeyError, TypeError, ValueError: Another version of the station has written it.
    """
    process = find(int(fields["process_id"]), float(fields["started"]))
    if process is None:
        return None
    return Reservation(
        sessions=tuple(map(_session, fields["sessions"])),
        caller=Caller(**fields["caller"]),
        since=datetime.fromisoformat(fields["since"]),
        process=process,
    )


def _line(reservation: Reservation, sessions: Collection[Session]) -> str:
    assert reservation.process is not None, "others are not kept"
    fields = {
        "process_id": reservation.process.process_id,
        "started": reservation.process.started,
        "caller": asdict(reservation.caller),
        "since": reservation.since.isoformat(),
        "sessions": [asdict(session) for session in sessions],
    }
    return line_of({KIND: fields})


def _session(fields: Mapping[str, Any]) -> Session:
    connections = tuple(Connection(**each) for each in fields["connections"])
    return Session(**{**fields, "connections": connections})


def _size(sessions: Collection[Session]) -> int:
    return len(sessions) + sum(len(session.connections) for session in sessions)
