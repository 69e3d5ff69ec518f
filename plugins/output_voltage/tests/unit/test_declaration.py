"""What the plug-in declares: to discovery in its file, to callers in its code."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

import output_voltage
from measurement_support.finding import INTERFACE
from output_voltage.measurement import measurement_service
from output_voltage.metering import MeasurementType
from session_sharing import Behavior

FOLDER = files(output_voltage)
CONFIGURATIONS = {
    "voltage_pins": ["VOUT"],
    "log_pin": "LOG",
    "measurement_type": MeasurementType.DC_VOLTS,
    "range": 10.0,
    "resolution_digits": 5.5,
    "low_limit": 3.234,
    "high_limit": 3.366,
    "readings": 10,
    "interval": 0.005,
    "log_while_measuring": False,
    "log_behavior": Behavior.AUTO,
    "reserve_timeout": 60.0,
    "serial_number": "SN-0001",
}
OUTPUTS = [
    *("sites", "pins", "mean", "noise", "signal_out_of_range", "absolute_resolution"),
    *("passed", "logged", "new_session", "log_session"),
]


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


@pytest.mark.parametrize(
    ("name", "offered"), [("measurement_type", MeasurementType), ("log_behavior", Behavior)]
)
def test_choices_are_offered_by_name(name, offered):
    """What can be measured, and the five behaviours, have names and numbers that are documented."""
    (parameter,) = (
        each
        for each in measurement_service._configuration_parameter_list
        if each.display_name == name
    )
    values = json.loads(parameter.annotations["ni/enum.values"])
    assert values == {each.name: each.value for each in offered}
