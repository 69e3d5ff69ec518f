"""The pin maps that come with the project."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from local_station.instruments.names import normalised
from local_station.instruments.wiring import wired
from local_station.pin_map.model import PinMap
from local_station.pin_map.parsing import parse_pin_map
from local_station.pin_map.selection import select
from measurement_support.log_sessions import LOG_TYPES
from tools.packages import ROOT

FOLDER = ROOT / "pin_maps"
OF_SERVICES = {path.name for path in (ROOT / "services").iterdir()}
"""A service that was made from the template brings a map of its own, for its plug-ins alone."""

MAPS = sorted(path for path in FOLDER.glob("*.pinmap") if path.stem not in OF_SERVICES)
NAMESPACE = "{http://www.ni.com/TestStand/SemiconductorModule/PinMap.xsd}"

each_map = pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)


def read(name: str) -> PinMap:
    return parse_pin_map(FOLDER.joinpath(f"{name}.pinmap").read_text("utf-8"))


def resources(pin_map: PinMap, pin: str, sites: list[int]) -> list[str]:
    """Return the resource names of the sessions that a pin needs."""
    selected = select(pin_map, [pin], sites, "").sessions
    return [each.session.resource_name for each in selected]


def test_all_maps_are_here():
    """The maps that the README explains exist, and no other."""
    explained = (FOLDER / "README.md").read_text("utf-8")
    assert [path.stem for path in MAPS] == ["aliases", "database", "sites", "waiting"]
    assert all(f"]({path.name})" in explained for path in MAPS)


@each_map
def test_a_map_is_one_that_nis_editor_writes(path: Path):
    """Root, namespace and version are NI's, and a comment says what the map is for."""
    root = ElementTree.parse(path).getroot()
    assert (root.tag, root.get("schemaVersion")) == (f"{NAMESPACE}PinMap", "1.6")
    assert path.read_text("utf-8").splitlines()[1].startswith("<!--")


@each_map
def test_a_map_connects_supply_and_multimeter(path: Path):
    """Both measurements find their instruments at every site of every map."""
    pin_map = read(path.stem)
    for site in pin_map.sites:
        supply, meter = (select(pin_map, [pin], [site], "").sessions for pin in ("VIN", "VOUT"))
        assert [each.session.instrument_type_id for each in supply] == ["niDCPower"]
        assert [each.session.instrument_type_id for each in meter] == ["niDMM"]


@each_map
def test_the_circuit_has_every_instrument_of_a_map(path: Path):
    """Whoever loads a map of the project finds units under test behind its instruments."""
    circuit = wired(FOLDER / "regulator.toml", MAPS)
    pin_map = read(path.stem)
    for pin, volts in (("VIN", 0.0), ("VOUT", 3.3)):
        for each in select(pin_map, [pin], pin_map.sites, "").sessions:
            load = circuit.net_of(normalised(each.session.resource_name)).load
            assert load != circuit.load, f"{each.session.resource_name} is in no net"
            assert load.volts == pytest.approx(volts, abs=0.066)


def test_waiting_has_one_entry():
    """With the map for waiting, all measurements reserve the same session."""
    assert resources(read("waiting"), "LOG", [0]) == ["results.ndjson"]


def test_aliases_have_an_entry_for_each_measurement():
    """With the map of aliases, no measurement waits for the other."""
    pin_map = read("aliases")
    assert resources(pin_map, "LOG_VOLTAGE", [0]) == ["results.ndjson?client=voltage"]
    assert resources(pin_map, "LOG_CURRENT", [0]) == ["results.ndjson?client=current"]


def test_sites_have_an_entry_each():
    """With the map of sites, no site waits for the other: not for the log nor for instruments."""
    pin_map = read("sites")
    for pin in ("LOG", "VIN", "VOUT"):
        first, second = resources(pin_map, pin, [0]), resources(pin_map, pin, [1])
        assert (len(first), len(second)) == (1, 1)
        assert first != second
    assert resources(pin_map, "LOG", [0, 1]) == [
        "results.ndjson?client=site0",
        "results.ndjson?client=site1",
    ]


def test_the_database_is_shared_and_one_pin_has_file_and_database():
    """With the map of the database, no measurement waits, and one pin means two sessions."""
    pin_map = read("database")
    database = "measurements.sqlite?client="
    assert resources(pin_map, "LOG_VOLTAGE", [0]) == [f"{database}voltage"]
    assert resources(pin_map, "LOG_CURRENT", [0]) == [f"{database}current", "results.ndjson"]
    selected = select(pin_map, ["LOG_CURRENT"], [0], "").sessions
    types = [each.session.instrument_type_id for each in selected]
    assert sorted(types) == sorted(LOG_TYPES)


def test_the_custom_instrument_of_the_readme_is_one_session():
    """What the README shows of an instrument of one's own is read as it says."""
    text = (FOLDER / "README.md").read_text("utf-8")
    (shown,) = re.findall(r"```xml\n(.*?)```", text, re.DOTALL)
    namespace = NAMESPACE.strip("{}")
    pin_map = parse_pin_map(f'<PinMap xmlns="{namespace}" schemaVersion="1.6">{shown}</PinMap>')
    (selected,) = select(pin_map, ["INLET"], [0], "PressureGauge").sessions
    assert (selected.session.resource_name, selected.channel_list) == ("GAUGE1", "P")
