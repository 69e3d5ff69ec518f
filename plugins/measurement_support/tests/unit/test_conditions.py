"""What a measurement may be asked to do."""

from __future__ import annotations

import math

import pytest

from measurement_support.conditions import Conditions
from session_sharing.errors import InvalidRequestError

GOOD = {
    "serial_number": "SN-1",
    "readings": 10,
    "interval": 0.005,
    "input_voltage": 5.0,
    "load_current": 0.1,
    "seed": 7,
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("readings", 0),
        ("readings", 100_001),
        ("interval", -0.001),
        ("interval", math.inf),
        ("input_voltage", math.nan),
        ("load_current", 1.5),
    ],
)
def test_what_makes_no_sense_is_refused(name, value):
    """A condition that nobody could set is told with its name and what it can be."""
    with pytest.raises(InvalidRequestError, match=f"{name} is .* it can be .* to "):
        Conditions(**{**GOOD, name: value})


def test_records_tell_how_it_was_measured():
    """Each record has all conditions; the unit itself stands in the record's context."""
    recorded = {name: value for name, value in GOOD.items() if name != "serial_number"}
    assert Conditions(**GOOD).recorded() == recorded
