"""The model of one resource, with histories of sessions made by hand."""

from __future__ import annotations

import pytest

from session_sharing.behavior import Behavior
from session_sharing.testing.history import UNANSWERED, Operation
from session_sharing.testing.linearizability import find_violation
from session_sharing.testing.sequential_model import SessionModel
from session_sharing.testing.session_calls import (
    CLOSED,
    ENDED,
    EXISTS,
    LEFT_OPEN,
    NOT_FOUND,
    PENDING,
    STORED,
    Abandon,
    ForceClose,
    Got,
    Initialize,
    Log,
    Refused,
    Release,
)

AUTO, NEW, ATTACH, NEW_DETACH, ATTACH_CLOSE = Behavior
A, B = "attachment of ann", "attachment of bob"
CREATED, ATTACHED = Got("s1", True), Got("s1", False)
Calls = list[tuple[object, object]]


def ann(behavior: int, attachment: str = A, alias: str = "") -> Initialize:
    return Initialize(attachment, "ann", behavior, alias)


def bob(behavior: int, attachment: str = B, alias: str = "") -> Initialize:
    return Initialize(attachment, "bob", behavior, alias)


def in_turn(calls: Calls) -> list[Operation]:
    """Return a history in which each call is answered before the next is sent."""
    return [
        Operation("client", call, answer, 2 * place, 2 * place + 1)
        for place, (call, answer) in enumerate(calls)
    ]


def at_once(calls: Calls) -> list[Operation]:
    """Return a history in which all calls are in flight at the same time."""
    return [Operation("client", call, answer, 0, 1) for call, answer in calls]


def is_legal(history: list[Operation]) -> bool:
    return find_violation(history, SessionModel()) is None


@pytest.mark.parametrize("behavior", Behavior)
def test_initialize_follows_the_table(behavior: Behavior) -> None:
    """Where no session is open 0, 1, 3 create; where one is, 0, 2, 4 attach; else they fail."""
    creates, attaches = behavior in (0, 1, 3), behavior in (0, 2, 4)
    for answer in (CREATED, ATTACHED, EXISTS, NOT_FOUND):
        right = answer == (CREATED if creates else NOT_FOUND)
        assert is_legal(in_turn([(ann(behavior), answer)])) is right
        opened = (bob(NEW_DETACH), CREATED)
        right = answer == (ATTACHED if attaches else EXISTS)
        assert is_legal(in_turn([opened, (ann(behavior), answer)])) is right


@pytest.mark.parametrize(
    ("behavior", "created", "attached"),
    [
        (AUTO, CLOSED, LEFT_OPEN),
        (NEW, CLOSED, None),
        (ATTACH, None, LEFT_OPEN),
        (NEW_DETACH, LEFT_OPEN, None),
        (ATTACH_CLOSE, None, CLOSED),
    ],
)
def test_release_follows_the_table(
    behavior: Behavior, created: str | None, attached: str | None
) -> None:
    """What becomes of the session when its last attachment is released is the behaviour's."""
    left_open: Calls = [(bob(NEW_DETACH), CREATED), (Release(B), LEFT_OPEN)]
    for answer in (CLOSED, PENDING, LEFT_OPEN):
        release = (Release(A), answer)
        if created:
            assert is_legal(in_turn([(ann(behavior), CREATED), release])) is (answer == created)
        if attached:
            calls = [*left_open, (ann(behavior), ATTACHED), release]
            assert is_legal(in_turn(calls)) is (answer == attached)


@pytest.mark.parametrize(("asks", "outcome"), [(True, CLOSED), (False, LEFT_OPEN)])
def test_a_release_may_say_otherwise_than_its_behavior(asks: bool, outcome: str) -> None:
    """`close()` always asks to close, `detach()` never does."""
    for behavior in (AUTO, NEW, NEW_DETACH):
        for answer in (CLOSED, LEFT_OPEN):
            calls: Calls = [(ann(behavior), CREATED), (Release(A, asks), answer)]
            assert is_legal(in_turn(calls)) is (answer == outcome)


LEGAL: dict[str, Calls] = {
    "a pending close waits for the last attachment": [
        *((ann(NEW), CREATED), (bob(AUTO), ATTACHED), (Release(A), PENDING), (Log(B, 1), STORED)),
        *((bob(ATTACH, "C"), ATTACHED), (ann(NEW, "D"), EXISTS), (Release(B), PENDING)),
        *((Release("C"), CLOSED), (ann(ATTACH, "E"), NOT_FOUND)),
    ],
    "a new session has a new name": [
        *((ann(NEW), CREATED), (Release(A), CLOSED), (ann(NEW, "C"), Got("s2", True))),
        (bob(AUTO), Got("s2", False)),
    ],
    "repetitions have the same answer": [
        *((ann(NEW), CREATED), (ann(NEW), CREATED), (bob(AUTO), ATTACHED), (Release(A), PENDING)),
        *((Release(A), PENDING), (Release(B), CLOSED), (Release(A), CLOSED), (Release(B), CLOSED)),
    ],
    "a repeated release does not close a later session": [
        *((ann(NEW), CREATED), (Release(A), CLOSED), (ann(NEW, "C"), Got("s2", True))),
        *((Release(A), CLOSED), (Log("C", 1), STORED)),
    ],
    "what was let go is refused": [
        *((ann(NEW_DETACH), CREATED), (bob(AUTO), ATTACHED), (Release(A), LEFT_OPEN)),
        *((Log(A, 1), ENDED), (ann(NEW_DETACH), ENDED), (Release(B, True), CLOSED)),
        *((Log(A, 2), NOT_FOUND), (Log(B, 1), NOT_FOUND)),
    ],
    "one client's aliases share the session it created": [
        *((ann(NEW, alias="x"), CREATED), (ann(NEW, "C", "y"), ATTACHED)),
        *((ann(NEW, "D", "y"), EXISTS), (bob(NEW, alias="z"), EXISTS)),
        *((Release(A), PENDING), (ann(NEW, "E", "z"), EXISTS), (Release("C"), CLOSED)),
    ],
    "closing by force lets go of all": [
        *((ann(NEW), CREATED), (bob(AUTO), ATTACHED), (ForceClose("s1"), CLOSED)),
        *((Log(A, 1), NOT_FOUND), (Release(B), CLOSED), (ann(NEW, "C"), Got("s2", True))),
        (ForceClose("s1"), NOT_FOUND),
    ],
    "a release that comes first forbids": [(Release(A), LEFT_OPEN), (ann(NEW), ENDED)],
}

ILLEGAL: dict[str, Calls] = {
    "two sessions on one resource": [(ann(AUTO), CREATED), (bob(AUTO), Got("s2", True))],
    "two winners": [(ann(NEW), CREATED), (bob(NEW), Got("s2", True))],
    "attached to another name": [(ann(AUTO), CREATED), (bob(AUTO), Got("s2", False))],
    "a name comes back": [(ann(NEW), CREATED), (Release(A), CLOSED), (ann(NEW, "C"), CREATED)],
    "closed under an attachment": [
        *((ann(NEW), CREATED), (bob(AUTO), ATTACHED), (Release(A), CLOSED)),
    ],
    "a record refused under an attachment": [
        *(
            (ann(NEW), CREATED),
            (bob(AUTO), ATTACHED),
            (Release(A), PENDING),
            (Log(B, 1), NOT_FOUND),
        ),
    ],
    "a pending close is forgotten": [
        *((ann(NEW), CREATED), (bob(AUTO), ATTACHED), (Release(A), PENDING)),
        (Release(B), LEFT_OPEN),
    ],
    "a record is taken after the release": [
        *((ann(NEW_DETACH), CREATED), (Release(A), LEFT_OPEN), (Log(A, 1), STORED)),
    ],
    "attached to what is closed": [
        (ann(NEW), CREATED),
        (Release(A), CLOSED),
        (bob(ATTACH), ATTACHED),
    ],
    "a session of nobody is in the way": [
        *((ann(NEW), CREATED), (Release(A), CLOSED), (bob(NEW), EXISTS)),
    ],
    "a repetition has another answer": [(ann(AUTO), CREATED), (ann(AUTO), ATTACHED)],
    "an error that the contract does not know": [(ann(AUTO), Refused("InternalError"))],
    "a stranger is taken for an alias": [
        *((ann(NEW, alias="x"), CREATED), (bob(NEW, alias="y"), ATTACHED)),
    ],
}


@pytest.mark.parametrize("calls", LEGAL.values(), ids=LEGAL)
def test_what_the_contract_says_is_accepted(calls: Calls) -> None:
    """Answers that the contract gives are legal, one after the other."""
    assert is_legal(in_turn(calls))


@pytest.mark.parametrize("calls", ILLEGAL.values(), ids=ILLEGAL)
def test_what_the_contract_forbids_is_rejected(calls: Calls) -> None:
    """Answers that the contract does not give are found out, in turn."""
    assert not is_legal(in_turn(calls))


@pytest.mark.parametrize(
    "name", ["two sessions on one resource", "two winners", "attached to another name"]
)
def test_no_overlap_excuses_two_sessions(name: str) -> None:
    """Clients that come at the same instant must not get two sessions either."""
    assert not is_legal(at_once(ILLEGAL[name]))


def test_overlap_excuses_what_another_order_explains() -> None:
    """Who comes while a session opens or closes may be before or after that."""
    assert is_legal(at_once([(bob(ATTACH), NOT_FOUND), (ann(NEW), CREATED)]))
    assert is_legal(at_once([(bob(ATTACH), ATTACHED), (ann(NEW), CREATED)]))
    assert is_legal(at_once([(Release(A), CLOSED), (Log(A, 1), STORED), (ann(NEW), CREATED)]))
    assert is_legal(at_once([(Release(A), CLOSED), (Log(A, 1), NOT_FOUND), (ann(NEW), CREATED)]))


MAYBE: dict[str, Calls] = {
    "it did not happen": [(ann(NEW), UNANSWERED), (bob(NEW), CREATED)],
    "it happened": [(ann(NEW), UNANSWERED), (bob(NEW), EXISTS), (bob(ATTACH, "C"), ATTACHED)],
    "it happened, and its release was answered": [
        *((ann(NEW), UNANSWERED), (bob(AUTO), ATTACHED), (Release(A), PENDING)),
        (Release(B), CLOSED),
    ],
    "it happened, and the service noticed that nobody waits": [
        *((Abandon(A), UNANSWERED), (ann(NEW), UNANSWERED), (bob(ATTACH), ATTACHED)),
        *((Release(A), LEFT_OPEN), (Release(B), CLOSED)),
    ],
    "a release happened": [(ann(NEW), CREATED), (Release(A), UNANSWERED), (Log(A, 1), NOT_FOUND)],
    "a release happens later": [
        *((ann(NEW), CREATED), (Release(A), UNANSWERED), (Log(A, 1), STORED)),
        (bob(NEW), Got("s2", True)),
    ],
}

NEVER: dict[str, Calls] = {
    "it happened twice": [
        *((ann(NEW), UNANSWERED), (bob(ATTACH), ATTACHED), (Release(A), PENDING)),
        *((Release(B), CLOSED), (bob(ATTACH, "C"), Got("s2", False))),
    ],
    "it happened after its release": [
        *((ann(NEW), UNANSWERED), (Release(A), LEFT_OPEN), (bob(ATTACH), ATTACHED)),
    ],
    "nothing could have made this session": [(ann(ATTACH), UNANSWERED), (bob(ATTACH), ATTACHED)],
    "its session had two names": [
        *((ann(NEW), UNANSWERED), (bob(ATTACH), ATTACHED), (bob(ATTACH, "C"), Got("s2", False))),
    ],
    "an unanswered attachment was not waited for": [
        *((ann(NEW), UNANSWERED), (bob(ATTACH_CLOSE), ATTACHED), (Release(B), LEFT_OPEN)),
    ],
}


@pytest.mark.parametrize("calls", MAYBE.values(), ids=MAYBE)
def test_calls_without_an_answer_may_have_happened(calls: Calls) -> None:
    """A call whose answer was lost explains what follows, whether it happened or not."""
    assert is_legal(in_turn(calls))


@pytest.mark.parametrize("calls", NEVER.values(), ids=NEVER)
def test_calls_without_an_answer_explain_no_more_than_one_answer_would(calls: Calls) -> None:
    """A call whose answer was lost cannot excuse what no answer to it would."""
    assert not is_legal(in_turn(calls))
