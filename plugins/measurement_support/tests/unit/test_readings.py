"""What readings amount to."""

from __future__ import annotations

import math

import pytest

from measurement_support.readings import Reading, by_pin, hold, mean, noise, status
from session_sharing import Limits
from session_sharing.utc import utc_now

LIMITS = Limits(low=1.0, high=2.0)


def test_each_pin_of_each_site_is_counted_by_itself():
    """Values are kept apart by site and pin, in the order in which these were measured."""
    found = [(1, "A", 1.0), (1, "B", 5.0), (0, "A", 2.0), (1, "A", 3.0)]
    readings = [
        Reading(index, site, pin, "0", value, utc_now())
        for index, (site, pin, value) in enumerate(found)
    ]
    assert list(by_pin(readings).items()) == [
        ((1, "A"), [1.0, 3.0]),
        ((1, "B"), [5.0]),
        ((0, "A"), [2.0]),
    ]


def test_mean_and_noise():
    """They are the mean and the standard deviation; a single reading has no noise."""
    assert (mean([1.0, 2.0]), noise([1.0, 2.0])) == (1.5, pytest.approx(0.5**0.5))
    assert (mean([1.5]), noise([1.5])) == (1.5, 0.0)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_one_value_out_of_range_makes_both_no_number(bad):
    """A reading that was out of range is not averaged away, and is no defect either."""
    assert math.isnan(mean([1.0, bad, -bad]))
    assert math.isnan(noise([1.0, bad, -bad]))
    assert not hold(LIMITS, mean([1.0, bad]))


def test_limits_include_their_bounds():
    """A value on a limit is good, one beyond it is not, nor what is no number."""
    values = (0.9, 1.0, 2.0, 2.1, math.nan)
    assert [hold(LIMITS, value) for value in values] == [False, True, True, False, False]


def test_a_missing_limit_holds_everything():
    """Where there is no limit on a side, no value is beyond it."""
    assert [hold(Limits(low=1.0), value) for value in (0.9, 1e9)] == [False, True]
    assert [hold(Limits(high=1.0), value) for value in (-1e9, 1.1)] == [True, False]


def test_the_status_is_a_word_of_the_records():
    """What a record says of its value is what databases are asked for."""
    assert (status(passed=True), status(passed=False)) == ("passed", "failed")
