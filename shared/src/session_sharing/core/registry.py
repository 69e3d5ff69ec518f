"""The registry: who holds which session. Pure: every call is one step that returns what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from session_sharing.core import abandonment, arrivals, departures, operations, recovery
from session_sharing.core.answers import Ticket
from session_sharing.core.effects import Effect, EventKind
from session_sharing.core.kept import Kept
from session_sharing.core.looking_in import LookingIn
from session_sharing.core.requests import InitializeRequest, ReleaseRequest
from session_sharing.core.state import Client
from session_sharing.core.table import Step, Table
from session_sharing.errors import SharingError
from session_sharing.information import ClientIdentity


class Registry(LookingIn):
    """Decides everything about sessions, and does nothing: no I/O, no clock, no threads.

    A caller feeds it what happens (a call came in, the resource is open, a client was lost) with
    the time, and carries out the effects that it returns, in order. It is not thread-safe: one
    thread owns it.

    What a client made is used with its certificate only: see `Client`.

    Args:
        new_name: Makes a session name that cannot be guessed.
        new_public_id: Makes a short id to show to people.
    """

    def __init__(self, new_name: Callable[[], str], new_public_id: Callable[[], str]) -> None:
        super().__init__(Table(new_name, new_public_id))

    def restore(self, kept: Iterable[Kept], now: datetime) -> Sequence[Effect]:
        """Fill this registry, which is still empty, with what was kept before a restart.

        The clients of attachments are there, and not connected: those that do not come back have
        to be expired. The sessions are open, and their resources are to be opened again.

        Args:
            kept: The entries that all steps had kept, in order, or a snapshot and what came after.
            now: The time.

        Raises:
            ValueError: The registry has sessions already.
        """
        if self._table.by_name:
            raise ValueError("Only an empty registry can be restored.")
        step = Step(self._table, now)
        recovery.restore(step, kept)
        return step.done()

    # Clients

    def connect(self, client_id: str, identity: ClientIdentity) -> None:
        """A client's stream is there, for the first time or again.

        Raises:
            OtherCertificateError: It comes back with another certificate than it had.
        """
        client = self._table.clients.get(client_id)
        if client is None:
            self._table.clients[client_id] = Client(client_id, identity)
        else:
            client.check_subject(identity.subject)
            client.connected = True
            client.restored = False

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
        return step.done()

    # Sessions

    def initialize(
        self, ticket: Ticket, request: InitializeRequest, now: datetime
    ) -> Sequence[Effect]:
        """An Initialize call came in; it is answered by an effect, now or later."""
        step = Step(self._table, now)
        arrivals.initialize(step, ticket, request)
        return step.done()

    def abandon(
        self, ticket: Ticket, request: InitializeRequest, now: datetime
    ) -> Sequence[Effect]:
        """The caller of an Initialize went away without having its answer."""
        step = Step(self._table, now)
        abandonment.abandon(step, ticket, request)
        return step.done()

    def opened(self, session_name: str, now: datetime) -> Sequence[Effect]:
        """The resource of an opening session is open."""
        step = Step(self._table, now)
        arrivals.opened(step, self._table.by_name[session_name])
        return step.done()

    def open_failed(
        self, session_name: str, error: SharingError, now: datetime
    ) -> Sequence[Effect]:
        """The resource of an opening session could not be opened."""
        step = Step(self._table, now)
        arrivals.open_failed(step, self._table.by_name[session_name], error)
        return step.done()

    def release(self, ticket: Ticket, request: ReleaseRequest, now: datetime) -> Sequence[Effect]:
        """A Release call came in; it is answered now, or when the session is closed."""
        step = Step(self._table, now)
        departures.release(step, ticket, request)
        return step.done()

    def close_anonymously(
        self, ticket: Ticket, session_name: str, now: datetime, *, subject: str = ""
    ) -> Sequence[Effect]:
        """A client without identity asks to close, with a certificate of this subject, if any."""
        step = Step(self._table, now)
        departures.close_anonymously(step, ticket, session_name, subject)
        return step.done()

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
        return step.done()

    def request_close(
        self, ticket: Ticket, public_id: str, by: str, now: datetime
    ) -> Sequence[Effect]:
        """An operator asks to close; answered now while others use it, else when it is closed.

        Raises:
            SessionNotFoundError: No session has this public id.
            UnavailableError: The session is still opening.
        """
        step = Step(self._table, now)
        departures.request_close(step, ticket, self._by_public_id(public_id), by)
        return step.done()

    def close_detached(self, before: datetime, now: datetime) -> Sequence[Effect]:
        """Close the open sessions that nobody holds, last used before a moment.

        What a client without identity opened stays: whether it uses it still is not known.
        """
        step = Step(self._table, now)
        departures.close_detached(step, before)
        return step.done()

    def closed(
        self, session_name: str, error: SharingError | None, now: datetime
    ) -> Sequence[Effect]:
        """The handle of a closing session is closed, or its closing failed."""
        step = Step(self._table, now)
        session = self._table.by_name[session_name]
        departures.closed(step, session, error)
        for waiter in session.waiters:
            arrivals.decide(step, waiter)
        return step.done()

    def broke(self, session_name: str, error_text: str, now: datetime) -> Sequence[Effect]:
        """The resource of an open session cannot be used; nothing happens if that is known."""
        step = Step(self._table, now)
        operations.set_broken(step, session_name, error_text, EventKind.BROKEN)
        return step.done()

    def mended(self, session_name: str, now: datetime) -> Sequence[Effect]:
        """The resource of a session can be used again; nothing happens if it never broke."""
        step = Step(self._table, now)
        operations.set_broken(step, session_name, "", EventKind.MENDED)
        return step.done()

    # Operations

    def begin_operation(
        self,
        session_name: str,
        attachment_id: str,
        now: datetime,
        *,
        anonymous: bool = False,
        subject: str = "",
    ) -> None:
        """Accept an operation: the session stays open until it ends.

        Args:
            session_name: The session to use.
            attachment_id: By which attachment.
            now: The time.
            anonymous: The operation comes from a client without identity, which has no attachment.
            subject: The subject of the certificate that the call came with; empty without one.

        Raises:
            SessionNotFoundError: The session is not open.
            AttachmentEndedError: The attachment does not hold the session, or no longer.
            OtherCertificateError: The attachment was made, or the session initialized, with
                another certificate.
        """
        session = operations.accept(
            self._table, session_name, attachment_id, anonymous=anonymous, subject=subject
        )
        session.operations += 1
        session.last_used_at = now

    def end_operation(self, session_name: str, now: datetime) -> Sequence[Effect]:
        """An accepted operation has ended, well or not."""
        step = Step(self._table, now)
        departures.end_operation(step, self._table.by_name[session_name])
        return step.done()

    def stored(self, attachment_id: str, record_number: int) -> None:
        """Records up to this number are stored for an attachment."""
        operations.stored(self._table, attachment_id, record_number)

    def context_set(
        self, session_name: str, site: int | None, text: str, now: datetime
    ) -> Sequence[Effect]:
        """What records of a session inherit was set; nothing happens if it is so already.

        Args:
            session_name: The session.
            site: The site for which it was set; None for all.
            text: What was set; empty if nothing is inherited from there any more.
            now: The time.
        """
        step = Step(self._table, now)
        operations.set_context(step, session_name, site, text)
        return step.done()
