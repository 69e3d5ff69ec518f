"""The sessions, attachments and clients by every name under which they are looked up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from session_sharing.core import refusals
from session_sharing.core.effects import Answer, Effect, EventKind, SessionEvent, Tell, Ticket
from session_sharing.core.memory import Memory
from session_sharing.core.requests import InitializeRequest
from session_sharing.core.state import Attachment, Client, Session, Waiter
from session_sharing.errors import SharingError
from session_sharing.information import SessionState


class Table:
    """All state of one registry. Every look-up is by key: no cost grows with the sessions.

    Args:
        new_name: Makes a session name that cannot be guessed.
        new_public_id: Makes a short id to show to people.
    """

    def __init__(self, new_name: Callable[[], str], new_public_id: Callable[[], str]) -> None:
        self._new_name = new_name
        self._new_public_id = new_public_id
        self.by_key: dict[str, Session] = {}
        self.by_name: dict[str, Session] = {}
        self.by_public_id: dict[str, Session] = {}
        self.attached: dict[str, tuple[Session, Attachment]] = {}
        self.waiting: dict[str, Waiter] = {}
        self.clients: dict[str, Client] = {}
        self.memory = Memory()

    def add_session(self, request: InitializeRequest, now: datetime) -> Session:
        """Add a session that is opening."""
        public_id = self._new_public_id()
        while public_id in self.by_public_id:
            public_id = self._new_public_id()
        creator = self.clients.get(request.client_id)
        session = Session(self._new_name(), public_id, request, creator, now, now)
        self.by_key[session.key] = session
        self.by_name[session.name] = session
        self.by_public_id[public_id] = session
        return session

    def remove_session(self, session: Session) -> None:
        """Forget a session that is closed or never opened."""
        del self.by_key[session.key]
        del self.by_name[session.name]
        del self.by_public_id[session.public_id]

    def open_session(self, session_name: str) -> Session:
        """Return the session of this name.

        Raises:
            SessionNotFoundError: It is not open; the error says by whom and when it was closed.
        """
        session = self.by_name.get(session_name)
        if session is None:
            raise refusals.no_such_session(self.memory.closed_by_name.get(session_name))
        if session.state is not SessionState.OPEN:
            raise refusals.no_such_session(session.information())
        return session


class Step:
    """One step of the registry: the table, the time, and the effects gathered so far."""

    def __init__(self, table: Table, now: datetime) -> None:
        self.table = table
        self.now = now
        self.effects: list[Effect] = []

    def answer(self, ticket: Ticket, result: object) -> None:
        """Answer one call."""
        self.effects.append(Answer(ticket, result))  # type: ignore[arg-type]

    def refuse(self, waiter: Waiter, error: SharingError) -> None:
        """Answer all calls of a waiter with an error."""
        self.forget(waiter)
        for ticket in waiter.tickets:
            self.answer(ticket, error)

    def forget(self, waiter: Waiter) -> None:
        """Take a waiter out of the indices."""
        attachment_id = waiter.request.attachment_id
        self.table.waiting.pop(attachment_id, None)
        client = self.table.clients.get(waiter.request.client_id)
        if client is not None:
            client.waiting_ids.discard(attachment_id)

    def tell(
        self,
        kind: EventKind,
        session: Session,
        attachment: Attachment | None = None,
        text: str = "",
    ) -> None:
        """Tell watchers of a change."""
        told = attachment.information() if attachment else None
        event = SessionEvent(kind, self.now, session.information(), told, text)
        self.effects.append(Tell(event))
