"""A client of a station: what it registers there, and the calls that are measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import grpc

from local_station.pin_map import wire as pin_map
from local_station.pin_map.reading import NAMESPACE
from local_station.session_management import wire as management
from session_sharing.discovery import DiscoveryConnection, ServiceDescriptor, ServiceLocation
from session_sharing.discovery.address import channel_options

PIN_MAP = "bench.pinmap"
SITES = 4
WAIT_FOR_EVER = -1
SECONDS = 60.0
_INTERFACE, _CLASS = "bench.interface.{}", "bench.Class{}"


class StationClient:
    """One connection to session management, and one to discovery. For one thread."""

    def __init__(self, address: str, channel: grpc.Channel, discovery: DiscoveryConnection) -> None:
        self._channel = channel
        self._management: Any = management.stubs.SessionManagementServiceStub(channel)
        self._discovery = discovery

    @classmethod
    @contextmanager
    def connected(cls, address: str) -> Iterator[StationClient]:
        """Connect to a station while the block runs.

        Args:
            address: host:port of the station.
        """
        with (
            grpc.insecure_channel(address, options=channel_options(address)) as channel,
            DiscoveryConnection(address, timeout=SECONDS) as discovery,
        ):
            yield cls(address, channel, discovery)

    def register_services(self, count: int, port: str) -> None:
        """Register so many services, all at the port of one server that listens."""
        for number in range(count):
            name, interface = _CLASS.format(number), _INTERFACE.format(number)
            descriptor = ServiceDescriptor(f"Service {number}", name, (interface,))
            self._discovery.register(descriptor, ServiceLocation("localhost", port))

    def load_pin_map(self, sessions: int) -> None:
        """Load a pin map in which so many sessions have one pin each on one of the sites."""
        stub: Any = pin_map.stubs.PinMapServiceStub(self._channel)
        request = pin_map.messages.UpdatePinMapFromXmlRequest(
            pin_map_id=PIN_MAP, pin_map_xml=_pin_map_text(sessions)
        )
        stub.UpdatePinMapFromXml(request, timeout=SECONDS)

    def resolve(self, number: int) -> None:
        """Find the service of this number."""
        self._discovery.resolve(_INTERFACE.format(number), _CLASS.format(number))

    def reserve(self, number: int) -> str:
        """Reserve the session of this number, which must be free; return its name."""
        [information] = self._management.ReserveSessions(
            reserve_request(number, 0), timeout=SECONDS
        ).sessions
        return str(information.session.name)

    def unreserve(self, names: Sequence[str]) -> None:
        """Free sessions."""
        request = management.messages.UnreserveSessionsRequest()
        for name in names:
            request.sessions.add().session.name = name
        self._management.UnreserveSessions(request, timeout=SECONDS)


def reserve_request(number: int, milliseconds: int) -> management.messages.ReserveSessionsRequest:
    """Return a request for the session of this number.

    Args:
        number: Which session.
        milliseconds: How long to wait for it.
    """
    request = management.messages.ReserveSessionsRequest(
        pin_or_relay_names=[f"Pin{number // SITES}"],
        timeout_in_milliseconds=milliseconds,
    )
    request.pin_map_context.pin_map_id = PIN_MAP
    request.pin_map_context.sites.append(number % SITES)
    return request


def _pin_map_text(sessions: int) -> str:
    instruments = "".join(
        f'<Instrument name="I{number}" instrumentTypeId="Bench"><Channel id="0"/></Instrument>'
        for number in range(sessions)
    )
    pins = "".join(f'<DUTPin name="Pin{number}"/>' for number in range(sessions // SITES))
    sites = "".join(f'<Site siteNumber="{number}"/>' for number in range(SITES))
    connections = "".join(
        f'<Connection pin="Pin{number // SITES}" siteNumber="{number % SITES}" '
        f'instrument="I{number}" channel="0"/>'
        for number in range(sessions)
    )
    return (
        f'<PinMap xmlns="{NAMESPACE}" schemaVersion="1.6">'
        f"<Instruments>{instruments}</Instruments><Pins>{pins}</Pins><Sites>{sites}</Sites>"
        f"<Connections>{connections}</Connections></PinMap>"
    )
