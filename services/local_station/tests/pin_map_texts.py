"""Pin maps for tests."""

from __future__ import annotations

from local_station.pin_map.reading import NAMESPACE

ONE_PIN = '<DUTPin name="P"/>'
LOGGER = (
    '<Instrument name="log.ndjson" instrumentTypeId="FileLogger"><Channel id="0"/></Instrument>'
)
DMM = '<NIDmmInstrument name="DMM1"/>'
DCPOWER = (
    '<NIDCPowerInstrument name="DCPower1" numberOfChannels="4"><ChannelGroup name="G"/>'
    "</NIDCPowerInstrument>"
)
RELAYS = (
    '<Relays><SiteRelay name="R"/><SystemRelay name="SR"/></Relays><RelayGroups>'
    '<RelayGroup name="RG"><RelayReference relay="SR"/><RelayReference relay="R"/></RelayGroup>'
    "</RelayGroups>"
)
MULTIPLEXERS = '<Multiplexer name="M" multiplexerTypeId="T"/><Multiplexer name="N"/>'


def pin_map_text(
    instruments: str = "",
    connections: str = "",
    *,
    pins: str = ONE_PIN,
    sites: int = 2,
    others: str = "",
) -> str:
    """Return a pin map, each section on a line of its own.

    Args:
        instruments: Its instruments, on line 2.
        connections: Its connections, on line 6.
        pins: Its pins, on line 3.
        sites: How many sites it has, on line 4.
        others: What else it has, such as groups and relays, on line 5.
    """
    site_elements = "".join(f'<Site siteNumber="{number}"/>' for number in range(sites))
    return (
        f'<PinMap xmlns="{NAMESPACE}" schemaVersion="1.6">\n'
        f"<Instruments>{instruments}</Instruments>\n"
        f"<Pins>{pins}</Pins>\n"
        f"<Sites>{site_elements}</Sites>\n"
        f"{others}\n"
        f"<Connections>{connections}</Connections>\n"
        "</PinMap>"
    )


def connection(pin: str, site: object, instrument: str, channel: object) -> str:
    """Return the element that connects a pin to a channel."""
    return (
        f'<Connection pin="{pin}" siteNumber="{site}" instrument="{instrument}" '
        f'channel="{channel}"/>'
    )


def system_connection(pin: str, instrument: str, channel: object) -> str:
    """Return the element that connects a system pin to a channel."""
    return f'<SystemConnection pin="{pin}" instrument="{instrument}" channel="{channel}"/>'


def pins_text(*names: str, system: tuple[str, ...] = ()) -> str:
    """Return the elements that declare pins."""
    return "".join(f'<DUTPin name="{name}"/>' for name in names) + "".join(
        f'<SystemPin name="{name}"/>' for name in system
    )


def group_text(name: str, *references: str) -> str:
    """Return the element of a group of pins."""
    inside = "".join(f'<PinReference pin="{reference}"/>' for reference in references)
    return f'<PinGroup name="{name}">{inside}</PinGroup>'


def groups_text(*groups: str) -> str:
    """Return the section of the groups of pins."""
    return f"<PinGroups>{''.join(groups)}</PinGroups>"
