"""What a pin map declares before it connects anything: pins, relays, their groups, and sites."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from local_station.pin_map.groups import read_groups
from local_station.pin_map.model import PinMap
from local_station.pin_map.reading import Element, quoted
from local_station.pin_map.values import whole_number

_POSITIONS = ("Open", "Closed")


def read_declarations(root: Element) -> PinMap:
    """Return a pin map that has its names and sites, and nothing that is connected yet.

    Raises:
        InvalidRequestError: A name or number is missing, or given twice.
    """
    pins, relays = root.section("Pins"), root.section("Relays")
    pin_groups = _tagged(root.section("PinGroups"), "PinGroup")
    relay_groups = _tagged(root.section("RelayGroups"), "RelayGroup")
    named_pins = _tagged(pins, "DUTPin", "SystemPin")
    named_relays = _tagged(relays, "SiteRelay", "SystemRelay")
    _check_unique([*named_pins, *pin_groups, *named_relays, *relay_groups])
    _check_configurations(
        _tagged(root.section("RelayConfigurations"), "RelayConfiguration"),
        _name_set([*named_relays, *relay_groups]),
    )
    return PinMap(
        pins=_names(pins, "DUTPin"),
        system_pins=_names(pins, "SystemPin"),
        pin_groups=read_groups(pin_groups, "pin", _name_set(named_pins)),
        relays=_names(relays, "SiteRelay"),
        system_relays=_names(relays, "SystemRelay"),
        relay_groups=read_groups(relay_groups, "relay", _name_set(named_relays)),
        sites=_sites(_tagged(root.section("Sites"), "Site")),
    )


def _tagged(elements: Iterable[Element], *tags: str) -> list[Element]:
    return [element for element in elements if element.tag in tags]


def _names(elements: Iterable[Element], tag: str) -> tuple[str, ...]:
    return tuple(element.required("name") for element in elements if element.tag == tag)


def _name_set(elements: Iterable[Element]) -> frozenset[str]:
    return frozenset(element.required("name") for element in elements)


def _check_unique(elements: Iterable[Element]) -> None:
    """Refuse a name that two have: a request could not say which of them it means."""
    first: dict[str, Element] = {}
    for element in elements:
        name = element.required("name")
        other = first.setdefault(name, element)
        if other is not element:
            raise element.wrong(
                f"the name {quoted(name)} is taken by the <{other.tag}> on line {other.line}. "
                "Each pin, relay, group and relay configuration has a name of its own."
            )


def _check_configurations(elements: Iterable[Element], relays: Collection[str]) -> None:
    """Refuse relay configurations that are wrong; no call of NI's tells what is in the right."""
    elements = list(elements)
    _check_unique(elements)
    for position in (one for element in elements for one in element.all("RelayPosition")):
        name, state = position.required("relay"), position.required("position")
        if name not in relays:
            raise position.wrong(f"there is no relay or relay group {quoted(name)}.")
        if state not in _POSITIONS:
            raise position.wrong(f"a relay is {' or '.join(_POSITIONS)}, not {quoted(state)}.")


def _sites(elements: Iterable[Element]) -> tuple[int, ...]:
    sites: dict[int, None] = {}
    for element in elements:
        number = whole_number(element, "siteNumber")
        if number in sites:
            raise element.wrong(f"site {number} is there already.")
        sites[number] = None
    return tuple(sites)
