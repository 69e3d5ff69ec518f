"""The model of one resource: clients that are gone for good, orphans, and polite operators."""

from __future__ import annotations

import pytest

from session_sharing.testing.history import UNANSWERED, Operation
from session_sharing.testing.linearizability import find_violation
from session_sharing.testing.sequential_model import SessionModel
from session_sharing.testing.session_calls import (
    CLOSED,
    ENDED,
    EXISTS,
    GIVEN_UP,
    LEFT_OPEN,
    NOT_FOUND,
    PENDING,
    STOPPING,
    STORED,
    UNKNOWN,
    AskToClose,
    Expire,
    Got,
    Initialize,
    Log,
    Release,
)

AUTO, NEW, ATTACH, NEW_DETACH = range(4)
A, B = "attachment of ann", "attachment of bob"
CREATED, ATTACHED = Got("s1", True), Got("s1", False)
ANN_DIES = (Expire("ann"), UNANSWERED)
ANN_GIVEN_UP = (Expire("ann"), GIVEN_UP)
Calls = list[tuple[object, object]]


def ann(behavior: int, attachment: str = A) -> Initialize:
    return Initialize(attachment, "ann", behavior)


def bob(behavior: int, attachment: str = B, *, take_over: bool = False) -> Initialize:
    return Initialize(attachment, "bob", behavior, take_over=take_over)


def is_legal(calls: Calls) -> bool:
    """Return whether calls, each answered before the next is sent, are as the contract says."""
    history = [
        Operation("client", call, answer, 2 * place, 2 * place + 1)
        for place, (call, answer) in enumerate(calls)
    ]
    return find_violation(history, SessionModel()) is None


LEFT_BY_ANN: Calls = [(ann(NEW_DETACH), CREATED), (Release(A), LEFT_OPEN)]
HELD_BY_BOTH: Calls = [(ann(NEW), CREATED), (bob(ATTACH), ATTACHED)]

LEGAL: dict[str, Calls] = {
    "what a dead client created closes": [
        (ann(NEW), CREATED),
        ANN_DIES,
        (bob(NEW), Got("s2", True)),
    ],
    "what a dead client left open stays": [
        (ann(NEW_DETACH), CREATED),
        ANN_DIES,
        (bob(NEW), EXISTS),
    ],
    "a death takes the session from nobody": [
        *(
            *HELD_BY_BOTH,
            ANN_DIES,
            (Log(B, 1), STORED),
            (Log(A, 1), ENDED),
            (bob(NEW, "C"), EXISTS),
        ),
        *((Release(A), PENDING), (Release(B), CLOSED), (Release(A), CLOSED), (Log(A, 2), ENDED)),
    ],
    "a death is noticed late, or never": [
        *(*HELD_BY_BOTH, ANN_DIES, (Log(A, 1), STORED), (Release(A), PENDING)),
    ],
    "who was given up has to start anew": [(ann(NEW), CREATED), ANN_DIES, (ann(NEW), UNKNOWN)],
    "who comes back is told that it was given up": [
        *(*HELD_BY_BOTH, ANN_GIVEN_UP, (Log(A, 1), ENDED), (Release(B), CLOSED)),
    ],
    "a service that stops refuses, and does nothing": [
        *((ann(NEW), STOPPING), (bob(NEW), CREATED), (Log(B, 1), STOPPING), (Log(B, 1), STORED)),
    ],
    "an orphan is taken over": [
        *(*LEFT_BY_ANN, ANN_DIES, (bob(NEW, take_over=True), Got("s2", True))),
        *((Release(A), LEFT_OPEN), (Release(B), CLOSED)),
    ],
    "that a creator is dead may be unknown": [
        *(*LEFT_BY_ANN, ANN_DIES, (bob(NEW, take_over=True), EXISTS)),
    ],
    "a polite operator waits for the holders": [
        *(*HELD_BY_BOTH, (AskToClose("s1"), PENDING), (Log(A, 1), STORED), (Release(B), PENDING)),
        *((Release(A), CLOSED), (AskToClose("s1"), NOT_FOUND)),
    ],
    "what nobody holds closes at once": [
        *(*LEFT_BY_ANN, (AskToClose("s1"), CLOSED), (bob(NEW), Got("s2", True))),
    ],
}

ILLEGAL: dict[str, Calls] = {
    "what was taken away comes back": [
        *(*HELD_BY_BOTH, ANN_DIES, (Log(A, 1), ENDED), (Log(A, 2), STORED)),
    ],
    "a client is given up without a reason": [(ann(NEW), CREATED), (ann(NEW), UNKNOWN)],
    "who was told that it was given up still holds": [
        *(*HELD_BY_BOTH, ANN_GIVEN_UP, (Log(A, 1), STORED)),
    ],
    "a service that stops refuses, and does it": [(ann(NEW), STOPPING), (bob(NEW), EXISTS)],
    "a death closes under others": [
        *(*HELD_BY_BOTH, ANN_DIES, (Log(A, 1), ENDED), (Log(B, 1), NOT_FOUND)),
    ],
    "a living creator's session is taken over": [
        *(*LEFT_BY_ANN, (bob(NEW, take_over=True), Got("s2", True))),
    ],
    "an orphan is taken over unasked": [*LEFT_BY_ANN, ANN_DIES, (bob(NEW), Got("s2", True))],
    "a session that is held is taken over": [
        *((ann(NEW_DETACH), CREATED), (bob(ATTACH), ATTACHED), ANN_DIES),
        (bob(NEW, "C", take_over=True), Got("s2", True)),
    ],
    "a polite operator closes under others": [*HELD_BY_BOTH, (AskToClose("s1"), CLOSED)],
    "what an operator asked is forgotten": [
        *((ann(NEW_DETACH), CREATED), (AskToClose("s1"), PENDING), (Release(A), LEFT_OPEN)),
    ],
    "a polite close of nothing": [(AskToClose("s1"), CLOSED)],
}


@pytest.mark.parametrize("calls", LEGAL.values(), ids=LEGAL)
def test_what_the_contract_says_is_accepted(calls: Calls) -> None:
    """Answers that the contract gives are legal, whether a death was noticed or not yet."""
    assert is_legal(calls)


@pytest.mark.parametrize("calls", ILLEGAL.values(), ids=ILLEGAL)
def test_what_the_contract_forbids_is_rejected(calls: Calls) -> None:
    """A death, an orphan or an operator excuses no more than the contract does."""
    assert not is_legal(calls)
