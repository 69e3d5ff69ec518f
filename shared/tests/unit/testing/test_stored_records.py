"""The comparison of what was stored with what clients were told."""

from __future__ import annotations

import pytest

from session_sharing.testing.history import UNANSWERED, Operation
from session_sharing.testing.session_calls import ENDED, STORED, Log, Release
from session_sharing.testing.stored_records import find_misplaced


def logged(answer: object, number: int = 1, attachment: str = "a") -> Operation:
    return Operation("client", Log(attachment, number), answer, number, number + 0.5)


@pytest.mark.parametrize(
    ("answer", "right"), [(STORED, {1}), (ENDED, {0}), (UNANSWERED, {0, 1})], ids=str
)
def test_records_are_there_as_often_as_was_told(answer: object, right: set[int]) -> None:
    """Acknowledged: once. Refused: never. Without an answer: at most once."""
    for count in range(3):
        wrong = find_misplaced([Log("a", 1)] * count, [logged(answer)])
        assert (not wrong) is (count in right)


def test_records_that_nobody_logged_are_reported() -> None:
    """Nothing turns up that nobody logged."""
    [wrong] = find_misplaced([Log("a", 1)], [])
    assert "nobody logged it" in wrong


def test_the_order_is_that_of_each_attachment() -> None:
    """Records of one attachment are in the order of their numbers; others may come between."""
    history = [logged(STORED, 1), logged(STORED, 2), logged(STORED, 1, "b")]
    first, second, other = (each.call for each in history)
    assert find_misplaced([first, other, second], history) == []
    [wrong] = find_misplaced([second, other, first], history)
    assert "after record 2" in wrong


def test_other_calls_store_nothing() -> None:
    """A release is not expected among the records."""
    assert find_misplaced([], [Operation("client", Release("a"), "closed", 0, 1)]) == []
