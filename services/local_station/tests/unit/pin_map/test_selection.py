"""Which sessions a request means: the cases that NI's own tests and documents tell of."""

from __future__ import annotations

import pytest

from local_station import sizes
from local_station.pin_map import selection as selection_module
from local_station.pin_map.groups import flatten
from local_station.pin_map.model import SYSTEM_SITE, PinMap
from local_station.pin_map.parsing import parse_pin_map
from local_station.pin_map.selection import missing_sites_text, select
from services.local_station.tests.pin_map_texts import (
    DCPOWER,
    DMM,
    connection,
    group_text,
    groups_text,
    pin_map_text,
    pins_text,
    system_connection,
)
from session_sharing.errors import InvalidRequestError

ALL_CHANNELS = "DCPower1/0, DCPower1/1, DCPower1/2, DCPower1/3, DCPower2/1"

EIGHT = '"2", "3", "4", "5", "6", "7", "8", "9"'


@pytest.fixture(scope="module")
def power():
    """Return a map of two pins on two sites and a system pin, all in one channel group."""
    second = DCPOWER.replace("DCPower1", "DCPower2")
    connections = (
        connection("Pin1", 0, "DCPower1", 0)
        + connection("Pin2", 0, "DCPower1", 1)
        + connection("Pin1", 1, "DCPower1", 2)
        + connection("Pin2", 1, "DCPower1", 3)
        + system_connection("System", "DCPower2", 1)
    )
    pins = pins_text("Pin1", "Pin2", system=("System",))
    return parse_pin_map(pin_map_text(DCPOWER + second, connections, pins=pins))


@pytest.fixture(scope="module")
def grouped():
    """Return a map with nested groups, on two instrument types, and a relay."""
    groups = groups_text(
        group_text("PinGroup1", "A", "S1"), group_text("PinGroup2", "C", "PinGroup1")
    )
    relays = (
        '<Relays><SiteRelay name="R"/></Relays><RelayGroups><RelayGroup name="RG">'
        '<RelayReference relay="R"/></RelayGroup></RelayGroups>'
    )
    connections = (
        connection("A", 0, "DCPower1", 0)
        + connection("C", "0,1", "DMM1", 0)
        + system_connection("S1", "DMM1", 0)
        + '<RelayConnection relay="R" siteNumber="1" relayDriverModule="RD" controlLine="K1"/>'
    )
    return parse_pin_map(
        pin_map_text(
            DCPOWER + DMM + '<NIRelayDriverModule name="RD" numberOfControlLines="8"/>',
            connections,
            pins=pins_text("A", "B", "C", system=("S1",)),
            others=groups + relays,
        )
    )


def _mapped(selection):
    return [
        (one.session.instrument_type_id, chosen.name, chosen.site)
        for one in selection.sessions
        for chosen in one.connections
    ]


@pytest.mark.parametrize(
    ("names", "sites", "channels"),
    [
        (["Pin1"], [0, 1], "DCPower1/0, DCPower1/2"),
        (["Pin1", "Pin2"], [0], "DCPower1/0, DCPower1/1"),
        (["Pin1", "Pin2"], [0, 1], "DCPower1/0, DCPower1/1, DCPower1/2, DCPower1/3"),
        (["Pin2", "Pin1", "Pin2"], [1], "DCPower1/3, DCPower1/2"),
        (["Pin1"], [1, 0, 1], "DCPower1/2, DCPower1/0"),
        (["System"], [1], "DCPower2/1"),
        (["Pin1", "System"], [SYSTEM_SITE], "DCPower2/1"),
        (["System", "Pin1"], [SYSTEM_SITE, 0], "DCPower1/0, DCPower2/1"),
        ([], [], ALL_CHANNELS),
        ([], [1], "DCPower1/2, DCPower1/3, DCPower2/1"),
    ],
)
def test_channels_are_those_that_were_asked_for(power, names, sites, channels):
    """Channels come by site and then by pin as requested; the session stays whole."""
    (selected,) = select(power, names, sites, "").sessions
    assert selected.channel_list == channels
    assert selected.session.resource_name == ALL_CHANNELS


def test_shared_pin_has_an_entry_for_each_site(grouped):
    """Its channel is listed once, its site each time."""
    (selected,) = select(grouped, ["C"], [], "").sessions
    assert [(one.site, one.channel) for one in selected.connections] == [(0, "0"), (1, "0")]
    assert selected.channel_list == "0"


def test_nested_group_is_flattened_depth_first(grouped):
    """A group means its distinct pins, those of groups within it included."""
    selection = select(grouped, ["PinGroup2"], [0], "")
    assert selection.groups == {"PinGroup2": ("C", "A", "S1")}
    assert _mapped(selection) == [
        ("niDCPower", "A", 0),
        ("niDMM", "C", 0),
        ("niDMM", "S1", SYSTEM_SITE),
    ]


def test_pin_named_twice_appears_once(grouped):
    """Directly and by groups: NI's clients accept no connection twice."""
    names = ["A", "PinGroup1", "PinGroup2", "RG", "R"]
    selection = select(grouped, names, [], "")
    assert list(selection.groups) == ["PinGroup1", "PinGroup2", "RG"]
    assert _mapped(selection) == [
        ("niDCPower", "A", 0),
        ("niDMM", "C", 0),
        ("niDMM", "C", 1),
        ("niDMM", "S1", SYSTEM_SITE),
        ("niRelayDriver", "R", 1),
    ]


def test_instrument_type_narrows_and_exact_case_counts(grouped):
    """Only sessions of the type come; its letter case is part of it."""
    assert _mapped(select(grouped, ["PinGroup1"], [], "niDMM")) == [("niDMM", "S1", SYSTEM_SITE)]
    assert select(grouped, ["PinGroup1"], [], "NIDMM").sessions == ()


def test_what_is_not_connected_is_no_error(grouped):
    """A pin without connection, or not on this site, selects nothing."""
    assert select(grouped, ["B"], [], "").sessions == ()
    assert select(grouped, ["A"], [1], "").sessions == ()


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["A", ""], "The name of a pin or relay is empty."),
        (["pingroup1"], 'Do you mean "PinGroup1"? Upper and lower case differ.'),
        (["PinGrp1", "X"], 'no pin, relay or group named "PinGrp1", "X". Do you mean "PinGroup1"'),
        (["?"], 'named "?". It has "A", "B", "C", "S1", "R", "PinGroup1", "PinGroup2", "RG".'),
        (["x" * 100_000], "It has"),
    ],
)
def test_unknown_name_is_refused_with_a_hint(grouped, names, text):
    """Whoever mistypes a name is told the nearest ones, or what there is."""
    with pytest.raises(InvalidRequestError) as raised:
        select(grouped, names, [], "")
    assert text in str(raised.value)
    assert len(str(raised.value)) < 500


def test_case_is_spoken_of_only_if_nothing_else_differs(grouped):
    """Whoever mistypes letters is not told of upper and lower case."""
    with pytest.raises(InvalidRequestError, match=r'Do you mean .*"PinGroup1".*\?$'):
        select(grouped, ["PinGroup3"], [], "")


def test_group_that_is_named_often_is_looked_through_once(grouped, monkeypatch):
    """A request cannot multiply the work by repeating itself."""
    looked = []
    monkeypatch.setattr(
        selection_module,
        "flatten",
        lambda groups, name: looked.append(name) or flatten(groups, name),
    )
    names = ["PinGroup1", "A"] * 1000
    assert select(grouped, names, [], "") == select(grouped, names[:2], [], "")
    assert looked == ["PinGroup1"] * 2


@pytest.mark.parametrize("letters", [100, 101])
def test_comparing_with_known_names_is_bounded(monkeypatch, letters):
    """A mistyped name, however long, is looked for among so many letters only, or not at all."""
    compared = []
    monkeypatch.setattr(
        selection_module, "get_close_matches", lambda _, some, n: compared.extend(some)
    )
    pin_map = PinMap(pins=tuple(f"{number:090}" for number in range(1000)))
    with pytest.raises(InvalidRequestError):
        select(pin_map, ["x" * letters], [], "")
    assert len(compared) == (111 if letters == 100 else 0)


def test_number_of_names_and_sites_is_bounded(grouped, monkeypatch):
    """A request cannot have more of them than any pin map."""
    monkeypatch.setattr(sizes, "MAX_ITEMS", 2)
    with pytest.raises(InvalidRequestError, match="3 names of pins, relays and groups; 2"):
        select(grouped, ["A"] * 3, [], "")
    with pytest.raises(InvalidRequestError, match="3 sites; 2 are allowed"):
        missing_sites_text(grouped, [0] * 3)


def test_unknown_name_in_an_empty_pin_map_is_refused():
    """There is nothing to hint at."""
    with pytest.raises(InvalidRequestError, match="It has none at all"):
        select(parse_pin_map(pin_map_text(pins="")), ["A"], [], "")


@pytest.mark.parametrize(
    ("sites", "text"),
    [
        ([0, 1, SYSTEM_SITE], ""),
        ([], ""),
        ([2], 'Pin map does not contain site numbers: "2"'),
        ([7, 0, -2, 7], 'Pin map does not contain site numbers: "7", "-2"'),
        (range(2, 10), f"Pin map does not contain site numbers: {EIGHT}"),
        (range(2, 20_000), f"Pin map does not contain site numbers: {EIGHT} and 19990 more"),
    ],
)
def test_missing_sites_are_told_as_ni_tells_them(power, sites, text):
    """NI's tests look for this very text."""
    assert missing_sites_text(power, sites) == text
