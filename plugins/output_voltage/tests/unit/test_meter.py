"""What is logged and told of what multimeters read."""

from __future__ import annotations

import math

import pytest

from measurement_support.conditions import Conditions
from measurement_support.readings import Reading
from output_voltage.meter import OutputVoltage, summarise
from output_voltage.metering import MeasurementType, Metered, MeterSettings
from session_sharing import Limits
from session_sharing.utc import utc_now

LIMITS = Limits(3.2, 3.4)


def meter(measured=MeasurementType.DC_VOLTS) -> OutputVoltage:
    """Return what a run measures."""
    return OutputVoltage(MeterSettings(measured, 10.0, 5.5), Conditions("SN-1", 2, 0.0), LIMITS)


def reading(index, site, value, resolution=1e-4):
    """Return a reading."""
    metered = Metered(value, math.isnan(value), resolution)
    return Reading(index, site, "VOUT", "0", metered, utc_now())


def test_a_record_says_all_of_a_reading():
    """Settings, channel, value with unit and limits, the status, and what it belongs to."""
    record = meter().record(reading(3, 1, 3.3))
    assert record.configurations == {
        "readings": 2,
        "interval": 0.0,
        "measurement_type": "DC_VOLTS",
        "range": 10.0,
        "resolution_digits": 5.5,
        "channel": "0",
    }
    assert record.outputs == {
        "index": 3,
        "voltage": 3.3,
        "signal_out_of_range": False,
        "absolute_resolution": 1e-4,
    }
    assert record.units == {"voltage": "V", "absolute_resolution": "V"}
    assert record.limits == {"voltage": LIMITS}
    assert (record.measurement_name, record.status) == ("output voltage", "passed")
    where = record.context
    assert (where.serial_number, where.site, where.pin) == ("SN-1", 1, "VOUT")
    assert where.program == "output_voltage"
    assert where.run


def test_a_value_is_called_what_it_is():
    """A resistance is not logged as a voltage."""
    record = meter(MeasurementType.TWO_WIRE_RES).record(reading(0, 0, 3.3))
    assert (record.outputs["resistance"], record.units["resistance"]) == (3.3, "ohm")
    assert "voltage" not in record.outputs


@pytest.mark.parametrize(
    ("value", "status"), [(3.2, "passed"), (3.19, "failed"), (3.41, "failed"), (math.nan, "failed")]
)
def test_the_status_is_that_of_the_limits(value, status):
    """A value beyond a limit, or out of range, fails."""
    assert meter().record(reading(0, 0, value)).status == status


def test_outputs_are_told_for_each_pin_of_each_site():
    """One reading out of range makes that pin's mean no number, and the run fails."""
    readings = [
        *(reading(0, 1, 3.2), reading(1, 0, 3.3)),
        *(reading(2, 1, 3.4, 1e-3), reading(3, 0, math.nan)),
    ]
    sites, pins, means, noises, out_of_range, resolutions, passed = summarise(readings, meter())
    assert (sites, pins) == ([1, 0], ["VOUT", "VOUT"])
    assert (means[0], noises[0]) == (pytest.approx(3.3), pytest.approx(0.02**0.5))
    assert math.isnan(means[1])
    assert math.isnan(noises[1])
    assert (out_of_range, resolutions) == ([False, True], [1e-3, 1e-4])
    assert passed is False
    assert summarise(readings[::2], meter())[-1] is True
