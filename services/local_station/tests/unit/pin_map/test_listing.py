"""What there is in a pin map."""

from __future__ import annotations

import pytest

from local_station.pin_map.listing import ListedGroup, ListedName, list_pins, list_relays
from local_station.pin_map.parsing import parse_pin_map
from services.local_station.tests.pin_map_texts import (
    DMM,
    LOGGER,
    connection,
    group_text,
    groups_text,
    pin_map_text,
    pins_text,
    system_connection,
)


@pytest.fixture(scope="module")
def pin_map():
    groups = groups_text(
        group_text("Meter", "M", "S"), group_text("All", "Meter", "L"), group_text("Logs", "L")
    )
    relays = (
        '<Relays><SystemRelay name="SR"/><SiteRelay name="R"/></Relays><RelayGroups>'
        '<RelayGroup name="RG"><RelayReference relay="SR"/></RelayGroup></RelayGroups>'
    )
    connections = (
        connection("M", 0, "DMM1", 0)
        + system_connection("S", "DMM1", 0)
        + connection("L", 1, "log.ndjson", 0)
    )
    pins = pins_text("M", "L", "Unconnected", system=("S",))
    return parse_pin_map(pin_map_text(DMM + LOGGER, connections, pins=pins, others=groups + relays))


def test_all_pins_and_groups_are_listed(pin_map):
    """System pins are marked; a group tells what it refers to and what that comes to."""
    found = list_pins(pin_map, "")
    assert found.names == (
        ListedName("M", False),
        ListedName("L", False),
        ListedName("Unconnected", False),
        ListedName("S", True),
    )
    assert found.groups[1] == ListedGroup("All", ("Meter", "L"), ("M", "S", "L"))


def test_instrument_type_narrows_pins_and_groups(pin_map):
    """A group of pins of two types is none of either."""
    found = list_pins(pin_map, "niDMM")
    assert [pin.name for pin in found.names] == ["M", "S"]
    assert [group.name for group in found.groups] == ["Meter"]


def test_relays_are_listed(pin_map):
    """System relays are marked, as system pins are."""
    found = list_relays(pin_map)
    assert found.names == (ListedName("R", False), ListedName("SR", True))
    assert found.groups == (ListedGroup("RG", ("SR",), ("SR",)),)
