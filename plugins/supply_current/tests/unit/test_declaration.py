"""What the plug-in declares: to discovery in its file, to callers in its code."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from measurement_support.regulator import OperatingPoint, Regulator

import supply_current
from measurement_support.client import INTERFACE
from measurement_support.readings import hold
from session_sharing import Behavior
from supply_current.measurement import limits_at, measurement_service

FOLDER = files(supply_current)
CONFIGURATIONS = {
    "supply_pin": "VIN",
    "log_pin": "LOG",
    "readings": 10,
    "interval": 0.005,
    "input_voltage": 5.0,
    "load_current": 0.1,
    "log_while_measuring": False,
    "log_behavior": Behavior.AUTO,
    "reserve_timeout": 60.0,
    "serial_number": "SN-0001",
    "seed": 0,
}
OUTPUTS = ["sites", "mean", "noise", "passed", "logged", "new_session", "log_session"]


@pytest.fixture
def service():
    """Return the entry of the service configuration."""
    return json.loads(FOLDER.joinpath("SupplyCurrent.serviceconfig").read_text("utf-8"))[
        "services"
    ][0]


def test_the_file_says_what_the_code_registers(service):
    """Discovery finds by the file what it finds by the running plug-in."""
    info = measurement_service.service_info
    assert info.service_class == service["serviceClass"] == "session_sharing.SupplyCurrent"
    assert info.provided_interfaces == service["providedInterfaces"]
    assert INTERFACE in service["providedInterfaces"]
    assert info.versions == [service["version"]]
    assert measurement_service.measurement_info.display_name == service["displayName"]
    assert info.annotations["ni/service.description"]


def test_the_programs_that_start_it_are_in_the_package(service):
    """What a station starts lies beside the file, for Windows and for others."""
    assert service["path"] == "start.bat"
    for name in ("start.bat", "start.sh"):
        assert "-m supply_current" in FOLDER.joinpath(name).read_text("utf-8")


def test_configurations_and_outputs_keep_their_names():
    """Sequences are written against these names, defaults and their order."""
    found = {
        each.display_name: each.default_value
        for each in measurement_service._configuration_parameter_list
    }
    assert list(found.items()) == list(CONFIGURATIONS.items())
    assert [each.display_name for each in measurement_service._output_parameter_list] == OUTPUTS


def test_pins_are_offered_for_their_instruments():
    """A sequence editor offers only pins that the plug-in can use."""
    types = [
        each.annotations.get("ni/ioresource.instrument_type")
        for each in measurement_service._configuration_parameter_list[:2]
    ]
    assert types == ["niDCPower", ""], (
        "a log may be a file or a database: NI's SDK has no word for both"
    )


def test_behaviors_are_offered_by_name():
    """The five behaviours have the names and numbers of the session library."""
    parameter = measurement_service._configuration_parameter_list[7]
    offered = json.loads(parameter.annotations["ni/enum.values"])
    assert offered == {each.name: each.value for each in Behavior}


def test_limits_are_for_what_the_unit_takes_itself():
    """A unit passes if it takes some milliamperes beside its load; not twice as much."""
    limits = limits_at(0.1)
    good = [hold(limits, amperes) for amperes in (0.1001, 0.101, 0.103, 0.104)]
    assert good == [False, True, True, False]


@given(st.text(max_size=20), st.floats(4.5, 10.0), st.floats(0.0, 0.5))
def test_every_sound_unit_passes(serial_number, volts, load):
    """No tolerance of a unit that regulates is taken for a fault."""
    point = OperatingPoint(volts, load)
    assert hold(limits_at(load), Regulator(serial_number).supply_current(point))
