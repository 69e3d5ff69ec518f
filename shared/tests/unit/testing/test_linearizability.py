"""The checker, with histories made by hand on a register that holds one number."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from session_sharing.testing.history import UNANSWERED, Operation
from session_sharing.testing.linearizability import UndecidedError, find_violation


class RegisterModel:
    """A number that is 0 at first. `("write", n)` is answered "ok", `("read",)` with the number."""

    def initial(self) -> int:
        """Return 0."""
        return 0

    def steps(self, state: int, operation: Operation) -> Iterator[int]:
        """Yield the number after the call, if it can have been answered so."""
        kind, *value = operation.call
        expected, after = ("ok", value[0]) if kind == "write" else (state, state)
        if operation.answer in (UNANSWERED, expected):
            yield after

    def stays_without_effect(self, operation: Operation) -> bool:
        """Say whether it reads."""
        return bool(operation.call[0] == "read")


def write(number: int, called: float, ended: float, answer: object = "ok") -> Operation:
    return Operation("writer", ("write", number), answer, called, ended)


def read(number: object, called: float, ended: float) -> Operation:
    return Operation("reader", ("read",), number, called, ended)


LEGAL = {
    "nothing": [],
    "one after the other": [write(1, 0, 1), read(1, 2, 3)],
    "a read during a write sees the old": [write(1, 0, 3), read(0, 1, 2)],
    "a read during a write sees the new": [write(1, 0, 3), read(1, 1, 2)],
    "overlapping writes in either order": [write(1, 0, 3), write(2, 0, 3), read(1, 4, 5)],
    "calls that touch may be in either order": [write(1, 0, 1), read(0, 1, 2)],
    "a lost write happened": [write(1, 0, 1, UNANSWERED), read(1, 2, 3)],
    "a lost write did not happen": [write(1, 0, 1, UNANSWERED), read(0, 2, 3)],
    "a lost write happened late": [write(1, 0, 1, UNANSWERED), read(0, 2, 3), read(1, 4, 5)],
    "two lost writes, the second seen first": [
        write(1, 0, 1, UNANSWERED),
        write(2, 0, 1, UNANSWERED),
        read(2, 2, 3),
        read(1, 4, 5),
    ],
    "a write that changes nothing until another has come between": [
        *(write(1, 1, 1), write(1, 2, 4), write(2, 2, 5), read(1, 6, 10)),
    ],
    "a lost read says nothing": [write(1, 0, 1), read(UNANSWERED, 2, 3), read(1, 4, 5)],
}

ILLEGAL = {
    "a number that nobody wrote": [write(1, 0, 1), read(2, 2, 3)],
    "a write that was forgotten": [write(1, 0, 1), read(0, 2, 3)],
    "a refusal that the model does not know": [write(1, 0, 1, "full")],
    "back to the old after the new": [write(1, 0, 9), read(1, 1, 2), read(0, 3, 4)],
    "readers that disagree about the order": [
        *(write(1, 0, 9), write(2, 0, 9)),
        *(read(1, 10, 11), read(2, 12, 13)),
    ],
    "a lost write seen before it was sent": [read(1, 0, 1), write(1, 2, 3, UNANSWERED)],
    "a lost write that happened twice": [
        write(1, 0, 1, UNANSWERED),
        *(read(1, 2, 3), write(2, 4, 5), read(2, 6, 7), read(1, 8, 9)),
    ],
    "a lost write that was undone": [write(1, 0, 1, UNANSWERED), read(1, 2, 3), read(0, 4, 5)],
}


@pytest.mark.parametrize("history", LEGAL.values(), ids=LEGAL)
def test_what_one_order_explains_is_accepted(history: list[Operation]) -> None:
    """A history is linearizable if some order that respects time explains every answer."""
    assert find_violation(history, RegisterModel()) is None


@pytest.mark.parametrize("history", ILLEGAL.values(), ids=ILLEGAL)
def test_what_no_order_explains_is_rejected(history: list[Operation]) -> None:
    """A history is not linearizable if no order that respects time explains every answer."""
    assert find_violation(history, RegisterModel()) is not None


def test_a_violation_says_how_far_an_explanation_goes() -> None:
    """Whoever reads of a violation sees the calls that fit, and those that do not."""
    written, seen, wrong = write(1, 0, 1), read(1, 2, 3), read(0, 4, 5)
    violation = find_violation([wrong, seen, written], RegisterModel())
    assert violation is not None
    assert (violation.explained, violation.state, violation.stuck) == ([written, seen], 1, [wrong])
    for operation in (written, seen, wrong):
        assert str(operation) in str(violation)


def test_the_search_ends_at_its_limit() -> None:
    """A history that takes too long is neither accepted nor rejected."""
    writes = [write(number, 0, 9) for number in range(12)]
    with pytest.raises(UndecidedError, match="100 configurations"):
        find_violation([*writes, read(99, 10, 11)], RegisterModel(), limit=100)


@given(st.integers(0, 10**9))
def test_the_checker_agrees_with_trying_every_order(seed: int) -> None:
    """On any small history the verdict is that of trying all orders of all calls."""
    random = Random(seed)
    history = []
    for _ in range(random.randint(1, 5)):
        called = random.randint(0, 6)
        ended = called + random.randint(0, 4)
        if random.random() < 0.5:
            answer = random.choice(["ok", "ok", UNANSWERED])
            history.append(write(random.randint(1, 2), called, ended, answer))
        else:
            history.append(read(random.randint(0, 2), called, ended))
    assert (find_violation(history, RegisterModel()) is None) is some_order_explains(history)


def some_order_explains(history: list[Operation]) -> bool:
    """Try every order of the answered calls with any of the others, by the definition."""
    return any(
        all(each in order for each in history if each.answered) and explains(order)
        for length in range(len(history) + 1)
        for order in permutations(history, length)
    )


def explains(order: tuple[Operation, ...]) -> bool:
    number = 0
    for place, operation in enumerate(order):
        if any(later.happened_by < operation.called for later in order[place + 1 :]):
            return False
        states = list(RegisterModel().steps(number, operation))
        if not states:
            return False
        [number] = states
    return True
