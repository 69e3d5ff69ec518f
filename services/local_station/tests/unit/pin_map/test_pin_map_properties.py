"""What holds for every pin map and every selection."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from local_station.pin_map.model import SYSTEM_SITE
from local_station.pin_map.parsing import parse_pin_map
from local_station.pin_map.selection import select
from services.local_station.tests.pin_map_texts import (
    DCPOWER,
    DMM,
    LOGGER,
    connection,
    group_text,
    groups_text,
    pin_map_text,
    pins_text,
    system_connection,
)

PINS = ("A", "B", "C")
GROUPS = {"G": ("A", "S"), "H": ("C", "G", "B")}
INSTRUMENTS = DCPOWER + DCPOWER.replace("DCPower1", "DCPower2") + DMM + LOGGER
TYPES = ("", "niDCPower", "niDMM", "FileLogger")

ends = st.one_of(
    st.tuples(st.just("niDCPower"), st.sampled_from(["DCPower1", "DCPower2"]), st.integers(0, 3)),
    st.just(("niDMM", "DMM1", 0)),
    st.just(("FileLogger", "log.ndjson", 0)),
)
starts = st.one_of(st.tuples(st.sampled_from(PINS), st.integers(0, 2)), st.just(("S", SYSTEM_SITE)))
links = st.lists(st.tuples(starts, ends), max_size=20, unique_by=lambda link: (link[0], link[1][0]))
requests = st.tuples(
    st.lists(st.sampled_from([*PINS, "S", *GROUPS]), max_size=4),
    st.lists(st.integers(SYSTEM_SITE, 2), max_size=4),
    st.sampled_from(TYPES),
)


def _xml(connected):
    elements = [
        system_connection(pin, *end) if site == SYSTEM_SITE else connection(pin, site, *end)
        for (pin, site), (_, *end) in connected
    ]
    groups = groups_text(*(group_text(name, *members) for name, members in GROUPS.items()))
    return pin_map_text(
        INSTRUMENTS, "".join(elements), pins=pins_text(*PINS, system=("S",)), sites=3, others=groups
    )


def _meant(names):
    resolved = {"G": {"A", "S"}, "H": set("ABCS")}
    return set().union(*(resolved.get(name, {name}) for name in names)) if names else set("ABCS")


@given(links, requests)
def test_selection_is_what_was_asked_for_each_once(connected, request):
    """No (pin, site, type) is missing, foreign or doubled: NI's clients fail on a double one."""
    names, sites, type_id = request
    selection = select(parse_pin_map(_xml(connected)), names, sites, type_id)
    found = [
        (one.name, one.site, selected.session.instrument_type_id)
        for selected in selection.sessions
        for one in selected.connections
    ]
    wanted_sites = {*(sites or range(3)), SYSTEM_SITE}
    expected = [
        (pin, site, kind)
        for (pin, site), (kind, *_) in connected
        if pin in _meant(names) and site in wanted_sites and type_id in ("", kind)
    ]
    assert sorted(found) == sorted(expected)


@given(links, requests)
def test_selected_channels_belong_to_the_session(connected, request):
    """A driver is never told a channel that its session did not open; no session is empty."""
    for selected in select(parse_pin_map(_xml(connected)), *request).sessions:
        channels = selected.channel_list.split(", ")
        assert set(channels) <= {one.channel for one in selected.session.connections}
        assert len(set(channels)) == len(channels) > 0
        if selected.session.instrument_type_id == "niDCPower":
            assert set(channels) <= set(selected.session.resource_name.split(", "))
