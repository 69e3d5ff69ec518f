"""What the plug-ins declare: to discovery in their files, to callers in their code."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

import device_communication_measurement
from device_communication import INSTRUMENT_TYPE
from device_communication_measurement.reader.measurement import measurement_service as reader
from device_communication_measurement.writer.measurement import measurement_service as writer
from measurement_support.finding import INTERFACE

PLUG_INS = {"reader": reader, "writer": writer}
each_plug_in = pytest.mark.parametrize("who", PLUG_INS)


def declared(who: str) -> dict[str, object]:
    """Return the entry of the service configuration."""
    name = f"DeviceCommunication{who.capitalize()}.serviceconfig"
    text = files(device_communication_measurement).joinpath(who, name).read_text("utf-8")
    return json.loads(text)["services"][0]


@each_plug_in
def test_the_file_says_what_the_code_registers(who):
    """Discovery finds by the file what it finds by the running plug-in."""
    service, info = declared(who), PLUG_INS[who].service_info
    expected = f"session_sharing.DeviceCommunication{who.capitalize()}"
    assert info.service_class == service["serviceClass"] == expected
    assert info.provided_interfaces == service["providedInterfaces"]
    assert INTERFACE in info.provided_interfaces
    assert info.versions == [service["version"]]


@each_plug_in
def test_the_programs_that_start_it_are_in_the_package(who):
    """What a station starts lies beside the file, for Windows and for others."""
    assert declared(who)["path"] == "start.bat"
    for script in ("start.bat", "start.sh"):
        text = files(device_communication_measurement).joinpath(who, script).read_text("utf-8")
        assert f"-m device_communication_measurement.{who} " in text


@each_plug_in
def test_pins_are_offered_for_the_instrument(who):
    """A sequence editor offers only pins that the plug-in can use; each has one of its own."""
    pin, *_ = PLUG_INS[who]._configuration_parameter_list
    assert pin.annotations["ni/ioresource.instrument_type"] == INSTRUMENT_TYPE
    assert pin.default_value == f"DEVICE_COMMUNICATION_{who.upper()}"
