"""What there is in a pin map: pins, relays, and their groups."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from local_station.pin_map.groups import Groups, flatten
from local_station.pin_map.model import PinMap


@dataclass(frozen=True)
class ListedName:
    """A pin or relay.

    Attributes:
        name: Its name.
        is_system: Whether it belongs to the station instead of a site.
    """

    name: str
    is_system: bool


@dataclass(frozen=True)
class ListedGroup:
    """A group of pins or relays.

    Attributes:
        name: Its name.
        references: What it refers to: members, and other groups.
        members: The pins or relays in it and in the groups within.
    """

    name: str
    references: tuple[str, ...]
    members: tuple[str, ...]


@dataclass(frozen=True)
class Listing:
    """Pins or relays, with their groups."""

    names: tuple[ListedName, ...]
    groups: tuple[ListedGroup, ...]


def list_pins(pin_map: PinMap, instrument_type_id: str) -> Listing:
    """Return the pins of a pin map.

    Args:
        pin_map: The pin map.
        instrument_type_id: Only pins that are connected to this type on a site, and groups of
            which that is true for all pins; empty for all.
    """
    return _listing(
        pin_map.pins,
        pin_map.system_pins,
        pin_map.pin_groups,
        _connected_to(pin_map, instrument_type_id) if instrument_type_id else None,
    )


def list_relays(pin_map: PinMap) -> Listing:
    """Return the relays of a pin map."""
    return _listing(pin_map.relays, pin_map.system_relays, pin_map.relay_groups, None)


def _connected_to(pin_map: PinMap, instrument_type_id: str) -> frozenset[str]:
    return frozenset(
        connection.name
        for session in pin_map.sessions
        if session.instrument_type_id == instrument_type_id
        for connection in session.connections
    )


def _listing(
    names: Iterable[str],
    system_names: Iterable[str],
    groups: Groups,
    wanted: Collection[str] | None,
) -> Listing:
    listed = [ListedName(name, False) for name in names]
    listed += [ListedName(name, True) for name in system_names]
    listed_groups = (
        ListedGroup(name, references, flatten(groups, name)) for name, references in groups.items()
    )
    return Listing(
        tuple(item for item in listed if wanted is None or item.name in wanted),
        tuple(
            group
            for group in listed_groups
            if wanted is None or all(member in wanted for member in group.members)
        ),
    )
