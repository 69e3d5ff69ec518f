"""NI-DCPower as NI's own driver calls it."""

from __future__ import annotations

import hightime
import nidcpower
import pytest
from nidcpower.errors import DriverError

from local_station.instruments import driver_error as codes

VOLTS = pytest.approx
NOISE_VOLTS, NOISE_AMPS = 2e-4, 2e-7


def _code(action, *arguments):
    with pytest.raises(DriverError) as caught:
        action(*arguments)
    return caught.value.code


def test_source_and_measure(power):
    """A voltage is sourced into the load, and measured with the current that it takes."""
    with power() as session:
        session.output_function = nidcpower.OutputFunction.DC_VOLTAGE
        session.voltage_level_range = 6.0
        session.current_limit_range = session.current_limit = 0.01
        session.source_delay = hightime.timedelta(seconds=0.05)
        session.voltage_level = 5.0
        with session.initiate():
            session.wait_for_event(nidcpower.Event.SOURCE_COMPLETE, timeout=0.1)
            (measured,) = session.measure_multiple()
            assert session.query_in_compliance() is False
            assert session.query_output_state(nidcpower.OutputStates.CONSTANT_VOLTAGE) is True
        assert measured.voltage == VOLTS(5.0, abs=NOISE_VOLTS)
        assert measured.current == VOLTS(0.005, abs=NOISE_AMPS)
        assert measured.voltage != 5.0
        assert session.source_delay == hightime.timedelta(seconds=0.05)


def test_limit_of_current(power):
    """At its limit the channel is in compliance and gives that current; so it does at once."""
    with power() as session:
        session.voltage_level = 5.0
        session.current_limit = 0.01
        with session.initiate():
            session.current_limit = 0.002
            assert session.query_in_compliance() is True
            assert session.query_output_state(nidcpower.OutputStates.CONSTANT_CURRENT) is True
            voltage = session.measure(nidcpower.MeasurementTypes.VOLTAGE)
            current = session.measure(nidcpower.MeasurementTypes.CURRENT)
    assert (voltage, current) == (VOLTS(2.0, abs=NOISE_VOLTS), VOLTS(0.002, abs=NOISE_AMPS))


def test_source_of_current(power):
    """A current is sourced up to its limit of voltage."""
    with power() as session:
        session.output_function = nidcpower.OutputFunction.DC_CURRENT
        session.current_level, session.voltage_limit = 0.003, 6.0
        with session.initiate():
            assert session.measure_multiple()[0].voltage == VOLTS(3.0, abs=NOISE_VOLTS)
            session.voltage_limit = 1.0
            assert session.query_in_compliance() is True
            assert session.measure_multiple()[0].voltage == VOLTS(1.0, abs=NOISE_VOLTS)


def test_several_channels(power):
    """Channels of several instruments have names, values and readings of their own."""
    with power("DCPower1/0, DCPower1/2,DCPower2/0-1") as session:
        names = ["DCPower1/0", "DCPower1/2", "DCPower2/0", "DCPower2/1"]
        assert session.channel_count == 4
        assert session.get_channel_names(range(4)) == names
        assert session.get_channel_name(1) == names[0]
        session.current_limit = 0.05
        for number, name in enumerate(names):
            session.channels[name].voltage_level = number + 1.0
        with session.initiate():
            measured = session.channels["DCPower2/0-1,DCPower1/2"].measure_multiple()
            fetched = session.channels["DCPower1/2"].fetch_multiple(3)
        assert [each.channel for each in measured] == [names[2], names[3], names[1]]
        assert [each.voltage for each in measured] == VOLTS([3.0, 4.0, 2.0], abs=NOISE_VOLTS)
        assert [each.voltage for each in fetched] == VOLTS([2.0] * 3, abs=NOISE_VOLTS)
        assert [each.in_compliance for each in fetched] == [False] * 3
        assert _code(lambda: session.voltage_level) == codes.CHANNEL_NOT_ALLOWED
        assert session.instruments["DCPower2"].channel_count == 4


def test_only_initiated_channels_give_something(power):
    """A channel that was not initiated is off; waiting for it times out at once, by NI's code."""
    with power("DCPower1/0-1") as session:
        session.voltage_level = 1.0
        with session.channels["DCPower1/0"].initiate():
            on, off = session.measure_multiple()
            assert (on.voltage, off.voltage) == VOLTS((1.0, 0.0), abs=NOISE_VOLTS)
            other = session.channels["DCPower1/1"]
            assert _code(other.wait_for_event, nidcpower.Event.SOURCE_COMPLETE) == -1074116059
            assert _code(other.fetch_multiple, 1) == codes.DCPOWER_TIMEOUT


def test_output_outlives_the_session_until_a_reset(power):
    """Abort and close leave an output on, as hardware does; a reset switches it off."""
    with power() as session:
        session.voltage_level = 1.5
        session.initiate()
        session.abort()
    with power(reset=False) as session:
        assert session.measure_multiple()[0].voltage == VOLTS(1.5, abs=NOISE_VOLTS)
        assert session.voltage_level == 0.0
        session.reset()
        session.abort()
        assert session.measure_multiple()[0].voltage == VOLTS(0.0, abs=NOISE_VOLTS)
        session.voltage_level = 1.5
        session.initiate()
    with power(reset=True) as session:
        assert session.measure_multiple()[0].voltage == VOLTS(0.0, abs=NOISE_VOLTS)


def test_output_disabled(power):
    """A disabled output gives nothing although its channel runs."""
    with power() as session:
        session.voltage_level, session.output_enabled = 1.0, False
        with session.initiate():
            assert session.measure_multiple()[0].voltage == VOLTS(0.0, abs=NOISE_VOLTS)
            session.output_enabled = True
            assert session.measure_multiple()[0].voltage == VOLTS(1.0, abs=NOISE_VOLTS)
        session.disable()
        assert session.output_enabled is False


def test_attributes(power):
    """Attributes of all types are read back as set; what the instrument is cannot be set."""
    with power(options={"simulate": True, "driver_setup": {"Model": "4141"}}) as session:
        session.sense = nidcpower.Sense.REMOTE
        session.ovp_enabled = True
        session.active_advanced_sequence_step = 3
        session.exported_start_trigger_output_terminal = "/Dev1/PXI_Trig0"
        session.configure_aperture_time(2.0, nidcpower.ApertureTimeUnits.POWER_LINE_CYCLES)
        assert session.sense is nidcpower.Sense.REMOTE
        assert session.ovp_enabled is True
        assert session.active_advanced_sequence_step == 3
        assert session.exported_start_trigger_output_terminal == "/Dev1/PXI_Trig0"
        assert session.aperture_time == 2.0
        assert session.aperture_time_units is nidcpower.ApertureTimeUnits.POWER_LINE_CYCLES
        assert session.instrument_model == "NI PXIe-4141"
        with pytest.raises(DriverError) as caught:
            session.instrument_model = "other"
        assert caught.value.code == codes.ATTRIBUTE_READ_ONLY
        session.reset()
        assert session.sense is nidcpower.Sense.LOCAL


def test_level_beyond_the_range(power):
    """A level that exceeds the range which the program set is refused when it would be sourced."""
    with power("DCPower1/0-1") as session:
        session.voltage_level_range = 6.0
        session.channels["DCPower1/1"].voltage_level = 7.0
        session.channels["DCPower1/0"].voltage_level = 5.0
        assert _code(session.initiate) == codes.VALUE_INVALID
        assert session.measure_multiple()[0].voltage == VOLTS(0.0, abs=NOISE_VOLTS)
        session.voltage_level_range = 24.0
        with session.initiate():
            assert _code(setattr, session, "voltage_level_range", 6.0) == codes.VALUE_INVALID
        assert session.voltage_level_range == 24.0


def test_what_is_not_simulated(power):
    """A function, and an output function, that is not simulated is named in the error."""
    with power() as session:
        with pytest.raises(DriverError, match="NI-DCPower CalSelfCalibrate is not sim") as caught:
            session.self_cal()
        assert caught.value.code == codes.FUNCTION_UNSUPPORTED
        session.source_mode = nidcpower.SourceMode.SEQUENCE
        with pytest.raises(DriverError, match="Source mode SEQUENCE is not simulated"):
            session.initiate()


@pytest.mark.parametrize(
    ("resource_name", "options", "code"),
    [
        ("DCPower1/0/0", {}, codes.DEVICE_NOT_FOUND),
        ("DCPower1/30", {}, codes.CHANNEL_UNKNOWN),
        ("DCPower1/0", {"driver_setup": {"Model": "9999"}}, codes.OPTION_UNKNOWN),
    ],
)
def test_wrong_resource(power, resource_name, options, code):
    """A session on what does not exist is refused with NI's code, and none is left behind."""
    for _ in range(2):
        assert _code(lambda: power(resource_name, "taken", 1, options=options)) == code


def test_wrong_channel(power):
    """A channel that is not in the session is refused with NI's code."""
    with power("DCPower1/0") as session:
        assert _code(session.channels["DCPower1/1"].measure_multiple) == codes.CHANNEL_UNKNOWN
        assert session.channels["0"].measure_multiple()[0].channel == "DCPower1/0"
    with power("DCPower1/0,DCPower2/0") as session:
        assert _code(session.channels["0"].abort) == codes.CHANNEL_UNKNOWN


def test_channels_without_independence(power):
    """A session of old programs names its channels without the instrument."""
    with (
        pytest.deprecated_call(),
        power("DCPower1", channels="0,2", independent_channels=False) as session,
    ):
        assert [each.channel for each in session.measure_multiple()] == ["0", "2"]
