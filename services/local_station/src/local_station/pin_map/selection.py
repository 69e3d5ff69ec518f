"""Which sessions a request for pins, sites and an instrument type means."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from itertools import accumulate, chain, islice
from typing import NoReturn, TypeVar

from local_station.pin_map.groups import Groups, flatten
from local_station.pin_map.model import (
    SYSTEM_SITE,
    Connection,
    InstrumentSession,
    PinMap,
    SelectedSession,
    Selection,
)
from local_station.pin_map.reading import quoted
from local_station.sizes import check_number
from local_station.text import and_more
from session_sharing.errors import InvalidRequestError

T = TypeVar("T")

_COMPARED = 10_000
"""With how many letters of names an unknown one is compared: comparing takes time."""

_LONGEST_COMPARED = 100
"""Longer names are not compared with others."""

_LISTED = 8
"""How many names a text lists."""


def missing_sites_text(pin_map: PinMap, sites: Collection[int]) -> str:
    """Return what to say of requested sites that a pin map does not have; empty if it has all.

    Args:
        pin_map: The pin map.
        sites: The requested sites; `SYSTEM_SITE` is one of every pin map.

    Raises:
        InvalidRequestError: There are too many.
    """
    check_number("sites", sites)
    known = {SYSTEM_SITE, *pin_map.sites}
    missing = dict.fromkeys(site for site in sites if site not in known)
    if not missing:
        return ""
    numbers = ", ".join(f'"{site}"' for site in islice(missing, _LISTED))
    more = and_more(len(missing) - _LISTED)
    return f"Pin map does not contain site numbers: {numbers}{more}"


def select(
    pin_map: PinMap, names: Sequence[str], sites: Sequence[int], instrument_type_id: str
) -> Selection:
    """Return the sessions that a request means.

    Connections come by site, in the order of the request, those of system pins and relays last:
    they belong to every selection of sites.

    Args:
        pin_map: The pin map.
        names: Pins, relays and groups of them; none means all pins and relays.
        sites: Site numbers that the pin map has; none means all.
        instrument_type_id: The instrument type; empty means all.

    Raises:
        InvalidRequestError: A name is empty, or that of no pin, relay or group; or there are too
            many names.
    """
    check_number("names of pins, relays and groups", names)
    asked = dict.fromkeys(names)
    groups = _groups(pin_map, asked)
    name_order = _order(
        chain.from_iterable(groups.get(name, (name,)) for name in asked) if asked else pin_map.names
    )
    site_order = _order(site for site in sites or pin_map.sites if site != SYSTEM_SITE)
    site_order[SYSTEM_SITE] = len(site_order)
    places = pin_map.index.sessions_of(name_order) if asked else range(len(pin_map.sessions))
    return Selection(
        sessions=tuple(
            SelectedSession(session, chosen)
            for session in (pin_map.sessions[place] for place in places)
            if instrument_type_id in ("", session.instrument_type_id)
            and (chosen := _chosen(session, name_order, site_order))
        ),
        groups=groups,
    )


def work(pin_map: PinMap, names: Sequence[str], sites: Sequence[int], enough: int) -> int:
    """Return through how much a selection has to look: through little if it names a few pins.

    Args:
        pin_map: The pin map.
        names: Pins, relays and groups of them, known or not; none means all pins and relays.
        sites: Site numbers.
        enough: From how much on it need not be counted further.
    """
    found = len(names) + len(sites) + len(pin_map.sites)
    for name in names:
        weight = pin_map.index.weights.get(name)
        if weight is None or found >= enough:
            break
        found += weight
    else:
        if names:
            return found
    return found + pin_map.size


def _order(items: Iterable[T]) -> dict[T, int]:
    """Return the place of each item, at its first occurrence."""
    return {item: place for place, item in enumerate(dict.fromkeys(items))}


def _chosen(
    session: InstrumentSession,
    name_order: Mapping[str, int],
    site_order: Mapping[int, int],
) -> tuple[Connection, ...]:
    chosen = [
        connection
        for connection in session.connections
        if connection.name in name_order and connection.site in site_order
    ]
    chosen.sort(key=lambda one: (site_order[one.site], name_order[one.name]))
    return tuple(chosen)


def _groups(pin_map: PinMap, names: Iterable[str]) -> Groups:
    """Return the groups among names, with their pins or relays, after a check of all names."""
    groups, pins_and_relays = pin_map.groups, pin_map.index.places
    unknown = [name for name in names if name not in pins_and_relays and name not in groups]
    if unknown:
        _refuse_unknown(unknown, [*pin_map.names, *groups])
    return {name: flatten(groups, name) for name in names if name in groups}


def _refuse_unknown(unknown: Sequence[str], known: Collection[str]) -> NoReturn:
    if "" in unknown:
        raise InvalidRequestError(
            "The name of a pin or relay is empty. Name what you mean, or no pin at all for all."
        )
    listed = ", ".join(map(quoted, unknown[:_LISTED])) + and_more(len(unknown) - _LISTED)
    raise InvalidRequestError(
        f"The pin map has no pin, relay or group named {listed}. {_hint(unknown[0], known)}"
    )


def _hint(name: str, known: Collection[str]) -> str:
    if not known:
        return "It has none at all."
    close = _close(name, known) if len(name) <= _LONGEST_COMPARED else []
    if close:
        case = " Upper and lower case differ." if close[0].casefold() == name.casefold() else ""
        return f"Do you mean {' or '.join(map(quoted, close))}?{case}"
    more = ", ..." if len(known) > _LISTED else ""
    return f"It has {', '.join(map(quoted, islice(known, _LISTED)))}{more}."


def _close(name: str, known: Iterable[str]) -> list[str]:
    """Return up to three names that are like one: but for case, or else by their letters."""
    short = [other for other in known if len(other) <= _LONGEST_COMPARED]
    folded = name.casefold()
    same = [other for other in short if other.casefold() == folded]
    letters = accumulate(map(len, short))
    some = [other for other, count in zip(short, letters, strict=True) if count <= _COMPARED]
    return same[:3] or get_close_matches(name, some, n=3)
