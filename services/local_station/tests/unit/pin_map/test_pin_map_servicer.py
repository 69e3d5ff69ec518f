"""How the servicer reads pin maps: beside the event loop if they are long."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from local_station.pin_map import servicer as servicer_module
from local_station.pin_map.model import PinMap
from local_station.pin_map.parsing import parse_pin_map
from local_station.pin_map.servicer import PinMapServicer
from local_station.pin_map.store import PinMaps
from local_station.pin_map.wire import messages
from local_station.sizes import checked
from services.local_station.tests.pin_map_texts import pin_map_text, pins_text
from session_sharing.errors import (
    AlreadyExistsError,
    InvalidRequestError,
    NotFoundError,
    ResourceExhaustedError,
    TooLargeError,
)

LONG = pin_map_text(pins=pins_text(*(f"P{number}" for number in range(5000))))


async def _finishes_at_once(servicer, xml):
    """Register a pin map; return whether that took no more than one turn of the event loop."""
    request = messages.UpdatePinMapFromXmlRequest(pin_map_id="map", pin_map_xml=xml)
    update = asyncio.create_task(servicer.UpdatePinMapFromXml(request, None), name="update")
    await asyncio.sleep(0)
    at_once = update.done()
    await asyncio.wait_for(update, 20)
    return at_once


@pytest.mark.parametrize(("xml", "at_once"), [(pin_map_text(), True), (LONG, False)])
def test_long_pin_map_does_not_hold_up_the_loop(xml, at_once):
    """A short one is read at once; while a long one is read, others are answered."""
    pin_maps = PinMaps()
    assert asyncio.run(_finishes_at_once(PinMapServicer(pin_maps), xml)) is at_once
    assert "P" in pin_maps.get("map").pins[0]


def test_update_that_came_last_stays():
    """A long one that is still being read does not replace the short one that followed it."""

    async def scenario():
        pin_maps = PinMaps()
        servicer = PinMapServicer(pin_maps)
        long = asyncio.create_task(_finishes_at_once(servicer, LONG), name="long")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert await _finishes_at_once(servicer, pin_map_text(pins=pins_text("New")))
        assert not await long
        assert pin_maps.get("map").pins == ("New",)
        await _finishes_at_once(servicer, LONG)
        assert len(pin_maps.get("map").pins) == 5000

    asyncio.run(asyncio.wait_for(scenario(), 20))


def test_long_pin_map_that_is_wrong_is_refused_too():
    """An error crosses from the thread to the caller, and nothing is registered."""
    pin_maps = PinMaps()
    wrong = LONG.replace("<Sites>", "<Sites><Site/>")
    with pytest.raises(InvalidRequestError, match="<Site>: the attribute siteNumber is missing"):
        asyncio.run(_finishes_at_once(PinMapServicer(pin_maps), wrong))
    with pytest.raises(NotFoundError):
        pin_maps.get("map")


def test_long_pin_maps_are_read_one_after_the_other(monkeypatch):
    """Several threads that read would fight with the event loop for the interpreter."""
    reading, most = [], []

    def parse(xml):
        reading.append(xml)
        most.append(len(reading))
        pin_map = parse_pin_map(xml)
        reading.pop()
        return pin_map

    monkeypatch.setattr(servicer_module, "parse_pin_map", parse)

    async def scenario():
        servicer = PinMapServicer(PinMaps())
        await asyncio.gather(*(_finishes_at_once(servicer, LONG) for _ in range(4)))

    asyncio.run(scenario())
    assert most == [1] * 4


@pytest.mark.parametrize(
    ("method", "pin_map_id", "error"),
    [
        ("CreatePinMapFromXml", "", InvalidRequestError),
        ("UpdatePinMapFromXml", "", InvalidRequestError),
        ("CreatePinMapFromXml", "map", AlreadyExistsError),
        ("UpdatePinMapFromXml", "another", ResourceExhaustedError),
    ],
)
def test_what_will_be_refused_is_not_read(monkeypatch, method, pin_map_id, error):
    """Reading takes seconds, looking at the id does not."""
    monkeypatch.setattr(servicer_module, "parse_pin_map", None)
    pin_maps = PinMaps(limit=1)
    pin_maps.update("map", PinMap())
    request = getattr(messages, f"{method}Request")(pin_map_id=pin_map_id, pin_map_xml="<")
    with pytest.raises(error):
        asyncio.run(getattr(PinMapServicer(pin_maps), method)(request, None))


@pytest.mark.parametrize("query", ["QueryPins", "QueryRelays", "QueryResourceAccessInformation"])
def test_answer_that_is_too_large_is_refused(monkeypatch, query):
    """The text says what to do, where gRPC would fail."""
    monkeypatch.setattr(servicer_module, "checked", partial(checked, limit=-1))
    pin_maps = PinMaps()
    pin_maps.update("map", PinMap())
    request = getattr(messages, f"{query}Request")(pin_map_id="map")
    with pytest.raises(TooLargeError, match="Ask for less"):
        asyncio.run(getattr(PinMapServicer(pin_maps), query)(request, None))


@pytest.mark.parametrize(("xml", "at_once"), [(pin_map_text(), True), (LONG, False)])
def test_large_answer_does_not_hold_up_the_loop(xml, at_once):
    """What a large pin map is asked for is worked out while others are answered."""
    pin_maps = PinMaps()
    pin_maps.update("map", parse_pin_map(xml))
    servicer = PinMapServicer(pin_maps)

    async def ask(method, request):
        call = asyncio.create_task(method(request(pin_map_id="map"), None), name="query")
        await asyncio.sleep(0)
        done = call.done()
        await asyncio.wait_for(call, 20)
        return done

    for method, request in (
        (servicer.QueryPins, messages.QueryPinsRequest),
        (servicer.QueryRelays, messages.QueryRelaysRequest),
        (
            servicer.QueryResourceAccessInformation,
            messages.QueryResourceAccessInformationRequest,
        ),
    ):
        assert asyncio.run(ask(method, request)) is at_once
