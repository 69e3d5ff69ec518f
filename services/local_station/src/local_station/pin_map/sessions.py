"""Which sessions the connections of a pin map need, how they are called, and what they open."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from local_station.pin_map.connections import Link
from local_station.pin_map.instruments import Instrument
from local_station.pin_map.model import SYSTEM_SITE, Connection, InstrumentSession
from local_station.pin_map.reading import quoted

Links = Sequence[Link]
"""All links to one session."""


@dataclass(frozen=True)
class Rule:
    """How the sessions of an instrument type look.

    Attributes:
        resource_name: What a driver opens.
        channel: How a driver names the channel of a link, given whether the session has several
            instruments.
        has_type_in_name: Whether the session's name is the resource name with the type before it.
    """

    resource_name: Callable[[Links], str]
    channel: Callable[[Link, bool], str]
    has_type_in_name: bool = True


def sessions_of(links: Links) -> tuple[InstrumentSession, ...]:
    """Return the sessions, in the order of their first instruments.

    An instrument to which nothing is connected has none, nor one of a kind without rule.

    Args:
        links: All connections of the pin map.

    Raises:
        InvalidRequestError: Two sessions would have the same name.
    """
    sessions: dict[str, InstrumentSession] = {}
    for of_one in sorted(_by_session(links), key=_position):
        session = _session(of_one)
        if session.name in sessions:
            raise _first_instrument(of_one).element.wrong(
                f"its session would be called {quoted(session.name)}, as that of another "
                "instrument is. Rename it."
            )
        sessions[session.name] = session
    return tuple(sessions.values())


def _by_session(links: Links) -> list[list[Link]]:
    """Put the links to one session together: to one instrument, or to one group of them."""
    found: dict[tuple[str, str, str], list[Link]] = {}
    for link in links:
        instrument = link.instrument
        if instrument.type_id:
            group = instrument.kind.groups.of(link.channel) or ""
            key = (instrument.type_id, group, "" if group else instrument.name)
            found.setdefault(key, []).append(link)
    return list(found.values())


def _session(links: Links) -> InstrumentSession:
    type_id = links[0].instrument.type_id
    rule = _RULES.get(type_id, _OTHERS)
    resource_name = rule.resource_name(links)
    has_several = len(_instrument_names(links)) > 1
    return InstrumentSession(
        name=f"{type_id}-{resource_name}" if rule.has_type_in_name else resource_name,
        resource_name=resource_name,
        instrument_type_id=type_id,
        connections=tuple(_connection(link, rule.channel(link, has_several)) for link in links),
    )


def _connection(link: Link, channel: str) -> Connection:
    return Connection(
        link.name, link.site, channel, link.multiplexer, link.route, link.multiplexer_type_id
    )


def _first_instrument(links: Links) -> Instrument:
    return min((link.instrument for link in links), key=lambda instrument: instrument.position)


def _position(links: Links) -> int:
    return _first_instrument(links).position


def _instrument_names(links: Links) -> list[str]:
    """Return the connected instruments of a session, each once, in the order of the file."""
    found = {link.instrument.position: link.instrument.name for link in links}
    return [found[position] for position in sorted(found)]


def _name(links: Links) -> str:
    return links[0].instrument.name


def _names(links: Links) -> str:
    return ",".join(_instrument_names(links))


def _all_channels(links: Links) -> str:
    """Return all connected channels, by instrument, then by number."""
    found = {(link.instrument.position, int(link.channel)): _qualified(link) for link in links}
    return ", ".join(found[place] for place in sorted(found))


def _bare(link: Link, _has_several: bool) -> str:
    return link.channel


def _qualified(link: Link, _has_several: bool = True) -> str:
    return f"{link.instrument.name}/{link.channel}"


def _qualified_if_several(link: Link, has_several: bool) -> str:
    return _qualified(link) if has_several else link.channel


def _pin_of_site(link: Link, _has_several: bool) -> str:
    return link.name if link.site == SYSTEM_SITE else f"site{link.site}/{link.name}"


_OTHERS = Rule(_name, _bare)
"""One session for each instrument: custom ones, NI-DMM, NI-FGEN, relay drivers."""

_RULES: Mapping[str, Rule] = {
    "niDCPower": Rule(_all_channels, _qualified),
    "niScope": Rule(_names, _qualified_if_several),
    "niDigitalPattern": Rule(_names, _pin_of_site),
    # The session's name is the task's, by which its driver knows it.
    "niDAQmx": Rule(_name, _bare, has_type_in_name=False),
}
