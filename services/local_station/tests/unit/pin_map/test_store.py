"""The registered pin maps."""

from __future__ import annotations

import pytest

from local_station.pin_map.model import PinMap
from local_station.pin_map.store import MAX_ID, PinMaps
from session_sharing.errors import (
    AlreadyExistsError,
    InvalidRequestError,
    NotFoundError,
    ResourceExhaustedError,
)

OLD, NEW = PinMap(pins=("old",)), PinMap(pins=("new",))


def test_created_pin_map_is_found_and_not_created_twice():
    """A second creation is refused, and leaves the first pin map as it is."""
    pin_maps = PinMaps()
    pin_maps.create("map", OLD)
    with pytest.raises(AlreadyExistsError, match=r'"map".*UpdatePinMapFromXml'):
        pin_maps.create("map", NEW)
    assert pin_maps.get("map") is OLD


def test_update_creates_and_replaces():
    """NI's client only ever updates."""
    pin_maps = PinMaps()
    pin_maps.update("map", OLD)
    pin_maps.update("map", NEW)
    assert pin_maps.get("map") is NEW


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"C:\maps\a b.pinmap", "C:/maps/a b.pinmap"),
        ("a.pinmap", "./a.pinmap"),
        ("a.pinmap", "A.pinmap"),
        ("a.pinmap", "a.pinmap "),
        ("\u00e9", "e\u0301"),
    ],
)
def test_ids_are_never_normalised(one, other):
    """What looks like another spelling of a path is another id."""
    pin_maps = PinMaps()
    pin_maps.create(one, OLD)
    pin_maps.create(other, NEW)
    assert (pin_maps.get(one), pin_maps.get(other)) == (OLD, NEW)


@pytest.mark.parametrize("pin_map_id", ["", " \t\n", "x" * (MAX_ID + 1)])
@pytest.mark.parametrize("method", ["create", "update"])
def test_blank_and_endless_ids_are_refused(method, pin_map_id):
    """An empty id means that there is no pin map, so none may have it."""
    with pytest.raises(InvalidRequestError, match="id of the pin map"):
        getattr(PinMaps(), method)(pin_map_id, OLD)


def test_unknown_id_tells_how_to_register():
    """Whoever forgot to register a pin map is told how, and which ones there are."""
    pin_maps = PinMaps()
    with pytest.raises(NotFoundError, match=r'"x".*update_pin_map.*None is registered'):
        pin_maps.get("x")
    for number in range(9):
        pin_maps.update(f"map{number}", OLD)
    with pytest.raises(NotFoundError, match='Registered last: "map6", "map7", "map8"'):
        pin_maps.get("x")


def test_number_of_pin_maps_is_bounded():
    """At the limit known ids still work, new ones are refused."""
    pin_maps = PinMaps(limit=1)
    pin_maps.update("map", OLD)
    for method in (pin_maps.create, pin_maps.update):
        with pytest.raises(ResourceExhaustedError, match="1 pin maps"):
            method("other", OLD)
    pin_maps.update("map", NEW)
    assert pin_maps.get("map") is NEW


def test_size_of_all_pin_maps_is_bounded():
    """Together they stay within a limit; one that gets no longer can be replaced at any time."""
    pin_maps = PinMaps(text_limit=10)
    pin_maps.update("a", PinMap(text_size=6))
    pin_maps.update("b", PinMap(text_size=4))
    for pin_map_id in ("b", "c"):
        with pytest.raises(ResourceExhaustedError, match="10 are allowed"):
            pin_maps.update(pin_map_id, PinMap(text_size=5))
    pin_maps.update("b", NEW)
    assert pin_maps.get("b") is NEW
    pin_maps.update("c", PinMap(text_size=4))
