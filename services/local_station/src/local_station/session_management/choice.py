"""What a request for pins comes to: sessions, and multiplexers on the way to their pins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from local_station.pin_map.model import Connection, PinMap, Selection
from local_station.pin_map.selection import missing_sites_text, select
from local_station.session_management.model import Session
from session_sharing.errors import InvalidRequestError


@dataclass(frozen=True)
class Choice:
    """The sessions that a request is about.

    Attributes:
        sessions: The sessions.
        multiplexers: The sessions of the multiplexers on the way to their pins, each once.
        groups: The pins or relays of each group that the request named.
    """

    sessions: Sequence[Session] = ()
    multiplexers: Sequence[Session] = ()
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def members(self) -> int:
        """How many pins or relays the groups have, together."""
        return sum(map(len, self.groups.values()))


NOTHING = Choice()


def choose(pin_map: PinMap, names: Sequence[str], sites: Sequence[int], type_id: str) -> Choice:
    """Return what pins, sites and an instrument type select.

    Raises:
        InvalidRequestError: The pin map does not have one of the sites, or of the names.
    """
    missing = missing_sites_text(pin_map, sites)
    if missing:
        raise InvalidRequestError(missing)
    selection = select(pin_map, names, sites, type_id)
    return Choice(
        [Session.selected(session) for session in selection.sessions],
        _multiplexers(selection),
        selection.groups,
    )


def _multiplexers(selection: Selection) -> list[Session]:
    routed = {
        connection.multiplexer: _multiplexer(connection)
        for session in selection.sessions
        for connection in session.connections
        if connection.multiplexer
    }
    return list(routed.values())


def _multiplexer(connection: Connection) -> Session:
    """Return the session of the multiplexer on the way of a connection; it has its bare name."""
    name = connection.multiplexer
    return Session(name, resource_name=name, type_id=connection.multiplexer_type_id)
