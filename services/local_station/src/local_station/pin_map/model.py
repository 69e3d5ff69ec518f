"""What a pin map says, in the terms in which it is asked: pins, sites, and sessions with channels.

How instruments become sessions follows NI's services; see the package's README.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from local_station.pin_map.index import Index

SYSTEM_SITE = -1
"""The site of system pins and system relays: they belong to no site, and to every selection."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A pin or relay on one site, and the channel of a session that it is connected to.

    Attributes:
        name: The pin or relay.
        site: The site; `SYSTEM_SITE` for system pins and relays.
        channel: The channel, as drivers name it: `DCPower1/0`, `0`.
        multiplexer: The multiplexer on the way; empty for a direct connection.
        route: Its route; empty for a direct connection.
        multiplexer_type_id: Its type; empty for a direct connection.
    """

    name: str
    site: int
    channel: str
    multiplexer: str = ""
    route: str = ""
    multiplexer_type_id: str = ""


@dataclass(frozen=True, slots=True)
class InstrumentSession:
    """What is reserved, initialized and registered as one.

    Attributes:
        name: Its name in session management, `niDCPower-DCPower1/0, DCPower1/1`.
        resource_name: What a driver opens.
        instrument_type_id: Which driver that is.
        connections: All connections of the pin map to it, in the order of the file.
    """

    name: str
    resource_name: str
    instrument_type_id: str
    connections: tuple[Connection, ...]


@dataclass(frozen=True)
class PinMap:
    """A pin map that was found valid.

    Attributes:
        pins: The pins of units under test, in the order of the file.
        system_pins: The pins of the station.
        pin_groups: What each pin group refers to: pins, and other groups.
        relays: The relays of sites.
        system_relays: The relays of the station.
        relay_groups: What each relay group refers to: relays, and other groups.
        sites: The site numbers.
        sessions: The sessions, in the order of the file.
        instruments: The type of each instrument, by its name; empty for one without sessions here.
        multiplexers: The type of each multiplexer, by its name.
        text_size: How many characters of text it was read from; 0 if it was made otherwise.
        resolved_size: How many members its groups have, those of nested groups included.
        index: Where its pins and relays lead.
    """

    pins: tuple[str, ...] = ()
    system_pins: tuple[str, ...] = ()
    pin_groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    relays: tuple[str, ...] = ()
    system_relays: tuple[str, ...] = ()
    relay_groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sites: tuple[int, ...] = ()
    sessions: tuple[InstrumentSession, ...] = ()
    instruments: Mapping[str, str] = field(default_factory=dict)
    multiplexers: Mapping[str, str] = field(default_factory=dict)
    text_size: int = field(default=0, compare=False)
    resolved_size: int = field(default=0, compare=False)
    index: Index = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        # At once, in the thread that has read a large one: whoever asks first would wait for it.
        object.__setattr__(self, "index", Index.of(self.names, self.sessions))

    @property
    def names(self) -> tuple[str, ...]:
        """All pins and relays, in order."""
        return (*self.pins, *self.system_pins, *self.relays, *self.system_relays)

    @cached_property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """What each group of pins or of relays refers to."""
        return {**self.pin_groups, **self.relay_groups}

    @cached_property
    def size(self) -> int:
        """How much there is to look through: names, connections, and members of groups."""
        connections = sum(len(session.connections) for session in self.sessions)
        return len(self.names) + connections + self.resolved_size


@dataclass(frozen=True)
class SelectedSession:
    """A session that a selection of pins, sites and instrument type needs.

    Attributes:
        session: The session.
        connections: Those of its connections that were selected, by site, then as requested.
    """

    session: InstrumentSession
    connections: tuple[Connection, ...]

    @property
    def channel_list(self) -> str:
        """The channels that were selected, each once."""
        return ", ".join(dict.fromkeys(connection.channel for connection in self.connections))


@dataclass(frozen=True)
class Selection:
    """What a selection of pins, sites and instrument type comes to.

    Attributes:
        sessions: The sessions with at least one selected connection.
        groups: The pins or relays of each group that was named in the request, flattened.
    """

    sessions: tuple[SelectedSession, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
