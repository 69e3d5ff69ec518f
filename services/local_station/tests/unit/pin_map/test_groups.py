"""Groups of pins that have groups in them."""

from __future__ import annotations

import pytest

from local_station.pin_map.groups import MAX_RESOLVED, flatten
from local_station.pin_map.parsing import parse_pin_map
from services.local_station.tests.pin_map_texts import group_text, groups_text, pin_map_text
from session_sharing.errors import InvalidRequestError


def test_group_that_is_reached_on_two_ways_counts_once():
    """Its members come where it is met first."""
    groups = {"G": ("b", "H", "I"), "H": ("I", "a"), "I": ("c", "b")}
    assert flatten(groups, "G") == ("b", "c", "a")


def test_deep_nesting_is_no_difficulty():
    """A chain of groups is flattened without recursion, and none of them twice."""
    groups = {str(number): (str(number + 1),) * 2 for number in range(5000)}
    assert flatten(groups, "0") == ("5000",)


def test_name_that_is_no_group_is_its_own_member():
    """So requests need not tell pins from groups."""
    assert flatten({"G": ("a",)}, "a") == ("a",)


@pytest.mark.parametrize("repeated", [1, 2])
def test_nesting_that_makes_groups_huge_is_refused(repeated):
    """A small text cannot make the station list endless groups."""
    length = 2000
    groups = [group_text("0", "P")]
    groups += [
        group_text(str(number), *[str(number - 1)] * repeated) for number in range(1, length)
    ]
    xml = pin_map_text(others=groups_text(*groups))
    with pytest.raises(InvalidRequestError, match=f"more than {MAX_RESOLVED} members"):
        parse_pin_map(xml)


def test_members_of_nested_groups_count_for_the_size_of_a_pin_map():
    """By its size is decided whether others have to go on while it is looked through."""
    inner = group_text("inner", *["P"] * 10)
    outer = [group_text(f"outer {number}", "inner") for number in range(10)]
    assert parse_pin_map(pin_map_text(others=groups_text(inner, *outer))).size >= 110
