"""What readings amount to."""

from __future__ import annotations

import math

import pytest

from measurement_support.readings import Reading, hold, status, summarise
from session_sharing import Limits
from session_sharing.utc import utc_now

LIMITS = Limits(low=1.0, high=2.0)


def readings(*found):
    """Return readings of pairs of site and value."""
    return [
        Reading(index, site, "VOUT", "0", value, utc_now())
        for index, (site, value) in enumerate(found)
    ]


def test_each_site_is_summed_up_by_itself():
    """Mean and noise are those of a site, in the order in which the sites were measured."""
    found = summarise(readings((1, 1.0), (0, 1.5), (1, 2.0), (0, 1.5)), LIMITS)
    assert (found.sites, found.mean) == ([1, 0], [1.5, 1.5])
    assert found.noise == [pytest.approx(0.5**0.5), 0.0]
    assert found.passed


def test_one_bad_site_fails_the_measurement():
    """A measurement passes only if every site does, whatever the others average to."""
    assert not summarise(readings((0, 1.5), (1, 2.1)), LIMITS).passed
    assert not summarise(readings((0, 0.9), (1, 1.5)), LIMITS).passed


def test_limits_include_their_bounds():
    """A value on a limit is good, one beyond it is not; its status says the same in a word."""
    values = (0.9, 1.0, 2.0, 2.1, math.nan)
    good = [False, True, True, False, False]
    assert [hold(LIMITS, value) for value in values] == good
    assert [status(LIMITS, value) == "passed" for value in values] == good
    assert status(LIMITS, 0.9) == "failed"


def test_a_missing_limit_holds_everything():
    """Where there is no limit on a side, no value is beyond it."""
    assert [hold(Limits(low=1.0), value) for value in (0.9, 1e9)] == [False, True]
    assert [hold(Limits(high=1.0), value) for value in (-1e9, 1.1)] == [True, False]


def test_a_single_reading_has_no_noise():
    """One reading is enough for a result."""
    assert summarise(readings((0, 1.5)), LIMITS).noise == [0.0]
