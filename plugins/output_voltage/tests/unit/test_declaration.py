"""What the plug-in declares: to discovery in its file, to callers in its code."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from measurement_support.regulator import OperatingPoint, Regulator

import output_voltage
from measurement_support.client import INTERFACE
from measurement_support.readings import hold
from output_voltage.measurement import LIMITS, measurement_service
from session_sharing import Behavior

FOLDER = files(output_voltage)
CONFIGURATIONS = {
    "voltage_pin": "VOUT",
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
    return json.loads(FOLDER.joinpath("OutputVoltage.serviceconfig").read_text("utf-8"))[
        "services"
    ][0]


def test_the_file_says_what_the_code_registers(service):
    """Discovery finds by the file what it finds by the running plug-in."""
    info = measurement_service.service_info
    assert info.service_class == service["serviceClass"] == "session_sharing.OutputVoltage"
    assert info.provided_interfaces == service["providedInterfaces"]
    assert INTERFACE in service["providedInterfaces"]
    assert info.versions == [service["version"]]
    assert measurement_service.measurement_info.display_name == service["displayName"]
    assert info.annotations["ni/service.description"]


def test_the_programs_that_start_it_are_in_the_package(service):
    """What a station starts lies beside the file, for Windows and for others."""
    assert service["path"] == "start.bat"
    for name in ("start.bat", "start.sh"):
        assert "-m output_voltage" in FOLDER.joinpath(name).read_text("utf-8")


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
    assert types == ["niDMM", ""], (
        "a log may be a file or a database: NI's SDK has no word for both"
    )


def test_behaviors_are_offered_by_name():
    """The five behaviours have the names and numbers of the session library."""
    parameter = measurement_service._configuration_parameter_list[7]
    offered = json.loads(parameter.annotations["ni/enum.values"])
    assert offered == {each.name: each.value for each in Behavior}


def test_limits_are_those_of_a_regulator():
    """A unit passes within 2 % of 3.3 V, and only there."""
    assert [hold(LIMITS, volts) for volts in (3.22, 3.25, 3.3, 3.35, 3.38)] == [
        False,
        True,
        True,
        True,
        False,
    ]


@given(st.text(max_size=20), st.floats(4.5, 10.0), st.floats(0.0, 0.5))
def test_every_sound_unit_passes(serial_number, volts, load):
    """No tolerance of a unit that regulates is taken for a fault."""
    point = OperatingPoint(volts, load)
    assert hold(LIMITS, Regulator(serial_number).output_voltage(point))
