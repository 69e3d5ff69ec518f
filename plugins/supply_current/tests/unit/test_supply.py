"""What is logged and told of what a supply gives."""

from __future__ import annotations

import math

import pytest

from measurement_support.conditions import Conditions
from measurement_support.readings import Reading
from session_sharing import Limits
from session_sharing.utc import utc_now
from supply_current.sourcing import SourceSettings, Supplied
from supply_current.supply import SupplyCurrent, summarise

SETTINGS = SourceSettings(5.0, 6.0, 0.01, 0.02, 0.25)
LIMITS = Limits(0.001, 0.002)


def supply() -> SupplyCurrent:
    """Return what a run measures."""
    return SupplyCurrent(SETTINGS, Conditions("SN-1", 2, 0.0), LIMITS)


def reading(index, site, pin, current, *, in_compliance=False):
    """Return a reading."""
    value = Supplied(5.0 + index, current, in_compliance)
    return Reading(index, site, pin, f"SMU1/{site}", value, utc_now())


def test_a_record_says_all_of_a_reading():
    """Settings, channel, values with units and limits, the status, and what it belongs to."""
    record = supply().record(reading(3, 1, "VIN", 0.0015))
    assert record.configurations == {
        "readings": 2,
        "interval": 0.0,
        "voltage_level": 5.0,
        "voltage_level_range": 6.0,
        "current_limit": 0.01,
        "current_limit_range": 0.02,
        "source_delay": 0.25,
        "channel": "SMU1/1",
    }
    assert record.outputs == {"index": 3, "voltage": 8.0, "current": 0.0015, "in_compliance": False}
    assert (record.units, record.limits) == ({"voltage": "V", "current": "A"}, {"current": LIMITS})
    assert (record.measurement_name, record.status) == ("supply current", "passed")
    where = record.context
    assert (where.serial_number, where.site, where.pin) == ("SN-1", 1, "VIN")
    assert where.program == "supply_current"
    assert where.run


@pytest.mark.parametrize(
    ("current", "in_compliance", "status"),
    [
        (0.001, False, "passed"),
        (0.0009, False, "failed"),
        (0.0021, False, "failed"),
        (0.0015, True, "failed"),
        (math.nan, False, "failed"),
    ],
)
def test_a_channel_at_its_limit_never_passes(current, in_compliance, status):
    """A current that only the limit keeps low is not taken for a good one."""
    assert supply().record(reading(0, 0, "VIN", current, in_compliance=in_compliance)).status == (
        status
    )


def test_outputs_are_told_for_each_pin_of_each_site():
    """Voltage and current are means; one reading at the limit is enough to be told, and to fail."""
    readings = [
        reading(0, 1, "VIN", 0.0012),
        reading(1, 1, "VAUX", 0.0015),
        reading(2, 1, "VIN", 0.0014),
        reading(3, 1, "VAUX", 0.0015, in_compliance=True),
    ]
    sites, pins, voltages, currents, limited, passed = summarise(readings, supply())
    assert (sites, pins) == ([1, 1], ["VIN", "VAUX"])
    assert (voltages, currents) == ([6.0, 7.0], pytest.approx([0.0013, 0.0015]))
    assert (limited, passed) == ([False, True], False)
    assert summarise(readings[::2], supply())[-1] is True
