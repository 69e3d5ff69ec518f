"""How much of a pin map is looked through for a request."""

from __future__ import annotations

import pytest

from local_station.pin_map.large_work import LARGE
from local_station.pin_map.model import Connection, InstrumentSession, PinMap
from local_station.pin_map.selection import select, work


def _session(number, *pins):
    connections = tuple(Connection(pin, 0, "0") for pin in pins)
    return InstrumentSession(f"S{number}", f"r{number}", "t", connections)


class Untouched(tuple):
    """Sessions that may be asked for by their place alone."""

    def __iter__(self):
        raise AssertionError("all sessions are looked through")


MANY = 5_000
PINS = tuple(f"P{number}" for number in range(MANY))
LARGE_MAP = PinMap(
    pins=(*PINS, "free"),
    pin_groups={"G": PINS},
    sites=(0,),
    sessions=tuple(_session(number, pin) for number, pin in enumerate(PINS)),
    resolved_size=MANY,
)


def test_a_few_pins_of_a_large_map_are_found_without_looking_through_it(monkeypatch):
    """A reservation of one pin takes no longer in a pin map with thousands of them."""
    monkeypatch.setitem(vars(LARGE_MAP), "sessions", Untouched(LARGE_MAP.sessions))
    names = [PINS[7], PINS[3], "free", PINS[7]]
    found = select(LARGE_MAP, names, (), "")
    assert [each.session.name for each in found.sessions] == ["S3", "S7"]
    assert work(LARGE_MAP, names, (), LARGE) < 10


@pytest.mark.parametrize(
    "names", [(), ("G",), ("unknown",), PINS], ids=["all", "group", "unknown", "most"]
)
def test_everything_else_is_large_work(names):
    """What takes long is done beside the event loop, also where it ends with a refusal."""
    assert work(LARGE_MAP, names, (), LARGE) >= LARGE


def test_pin_of_sessions_with_many_connections_is_large_work():
    """It counts what is looked through, not how many names a request has."""
    shared = PinMap(pins=PINS, sites=(0,), sessions=(_session(0, *PINS), _session(1, PINS[0])))
    assert work(shared, PINS[:1], (), LARGE) > MANY


def test_counting_ends_when_it_is_enough():
    """A request with very many names does not hold up the event loop by being counted."""

    class Names(tuple):
        def __iter__(self):
            yield self[0]
            raise AssertionError("it goes on counting")

    assert work(LARGE_MAP, Names(PINS), (), LARGE) >= LARGE


def test_connections_of_undeclared_names_lead_nowhere():
    """The index knows the pins and relays of the map, and no others."""
    assert PinMap(pins=("A",), sessions=(_session(0, "A", "B"),)).index.places == {"A": [0]}
