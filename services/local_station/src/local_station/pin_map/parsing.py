"""From the text of a pin map to what it means."""

from __future__ import annotations

from dataclasses import replace

from local_station.pin_map.connections import read_connections
from local_station.pin_map.declarations import read_declarations
from local_station.pin_map.groups import resolved_sizes
from local_station.pin_map.instruments import read_instruments
from local_station.pin_map.model import PinMap
from local_station.pin_map.reading import read_xml
from local_station.pin_map.sessions import sessions_of


def parse_pin_map(xml: str) -> PinMap:
    """Return what a pin map says.

    Unknown elements and attributes are passed over, and sections may come in any order.

    Args:
        xml: The text of the file, with or without a byte order mark.

    Raises:
        InvalidRequestError: It is no valid pin map; the text names the line, the element and what
            is wrong.
    """
    root = read_xml(xml)
    declared = read_declarations(root)
    instruments = read_instruments(root.section("Instruments"))
    links = read_connections(root.section("Connections"), declared, instruments)
    groups = (declared.pin_groups, declared.relay_groups)
    return replace(
        declared,
        sessions=sessions_of(links),
        instruments={each.name: each.type_id for each in instruments.by_name.values()},
        multiplexers=instruments.multiplexer_types(),
        text_size=len(xml),
        resolved_size=sum(sum(resolved_sizes(each).values()) for each in groups),
    )
