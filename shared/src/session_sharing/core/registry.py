"""The registry: who holds which session. Pure: every call is one step that returns what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from session_sharing.core import arrivals, departures, refusals
from session_sharing.core.effects import Effect, Ticket
from session_sharing.core.requests import InitializeRequest, ReleaseRequest
from session_sharing.core.state import Client, Session
from session_sharing.core.table import Step, Table
from session_sharing.errors import SessionNotFoundError, SharingError, UnavailableError
from session_sharing.information import ClientIdentity, SessionInformation, SessionState


class Registry:
    """Decides everything about sessions, and does nothing: no I/O, no clock, no threads.

    A caller feeds it what happens (a call came in, the resource is open, a client was lost) with
    the time, and carries out the effects that it returns, in order. It is not thread-safe: one
    thread owns it.

    Args:
        new_name: Makes a session name that cannot be guessed.
        new_public_id: Makes a short id to show to people.
    """

    def __init__(self, new_name: Callable[[], str], new_public_id: Callable[[], str]) -> None:
        self._table = Table(new_name, new_public_id)

    # Clients

    def connect(self, client_id: str, identity: ClientIdentity) -> None:
        """A client's stream is there, for the first time or again."""
        client = self._table.clients.get(client_id)
        if client is None:
            self._table.clients[client_id] = Client(client_id, identity)
        else:
            client.connected = True

    def knows(self, client_id: str) -> bool:
        """Return whether this client is connected, or lost but within its grace time."""
        return client_id in self._table.clients

    def lose(self, client_id: str) -> bool:
        """A client's stream is gone; return whether it holds or awaits anything."""
        client = self._table.clients.get(client_id)
        if client is None:
            return False
        client.connected = False
        if client.attachment_ids or client.waiting_ids:
            return True
        del self._table.clients[client_id]
        return False

    def expire(self, client_id: str, now: datetime) -> Sequence[Effect]:
        """A lost client did not come back in time. Nothing happens if it did."""
        step = Step(self._table, now)
        client = self._table.clients.get(client_id)
        if client is not None and not client.connected:
            departures.expire(step, client)
        return step.effects

    # Sessions

    def initialize(
        self, ticket: Ticket, request: InitializeRequest, now: datetime
    ) -> Sequence[Effect]:
        """An Initialize call came in; it is answered by an effect, now or later."""
        step = Step(self._table, now)
        arrivals.initialize(step, ticket, request)
        return step.effects

    def abandon(
        self, ticket: Ticket, request: InitializeRequest, now: datetime
    ) -> Sequence[Effect]:
        """The caller of an Initialize went away without having its answer."""
        step = Step(self._table, now)
        arrivals.abandon(step, ticket, request)
        return step.effects

    def opened(self, session_name: str, now: datetime) -> Sequence[Effect]:
        """The resource of an opening session is open."""
        step = Step(self._table, now)
        arrivals.opened(step, self._table.by_name[session_name])
        return step.effects

    def open_failed(
        self, session_name: str, error: SharingError, now: datetime
    ) -> Sequence[Effect]:
        """The resource of an opening session could not be opened."""
        step = Step(self._table, now)
        arrivals.open_failed(step, self._table.by_name[session_name], error)
        return step.effects

    def release(self, ticket: Ticket, request: ReleaseRequest, now: datetime) -> Sequence[Effect]:
        """A Release call came in; it is answered now, or when the session is closed."""
        step = Step(self._table, now)
        departures.release(step, ticket, request)
        return step.effects

    def close_anonymously(
        self, ticket: Ticket, session_name: str, now: datetime
    ) -> Sequence[Effect]:
        """A client without identity asks to close."""
        step = Step(self._table, now)
        departures.close_anonymously(step, ticket, session_name)
        return step.effects

    def force_close(
        self, ticket: Ticket, public_id: str, by: str, now: datetime
    ) -> Sequence[Effect]:
        """An operator closes a session under its holders.

        Raises:
            SessionNotFoundError: No session has this public id.
            UnavailableError: The session is still opening.
        """
        step = Step(self._table, now)
        departures.force_close(step, ticket, self._by_public_id(public_id), by)
        return step.effects

    def closed(
        self, session_name: str, error: SharingError | None, now: datetime
    ) -> Sequence[Effect]:
        """The handle of a closing session is closed, or its closing failed."""
        step = Step(self._table, now)
        session = self._table.by_name[session_name]
        departures.closed(step, session, error)
        for waiter in session.waiters:
            arrivals.decide(step, waiter)
        return step.effects

    # Operations

    def begin_operation(
        self, session_name: str, attachment_id: str, now: datetime, *, anonymous: bool = False
    ) -> None:
        """Accept an operation: the session stays open until it ends.

        Args:
            session_name: The session to use.
            attachment_id: By which attachment.
            now: The time.
            anonymous: The operation comes from a client without identity, which has no attachment.

        Raises:
            SessionNotFoundError: The session is not open.
            AttachmentEndedError: The attachment does not hold the session, or no longer.
        """
        ended = None if anonymous else self._table.memory.ended.get(attachment_id)
        if ended is not None and ended.outcome is None:
            raise refusals.attachment_ended(ended)
        session = self._table.open_session(session_name)
        if anonymous and session.anonymous_closed:
            raise refusals.no_such_session(session.information())
        if not anonymous and attachment_id not in session.attachments:
            raise refusals.attachment_ended(ended) if ended else refusals.attachment_unknown()
        session.operations += 1
        session.last_used_at = now

    def end_operation(self, session_name: str, now: datetime) -> Sequence[Effect]:
        """An accepted operation has ended, well or not."""
        step = Step(self._table, now)
        departures.end_operation(step, self._table.by_name[session_name])
        return step.effects

    def stored(self, attachment_id: str, record_number: int) -> None:
        """Records up to this number are stored for an attachment."""
        held = self._table.attached.get(attachment_id)
        if held is not None:
            held[1].last_record_number = max(held[1].last_record_number, record_number)

    # Looking in

    def information(self, session_name: str) -> SessionInformation:
        """Return what is told of a session, if need be of a closed one that is remembered.

        Raises:
            SessionNotFoundError: There is none of this name.
        """
        session = self._table.by_name.get(session_name)
        if session is not None:
            return session.information()
        closed = self._table.memory.closed_by_name.get(session_name)
        if closed is None:
            raise refusals.no_such_session(None)
        return closed

    def name_of(self, public_id: str) -> str:
        """Return the name of the session that people know by this id.

        Raises:
            SessionNotFoundError: No session has this public id.
            UnavailableError: The session is still opening.
        """
        return self._by_public_id(public_id).name

    def sessions(self) -> list[SessionInformation]:
        """Return what is told of every session that is not closed."""
        return [session.information() for session in self._table.by_name.values()]

    def _by_public_id(self, public_id: str) -> Session:
        session = self._table.by_public_id.get(public_id)
        if session is None:
            raise SessionNotFoundError(
                f"There is no open session {public_id!r}. `python -m session_sharing list` "
                "shows the sessions that are open."
            )
        if session.state is SessionState.OPENING:
            raise UnavailableError(
                f"Session {public_id} is still opening. Try again when it is open.", retry_delay=1.0
            )
        return session
