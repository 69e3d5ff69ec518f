"""What Initialize, Release and logging do to one resource when they come one after the other.

Written from the contract of sessions alone; it shares no rule with the code that it judges. Here
opening and closing take no time, so that all waiting is left out: concurrent clients must not be
able to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace

from session_sharing.testing.history import UNANSWERED, Operation
from session_sharing.testing.key_state import EXPIRED, Hold, KeyState
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
    Abandon,
    AskToClose,
    Expire,
    ForceClose,
    Got,
    Initialize,
    Log,
    Release,
)

CREATE, ATTACH = frozenset({0, 1, 3}), frozenset({0, 2, 4})

Outcome = tuple[Hashable, KeyState]
"""An answer that a call may have in a state, and the state after it."""


class SessionModel:
    """The sequential model of the sessions on one resource key."""

    def initial(self) -> KeyState:
        """Return the state in which nobody has ever opened the resource."""
        return KeyState()

    def steps(self, state: KeyState, operation: Operation) -> Iterator[KeyState]:
        """Yield the states that a call may lead to, given its answer."""
        outcomes: dict[type, Callable[..., Iterator[Outcome]]] = {
            Initialize: _initialize,
            Release: _release,
            Abandon: _abandon,
            AskToClose: _ask_to_close,
            Expire: _expire,
            ForceClose: _force_close,
            Log: _log,
        }
        answer = operation.answer
        told = answer.session if isinstance(answer, Got) else None
        for expected, after in outcomes[type(operation.call)](state, operation.call, told):
            if answer in (UNANSWERED, expected):
                yield after
        if answer == STOPPING:
            yield state

    def stays_without_effect(self, operation: Operation) -> bool:
        """Say that all calls do that, with the answer that they had.

        Attachments that ended, sessions of the past and clients that are gone stay so; a pending
        close stays as long as its session; who holds a session holds it until it is told that it
        does not any more, which is another answer.
        """
        return True


def _initialize(state: KeyState, call: Initialize, told: str | None) -> Iterator[Outcome]:
    hold = state.hold_of(call.attachment)
    if call.client in state.gone:
        yield UNKNOWN, state
    elif state.end_of(call.attachment) is not None:
        yield ENDED, state
    elif hold is not None:  # A repetition: the same answer again.
        yield from _got(state, told, new=hold.created)
    elif not state.is_open:
        yield from _create(state, call, told) if call.behavior in CREATE else [(NOT_FOUND, state)]
    elif call.behavior in ATTACH or _own_other_alias(state, call):
        held = replace(state, holds=state.holds | {Hold(call, created=False)})
        yield from _got(held, told, new=False)
    else:
        yield EXISTS, state
        if call.take_over and state.creator in state.gone and not state.holds:
            yield from _create(state.closed(), call, told)


def _create(state: KeyState, call: Initialize, told: str | None) -> Iterator[Outcome]:
    created = replace(
        state,
        opened=state.opened + 1,
        is_open=True,
        creator=call.client,
        holds=frozenset({Hold(call, created=True)}),
    )
    yield from _got(created, told, new=True)


def _got(state: KeyState, told: str | None, *, new: bool) -> Iterator[Outcome]:
    """Yield the answer with the name of the session; who is told it first makes it known."""
    if state.name is None and told is not None and told not in state.past:
        state = replace(state, name=told)
    yield Got(state.name or "", new), state


def _own_other_alias(state: KeyState, call: Initialize) -> bool:
    """Return whether the caller created the session and holds it, under other aliases only."""
    own = {each.request.alias for each in state.holds if each.request.client == call.client}
    mine = state.creator == call.client and not state.pending
    return mine and bool(own) and call.alias not in own


def _release(state: KeyState, call: Release, _: str | None) -> Iterator[Outcome]:
    hold, end = state.hold_of(call.attachment), state.end_of(call.attachment)
    if hold is not None:
        after = state.without(hold, asks=hold.asks if call.asks is None else call.asks)
        outcome = _left(after, state.opened)
        yield outcome, after.remembering(call.attachment, state.opened, outcome)
    elif end is None:  # It never was: see to it that it never will be.
        yield LEFT_OPEN, state.remembering(call.attachment, 0, LEFT_OPEN)
    elif end[1] == LEFT_OPEN:
        yield LEFT_OPEN, state
    else:
        yield _left(state, end[0]), state


def _left(state: KeyState, session: int) -> str:
    """Return what is left of a session that was let go."""
    if session < state.opened or not state.is_open:
        return CLOSED
    return PENDING if state.pending else LEFT_OPEN


def _abandon(state: KeyState, call: Abandon, _: str | None) -> Iterator[Outcome]:
    """Nobody learned of the attachment: it is released as its behaviour says, and forgotten."""
    hold = state.hold_of(call.attachment)
    if hold is not None:
        yield UNANSWERED, state.without(hold, asks=hold.asks)


def _expire(state: KeyState, call: Expire, _: str | None) -> Iterator[Outcome]:
    """All that the client holds is released as the behaviours say, and taken away for good."""
    after = replace(state, gone=state.gone | {call.client})
    for hold in state.holds:
        if hold.request.client == call.client:
            after = after.without(hold, asks=hold.asks)
            after = after.remembering(hold.request.attachment, state.opened, EXPIRED)
    yield GIVEN_UP, after


def _log(state: KeyState, call: Log, _: str | None) -> Iterator[Outcome]:
    end = state.end_of(call.attachment)
    if state.hold_of(call.attachment) is not None:
        yield STORED, state
    elif end is not None and end[1] == EXPIRED:
        yield ENDED, state
    elif end is not None:
        still_open = state.is_open and end[0] == state.opened
        yield (ENDED if still_open else NOT_FOUND), state


def _force_close(state: KeyState, call: ForceClose, _: str | None) -> Iterator[Outcome]:
    if state.is_open and state.name == call.session:
        ended = {(each.request.attachment, state.opened, CLOSED) for each in state.holds}
        yield CLOSED, replace(state, ended=state.ended | ended).closed()
    elif call.session in state.past:  # It may still be closing for somebody else, or be gone.
        yield CLOSED, state
        yield NOT_FOUND, state


def _ask_to_close(state: KeyState, call: AskToClose, _: str | None) -> Iterator[Outcome]:
    if state.is_open and state.name == call.session:
        after = replace(state, pending=True)
        yield (PENDING, after) if state.holds else (CLOSED, after.closed())
    elif call.session in state.past:
        yield CLOSED, state
        yield NOT_FOUND, state
