"""What a measurement may be asked to do."""

from __future__ import annotations

import math

import pytest

from measurement_support.conditions import Conditions, limits_of
from session_sharing import Limits
from session_sharing.errors import InvalidRequestError

GOOD = {"serial_number": "SN-1", "readings": 10, "interval": 0.005}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("readings", 0),
        ("readings", 100_001),
        ("interval", -0.001),
        ("interval", math.inf),
        ("interval", math.nan),
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


def test_an_infinite_limit_is_none():
    """Who has no limit on a side gives an infinite one, as a number has to be given."""
    assert limits_of(1.0, 2.0) == Limits(1.0, 2.0)
    assert limits_of(-math.inf, 2.0) == Limits(high=2.0)
    assert limits_of(1.0, math.inf) == Limits(low=1.0)


@pytest.mark.parametrize(
    ("low", "high"), [(2.0, 1.0), (math.nan, 1.0), (1.0, math.nan), (math.inf, math.inf)]
)
def test_limits_that_nothing_meets_are_refused(low, high):
    """Limits between which no value lies are a mistake, and told as one."""
    with pytest.raises(InvalidRequestError, match="limit"):
        limits_of(low, high)
