"""The table of the five behaviours, and its numbers on the wire."""

from __future__ import annotations

from enum import IntEnum

import pytest

from session_sharing.behavior import (
    RULES,
    Behavior,
    asks_to_close,
    attaches,
    behavior_from_number,
    creates,
)
from session_sharing.errors import InvalidRequestError

#        number  creates attaches  closes if it created, closes if it attached
TABLE = [
    (0, True, True, True, False),
    (1, True, False, True, True),
    (2, False, True, False, False),
    (3, True, False, False, False),
    (4, False, True, True, True),
]


class TheirBehavior(IntEnum):
    """An enumeration such as NI's: the same numbers under names of its own."""

    ATTACH = 2


def test_the_numbers_are_those_of_ni() -> None:
    """The names and numbers are NI's `SessionInitializationBehavior`: pin maps rely on them."""
    assert {behavior.name: behavior.value for behavior in Behavior} == {
        "AUTO": 0,
        "INITIALIZE_SERVER_SESSION": 1,
        "ATTACH_TO_SERVER_SESSION": 2,
        "INITIALIZE_SESSION_THEN_DETACH": 3,
        "ATTACH_TO_SESSION_THEN_CLOSE": 4,
    }


@pytest.mark.parametrize(("number", "new", "attach", "close_own", "close_other"), TABLE)
def test_each_row_says_what_the_contract_says(
    number: int, new: bool, attach: bool, close_own: bool, close_other: bool
) -> None:
    """Each behaviour creates, attaches and closes as its row of the contract says."""
    behavior = behavior_from_number(number)
    assert creates(behavior) is new
    assert attaches(behavior) is attach
    assert asks_to_close(behavior, created=True) is close_own
    assert asks_to_close(behavior, created=False) is close_other


def test_every_behavior_has_a_rule_and_a_use() -> None:
    """No behaviour is without its row, and each can at least create or attach."""
    assert set(RULES) == set(Behavior) == {behavior_from_number(row[0]) for row in TABLE}
    assert all(creates(behavior) or attaches(behavior) for behavior in Behavior)


@pytest.mark.parametrize("behavior", Behavior)
def test_every_behavior_attaches_to_its_own_session(behavior: Behavior) -> None:
    """Under another alias of the session's creator all five attach."""
    assert attaches(behavior, own_other_alias=True)


def test_a_foreign_enumeration_is_taken_by_its_number() -> None:
    """NI's enumeration need not be imported: its members are taken by their number."""
    assert behavior_from_number(TheirBehavior.ATTACH) is Behavior.ATTACH_TO_SERVER_SESSION


@pytest.mark.parametrize("number", [-1, 5, 2**40, 2.0, 2.7, float("inf"), "3", "attach", None])
def test_an_unknown_behavior_is_refused_with_those_there_are(number: int) -> None:
    """What is no behaviour is INVALID_ARGUMENT, naming it and all five."""
    with pytest.raises(InvalidRequestError) as caught:
        behavior_from_number(number)
    assert repr(number) in caught.value.message
    assert all(f"{known.value} {known.name}" in caught.value.message for known in Behavior)
