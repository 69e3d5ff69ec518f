"""The state of one resource key, as the sequential model has it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from session_sharing.testing.session_calls import Initialize

ASK_TO_CLOSE = frozenset({1, 4})
"""The behaviours whose release asks to close, whoever created the session."""

EXPIRED = "expired"
"""How an attachment ended that was taken away."""


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
            what their release left: their answer; EXPIRED if they were taken away.
        past: The names of the sessions before.
        gone: The clients that were given up.
    """

    opened: int = 0
    is_open: bool = False
    name: str | None = None
    creator: str = ""
    pending: bool = False
    holds: frozenset[Hold] = frozenset()
    ended: frozenset[tuple[str, int, str]] = frozenset()
    past: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()

    def hold_of(self, attachment: str) -> Hold | None:
        """Return an attachment if the session has it."""
        return next((each for each in self.holds if each.request.attachment == attachment), None)

    def end_of(self, attachment: str) -> tuple[int, str] | None:
        """Return the session of an attachment that ended, and what its release left."""
        return next((each[1:] for each in self.ended if each[0] == attachment), None)

    def closed(self) -> KeyState:
        """Return the state when the session is closed."""
        past = self.past | {self.name} if self.name is not None else self.past
        return KeyState(self.opened, ended=self.ended, past=past, gone=self.gone)

    def without(self, hold: Hold, *, asks: bool) -> KeyState:
        """Return the state when an attachment is let go; that may close the session."""
        after = replace(self, holds=self.holds - {hold}, pending=self.pending or asks)
        return after.closed() if after.pending and not after.holds else after

    def remembering(self, attachment: str, session: int, outcome: str) -> KeyState:
        """Return the state in which it is known how an attachment ended."""
        return replace(self, ended=self.ended | {(attachment, session, outcome)})
