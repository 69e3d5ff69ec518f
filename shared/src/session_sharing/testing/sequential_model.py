"""What Initialize, Release and logging do to one resource when they come one after the other.

Written from the contract of sessions alone; it shares no rule with the code that it judges. Here
opening and closing take no time, so that all waiting is left out: concurrent clients must not be
able to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace

from session_sharing.testing.history import UNANSWERED, Operation

# What clients ask


@dataclass(frozen=True)
class Initialize:
    """A client wants the session, by the behaviour of this number."""

    attachment: str
    client: str
    behavior: int
    alias: str = ""


@dataclass(frozen=True)
class Release:
    """An attachment is let go; `asks` is None if its behaviour says whether it asks to close."""

    attachment: str
    asks: bool | None = None


@dataclass(frozen=True)
class Abandon:
    """The service may notice that the caller of an unanswered Initialize is gone."""

    attachment: str


@dataclass(frozen=True)
class Log:
    """An attachment logs its record of this number."""

    attachment: str
    number: int


@dataclass(frozen=True)
class ForceClose:
    """An operator closes the session under its holders."""

    session: str


# What they are answered


@dataclass(frozen=True)
class Got:
    """Initialize got this session, and whether it is new."""

    session: str
    new: bool


@dataclass(frozen=True)
class Refused:
    """A call was refused, with an error of this class."""

    error: str


CLOSED, PENDING, LEFT_OPEN, STORED = "closed", "close pending", "left open", "stored"

NOT_FOUND = Refused("SessionNotFoundError")
EXISTS = Refused("SessionExistsError")
ENDED = Refused("AttachmentEndedError")

CREATE, ATTACH = frozenset({0, 1, 3}), frozenset({0, 2, 4})
ASK_TO_CLOSE = frozenset({1, 4})


@dataclass(frozen=True)
class Hold:
    """An attachment, as it was asked for, and whether it created the session."""

    request: Initialize
    created: bool

    @property
    def asks(self) -> bool:
        """Whether releasing it asks to close, by the table of the behaviours."""
        return self.request.behavior in ASK_TO_CLOSE or (
            self.request.behavior == 0 and self.created
        )


@dataclass(frozen=True)
class KeyState:
    """The state of one resource key.

    Attributes:
        opened: How many sessions were opened so far; the last is the one that may be open.
        is_open: Whether a session is open.
        name: Its name; None as long as nobody was told.
        creator: The client that created it.
        pending: Whether it closes when it is held no more.
        holds: Who holds it.
        ended: The attachments that are no more, with the session (0 if they never had one) and
            what their release left: their answer.
        past: The names of the sessions before.
    """

    opened: int = 0
    is_open: bool = False
    name: str | None = None
    creator: str = ""
    pending: bool = False
    holds: frozenset[Hold] = frozenset()
    ended: frozenset[tuple[str, int, str]] = frozenset()
    past: frozenset[str] = frozenset()

    def hold_of(self, attachment: str) -> Hold | None:
        """Return an attachment if the session has it."""
        return next((each for each in self.holds if each.request.attachment == attachment), None)

    def end_of(self, attachment: str) -> tuple[int, str] | None:
        """Return the session of an attachment that ended, and what its release left."""
        return next((each[1:] for each in self.ended if each[0] == attachment), None)

    def closed(self) -> KeyState:
        """Return the state when the session is closed."""
        past = self.past | {self.name} if self.name is not None else self.past
        return KeyState(self.opened, ended=self.ended, past=past)


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
            Log: _log,
            ForceClose: _force_close,
        }
        answer = operation.answer
        told = answer.session if isinstance(answer, Got) else None
        for expected, after in outcomes[type(operation.call)](state, operation.call, told):
            if answer in (UNANSWERED, expected):
                yield after


def _initialize(state: KeyState, call: Initialize, told: str | None) -> Iterator[Outcome]:
    hold = state.hold_of(call.attachment)
    if state.end_of(call.attachment) is not None:
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
        asks = hold.asks if call.asks is None else call.asks
        outcome, after = _detach(state, hold, asks=asks)
        yield outcome, _remember(after, call.attachment, state.opened, outcome)
    elif end is None:  # It never was: see to it that it never will be.
        yield LEFT_OPEN, _remember(state, call.attachment, 0, LEFT_OPEN)
    else:
        session, outcome = end
        gone = session < state.opened or not state.is_open
        yield (CLOSED if gone and outcome != LEFT_OPEN else outcome), state


def _detach(state: KeyState, hold: Hold, *, asks: bool) -> tuple[str, KeyState]:
    after = replace(state, holds=state.holds - {hold}, pending=state.pending or asks)
    if after.pending and not after.holds:
        return CLOSED, after.closed()
    return (PENDING if after.pending else LEFT_OPEN), after


def _remember(state: KeyState, attachment: str, session: int, outcome: str) -> KeyState:
    return replace(state, ended=state.ended | {(attachment, session, outcome)})


def _abandon(state: KeyState, call: Abandon, _: str | None) -> Iterator[Outcome]:
    """Nobody learned of the attachment: it is released as its behaviour says, and forgotten."""
    hold = state.hold_of(call.attachment)
    if hold is not None:
        yield UNANSWERED, _detach(state, hold, asks=hold.asks)[1]


def _log(state: KeyState, call: Log, _: str | None) -> Iterator[Outcome]:
    end = state.end_of(call.attachment)
    if state.hold_of(call.attachment) is not None:
        yield STORED, state
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
