"""The arguments of the steps, as TestStand hands them over."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teststand_modules.arguments import (
    Pattern,
    pattern_of,
    seconds_of,
    site_of,
    sites_of,
    text_of,
)
from teststand_modules.errors import ArgumentError


@pytest.mark.parametrize("text", ["detach and close", "Detach_And_Close", " detach and close "])
def test_patterns_are_named_as_people_write(text):
    """Case, blanks around it and underscores do not matter."""
    assert pattern_of(text) is Pattern.DETACH_AND_CLOSE


def test_numbers_of_test_stand_are_floats():
    """A site arrives as 1.0, a list of them too; nothing, or an empty list, is all sites."""
    assert (site_of("site", 1.0), sites_of([0.0, 1.0])) == (1, [0, 1])
    assert (site_of("site", None), sites_of(None), sites_of([])) == (None, None, None)


def test_strings_that_nobody_filled_in():
    """An empty string is none."""
    assert (text_of("run", ""), text_of("run", " a "), text_of("run", None)) == (None, "a", None)


@pytest.mark.parametrize(
    "call",
    [
        lambda: pattern_of("keep"),
        lambda: seconds_of("t", -1),
        lambda: seconds_of("t", math.inf),
        lambda: seconds_of("t", math.nan),
        lambda: seconds_of("t", "5"),
        lambda: seconds_of("t", True),
        lambda: site_of("s", 0.5),
        lambda: site_of("s", math.nan),
        lambda: site_of("s", -2),
        lambda: site_of("s", "0"),
        lambda: text_of("r", 5.0),
    ],
)
def test_what_has_no_meaning_is_refused(call):
    """A wait is bounded, a site is a whole number, a text is a text."""
    with pytest.raises(ArgumentError, match="Give "):
        call()


@given(st.one_of(st.floats(), st.text(), st.none(), st.booleans(), st.integers()))
def test_nothing_else_is_raised(value):
    """Whatever is handed over is taken or refused by an error that people understand."""
    for function in (lambda: pattern_of(value), lambda: seconds_of("a", value)):
        try:
            function()
        except ArgumentError:
            continue
    try:
        site_of("s", value)
    except ArgumentError:
        return
