"""Registries that are wrong on purpose, as sessions are often shared. A checker must say so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from session_sharing.core import (
    Answer,
    Effect,
    Initialized,
    InitializeRequest,
    Kept,
    KeptAttachment,
    Outcome,
    Registry,
    Released,
    ReleaseRequest,
    Ticket,
)
from session_sharing.information import SessionState


class LooksUpThenCreates(Registry):
    """Looks whether a session is open and creates one if not: between the two there is a gap.

    Whoever comes while the session is still opening finds none, and opens the resource again: that
    second session goes under a key of its own, so that this registry is otherwise in order.
    """

    def __init__(self, new_name: Callable[[], str], new_public_id: Callable[[], str]) -> None:
        super().__init__(new_name, new_public_id)
        self._keys: dict[str, str] = {}

    def initialize(
        self, ticket: Ticket, request: InitializeRequest, now: datetime
    ) -> Sequence[Effect]:
        """Decide as if a session that is opening were none."""
        if self._is_opening(request.key):
            own_key = f"{request.key} for {request.attachment_id}"
            self._keys.setdefault(request.attachment_id, own_key)
        return super().initialize(ticket, self._moved(request), now)

    def abandon(
        self, ticket: Ticket, request: InitializeRequest, now: datetime
    ) -> Sequence[Effect]:
        """Take back a call where it was put."""
        return super().abandon(ticket, self._moved(request), now)

    def _is_opening(self, key: str) -> bool:
        return any(
            session.resource_key == key and session.state is SessionState.OPENING
            for session in self.sessions()
        )

    def _moved(self, request: InitializeRequest) -> InitializeRequest:
        return replace(request, key=self._keys.get(request.attachment_id, request.key))


class ClosesUnderOthers(Registry):
    """Closes the session as soon as anybody asks to, whoever else may hold it."""

    def release(self, ticket: Ticket, request: ReleaseRequest, now: datetime) -> Sequence[Effect]:
        """Release, and make a close that would be pending happen at once."""
        effects = list(super().release(ticket, request, now))
        for effect in effects:
            match effect:
                case Answer(result=Released(outcome=Outcome.CLOSE_PENDING, session=told)) if told:
                    effects.remove(effect)
                    return [*effects, *self.force_close(ticket, told.public_id, "a client", now)]
        return effects


class ForgetsTheLast(Registry):
    """Comes back without what the journal says last."""

    def restore(self, kept: Iterable[Kept], now: datetime) -> Sequence[Effect]:
        """Restore all but the last entry."""
        return super().restore(list(kept)[:-1], now)


class AnswersRepeatsAnew(Registry):
    """After a restart it takes a repeated Initialize for one that comes to a session of others."""

    def __init__(self, new_name: Callable[[], str], new_public_id: Callable[[], str]) -> None:
        super().__init__(new_name, new_public_id)
        self._restored: set[str] = set()

    def restore(self, kept: Iterable[Kept], now: datetime) -> Sequence[Effect]:
        """Restore, and take down whose answers it does not know any more."""
        kept = list(kept)
        self._restored = {each.attachment_id for each in kept if isinstance(each, KeptAttachment)}
        return super().restore(kept, now)

    def initialize(
        self, ticket: Ticket, request: InitializeRequest, now: datetime
    ) -> Sequence[Effect]:
        """Answer a repeated call by what the session is now."""
        effects = super().initialize(ticket, request, now)
        if request.attachment_id not in self._restored:
            return effects
        return [_attached(effect) for effect in effects]


def _attached(effect: Effect) -> Effect:
    """Return an answer as if the session had been there before."""
    match effect:
        case Answer(result=Initialized() as told):
            return replace(effect, result=replace(told, new_session=False))
    return effect
