"""The sessions, attachments and clients by every name under which they are looked up."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import datetime

from session_sharing.core import refusals
from session_sharing.core.answers import Initialized, Released, Ticket
from session_sharing.core.effects import Answer, Effect, EventKind, Keep, SessionEvent, Tell
from session_sharing.core.kept import EndedEntry, Kept, subject
from session_sharing.core.memory import Memory
from session_sharing.core.requests import InitializeRequest
from session_sharing.core.state import Attachment, Client, Session, Waiter
from session_sharing.errors import SharingError
from session_sharing.information import ClientIdentity, SessionState, without_identity


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
        creator = self.identity_of(request)
        name, open_to = self._new_name(), {request.subject}
        session = Session(name, public_id, request, creator, now, now, open_to=open_to)
        self.place(session)
        return session

    def place(self, session: Session) -> None:
        """Enter a session into the indices."""
        self.by_key[session.key] = session
        self.by_name[session.name] = session
        self.by_public_id[session.public_id] = session

    def identity_of(self, request: InitializeRequest) -> ClientIdentity | None:
        """Return who makes a request; None if nothing is known, or the client is gone."""
        if not request.client_id:
            return without_identity(request.subject) if request.subject else None
        client = self.clients.get(request.client_id)
        return client.identity if client else None

    def creator_is_connected(self, session: Session) -> bool:
        """Return whether the client that created a session is there: it is not dead then."""
        client = self.clients.get(session.opener.client_id)
        return client is not None and client.connected

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
    """One step of the registry: the table, the time, and the effects gathered so far.

    Attributes:
        table: What the step works on.
        now: The time of the step.
        effects: What is to be done, in order, but for what is to be kept.
    """

    def __init__(self, table: Table, now: datetime) -> None:
        self.table = table
        self.now = now
        self.effects: list[Effect] = []
        self._kept: dict[Hashable, Kept] = {}

    def done(self) -> list[Effect]:
        """Return all effects in the order in which they count: what is kept comes first."""
        if not self._kept:  # As with every operation: this costs least.
            return self.effects
        return [*(Keep(entry) for entry in self._kept.values()), *self.effects]

    def keep(self, entry: Kept) -> None:
        """Keep something over a restart; it replaces what this step kept of the same subject."""
        self._kept[subject(entry)] = entry

    def end(self, ended: EndedEntry) -> None:
        """Remember an attachment as ended, over a restart as well."""
        self.table.memory.ended.put(ended.attachment_id, ended)
        self.keep(ended)

    def answer(self, ticket: Ticket, result: Initialized | Released | SharingError) -> None:
        """Answer one call."""
        self.effects.append(Answer(ticket, result))

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
