"""NI's pin map interface on top of the pin maps."""

from __future__ import annotations

import logging
from functools import partial
from itertools import count

from local_station.pin_map.large_work import LARGE, LargeWork
from local_station.pin_map.listing import list_pins, list_relays
from local_station.pin_map.model import PinMap
from local_station.pin_map.parsing import parse_pin_map
from local_station.pin_map.reading import quoted
from local_station.pin_map.selection import missing_sites_text, select, work
from local_station.pin_map.store import PinMaps
from local_station.pin_map.wire import (
    messages,
    pins_to_wire,
    relays_to_wire,
    selection_to_wire,
    stubs,
)
from local_station.sizes import checked
from session_sharing.errors import NotFoundError

_LONG = 64 * 1024
"""From so many characters on, a pin map is read in a thread: it takes longer than a few ms."""

logger = logging.getLogger(__name__)


class PinMapServicer(stubs.PinMapServiceServicer):
    """Answers NI's calls; what goes wrong is raised as a `SharingError`, for an interceptor.

    One event loop uses it, and so it needs no lock.

    Args:
        pin_maps: The pin maps of the station.
    """

    def __init__(self, pin_maps: PinMaps) -> None:
        self._pin_maps = pin_maps
        self._large_work = LargeWork()
        self._reading = LargeWork(_LONG)
        self._arrivals = count()
        self._updated: dict[str, int] = {}

    async def CreatePinMapFromXml(
        self, request: messages.CreatePinMapFromXmlRequest, context: object
    ) -> messages.PinMap:
        """Register a pin map under an id that is not taken."""
        self._pin_maps.check_create(request.pin_map_id, len(request.pin_map_xml))
        self._pin_maps.create(request.pin_map_id, await self._parsed(request.pin_map_xml))
        logger.info("created pin map %s", quoted(request.pin_map_id))
        return messages.PinMap(pin_map_id=request.pin_map_id)

    async def UpdatePinMapFromXml(
        self, request: messages.UpdatePinMapFromXmlRequest, context: object
    ) -> messages.PinMap:
        """Register a pin map, or replace one; the update that came last stays."""
        self._pin_maps.check_update(request.pin_map_id, len(request.pin_map_xml))
        arrival = next(self._arrivals)
        pin_map = await self._parsed(request.pin_map_xml)
        # A long one is read beside a short one that came later, and is done after it.
        if self._updated.get(request.pin_map_id, -1) < arrival:
            self._pin_maps.update(request.pin_map_id, pin_map)
            self._updated[request.pin_map_id] = arrival
        logger.info("updated pin map %s", quoted(request.pin_map_id))
        return messages.PinMap(pin_map_id=request.pin_map_id)

    async def GetPinMap(
        self, request: messages.GetPinMapRequest, context: object
    ) -> messages.PinMap:
        """Say whether a pin map is registered."""
        self._pin_maps.get(request.pin_map_id)
        return messages.PinMap(pin_map_id=request.pin_map_id)

    async def QueryPins(
        self, request: messages.QueryPinsRequest, context: object
    ) -> messages.QueryPinsResponse:
        """List pins and their groups."""
        pin_map = self._pin_maps.get(request.pin_map_id)
        return await self._large_work.do(
            "list pins",
            pin_map.size,
            lambda: checked(pins_to_wire(list_pins(pin_map, request.instrument_type_id))),
        )

    async def QueryRelays(
        self, request: messages.QueryRelaysRequest, context: object
    ) -> messages.QueryRelaysResponse:
        """List relays and their groups."""
        pin_map = self._pin_maps.get(request.pin_map_id)
        return await self._large_work.do(
            "list relays", pin_map.size, lambda: checked(relays_to_wire(list_relays(pin_map)))
        )

    async def QueryResourceAccessInformation(
        self, request: messages.QueryResourceAccessInformationRequest, context: object
    ) -> messages.QueryResourceAccessInformationResponse:
        """Say which resources and channels pins and relays are connected to."""
        pin_map = self._pin_maps.get(request.pin_map_id)
        return await self._large_work.do(
            "select resources",
            work(pin_map, request.pin_or_relay_names, request.sites, LARGE),
            partial(_resources, pin_map, request),
        )

    async def _parsed(self, xml: str) -> PinMap:
        """Read a pin map, without keeping other calls waiting while a long one is read."""
        return await self._reading.do("pin map", len(xml), lambda: parse_pin_map(xml))


def _resources(
    pin_map: PinMap, request: messages.QueryResourceAccessInformationRequest
) -> messages.QueryResourceAccessInformationResponse:
    missing = missing_sites_text(pin_map, request.sites)
    if missing:
        # NOT_FOUND here, where session management says INVALID_ARGUMENT: so NI's contract.
        raise NotFoundError(missing)
    selection = select(
        pin_map, request.pin_or_relay_names, request.sites, request.instrument_type_id
    )
    return checked(selection_to_wire(selection))
