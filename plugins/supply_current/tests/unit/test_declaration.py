"""What the plug-in declares: to discovery in its file, to callers in its code."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

import supply_current
from measurement_support.finding import INTERFACE
from session_sharing import Behavior
from supply_current.measurement import measurement_service

FOLDER = files(supply_current)
CONFIGURATIONS = {
    "supply_pins": ["VIN"],
    "log_pin": "LOG",
    "voltage_level": 5.0,
    "voltage_level_range": 6.0,
    "current_limit": 0.01,
    "current_limit_range": 0.01,
    "source_delay": 0.01,
    "low_limit": 0.5e-3,
    "high_limit": 1.5e-3,
    "readings": 10,
    "interval": 0.005,
    "log_while_measuring": False,
    "log_behavior": Behavior.AUTO,
    "reserve_timeout": 60.0,
    "serial_number": "SN-0001",
}
OUTPUTS = [
    *("sites", "pins", "voltages", "currents", "in_compliance"),
    *("passed", "logged", "new_session", "log_session"),
]


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
    (parameter,) = (
        each
        for each in measurement_service._configuration_parameter_list
        if each.display_name == "log_behavior"
    )
    offered = json.loads(parameter.annotations["ni/enum.values"])
    assert offered == {each.name: each.value for each in Behavior}
