"""Where the names of a pin map lead, so that a request need not look through all of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class _Connection(Protocol):
    @property
    def name(self) -> str:
        """The pin or relay."""


class _Session(Protocol):
    @property
    def connections(self) -> Sequence[_Connection]:
        """What is connected to it."""


@dataclass(frozen=True)
class Index:
    """Where pins and relays lead.

    Attributes:
        places: The places of the sessions that each pin or relay is connected to.
        weights: How many connections these sessions have together.
    """

    places: Mapping[str, Sequence[int]]
    weights: Mapping[str, int]

    @staticmethod
    def of(names: Iterable[str], sessions: Iterable[_Session]) -> Index:
        """Make the index of sessions, and of all pins and relays, also unconnected ones."""
        places: dict[str, list[int]] = {name: [] for name in names}
        weights = dict.fromkeys(places, 0)
        for place, session in enumerate(sessions):
            weight = len(session.connections)
            for name in places.keys() & {connection.name for connection in session.connections}:
                places[name].append(place)
                weights[name] += weight
        return Index(places, weights)

    def sessions_of(self, names: Iterable[str]) -> list[int]:
        """Return the places of all sessions that these are connected to, in order, each once."""
        return sorted({place for name in names for place in self.places.get(name, ())})
