"""The state of clients, attachments and sessions: plain data. The rules are beside."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from session_sharing.core import refusals
from session_sharing.core.answers import Ticket
from session_sharing.core.kept import KeptAttachment, KeptSession, SessionGone
from session_sharing.core.requests import InitializeRequest
from session_sharing.errors import SharingError
from session_sharing.information import (
    AttachmentInformation,
    ClientIdentity,
    SessionInformation,
    SessionState,
)


@dataclass(eq=False)
class Client:
    """A process that is connected, or was a moment ago.

    What a client made is used with its certificate only: whoever connects with its id, initializes
    or releases in its name, or uses its attachment, comes with the same subject as its first
    stream, else nothing happens. A client without a certificate has the empty subject, so it cannot
    use what was made with one, nor the reverse; a certificate that was renewed has the subject of
    before. Over a restart the subject is kept with the attachments. What has ended is used by
    nobody: who repeats a release of it is told once more what came of it. A client without
    identity makes no attachment: it is its session that knows the subjects, see `Session`.

    Attributes:
        restored: It was connected before the service was started again, and has not come back yet.
    """

    client_id: str
    identity: ClientIdentity
    connected: bool = True
    restored: bool = False
    attachment_ids: set[str] = field(default_factory=set)
    waiting_ids: set[str] = field(default_factory=set)

    def check_subject(self, subject: str) -> None:
        """Refuse a call in the client's name that came with another certificate than it did.

        Raises:
            OtherCertificateError: It did; also if one of both came without any.
        """
        if subject != self.identity.subject:
            raise refusals.other_certificate(self.identity.subject, subject)


@dataclass(eq=False)
class Waiter:
    """An Initialize that is not decided yet, with every call that waits for it.

    Attributes:
        took_over: The orphan that is being closed for it.
    """

    request: InitializeRequest
    tickets: list[Ticket]
    took_over: SessionInformation | None = None


@dataclass(eq=False)
class Attachment:
    """A client's hold on a session.

    Attributes:
        attachment_id: Made by the client.
        client: Who holds.
        request: How it was asked for.
        since: When it was made.
        created: It created the session.
        took_over: The orphan that was closed for it first.
        undelivered: The calls that it was made for, as long as all their answers may be lost.
        last_record_number: The highest number of a record that is stored for it.
    """

    attachment_id: str
    client: Client
    request: InitializeRequest
    since: datetime
    created: bool
    took_over: SessionInformation | None = None
    undelivered: set[Ticket] = field(default_factory=set)
    last_record_number: int = 0
    _told: AttachmentInformation | None = None

    def information(self) -> AttachmentInformation:
        """Return what is told of the attachment; made anew only when that has changed."""
        told, lost = self._told, not self.client.connected
        if told is None or (told.last_record_number, told.lost) != (self.last_record_number, lost):
            told = self._told = self._information()
        return told

    def _information(self) -> AttachmentInformation:
        return AttachmentInformation(
            public_id=self.attachment_id[:8],
            behavior=int(self.request.behavior),
            holder=self.client.identity,
            since=self.since,
            alias=self.request.alias,
            created_session=self.created,
            last_record_number=self.last_record_number,
            lost=not self.client.connected,
        )

    def kept(self, session_name: str) -> KeptAttachment:
        """Return what is kept of the attachment over a restart."""
        return KeptAttachment(
            attachment_id=self.attachment_id,
            session_name=session_name,
            client_id=self.client.client_id,
            identity=self.client.identity,
            behavior=self.request.behavior,
            alias=self.request.alias,
            since=self.since,
            created=self.created,
            took_over=self.took_over,
        )


@dataclass(eq=False)
class Session:
    """One open handle on one resource.

    Clients without identity have no attachment to be compared with. They use and close a session
    by the subject of their certificate: those of the subject that created it, by whichever door,
    and those that initialized it by theirs, until one of that subject closes it. None is the empty
    subject here too.

    Attributes:
        opener: The request that created it; it names the client that did.
        creator: The identity of that client; None for one without identity or certificate.
        close_asked_by: Who asked to close first; empty as long as nobody did. Never withdrawn.
        open_to: The subjects by which clients without identity may use and close it.
        asked_politely: Only operators asked to close: they wait for those without attachment too.
        restored_at: When it came back after a restart; None if it was opened since.
        broken: Why the resource cannot be used; empty if it can.
        operations: How many accepted operations have not ended.
        contexts: What was set for its sites, or under None for all, as texts.
        waiters: The Initialize calls to decide when opening or closing ends, in order of arrival.
        closers: The calls to answer when the session is closed.
    """

    name: str
    public_id: str
    opener: InitializeRequest
    creator: ClientIdentity | None
    created_at: datetime
    last_used_at: datetime
    state: SessionState = SessionState.OPENING
    attachments: dict[str, Attachment] = field(default_factory=dict)
    close_asked_by: str = ""
    closed_at: datetime | None = None
    open_to: set[str] = field(default_factory=set)
    asked_politely: bool = False
    restored_at: datetime | None = None
    broken: str = ""
    operations: int = 0
    contexts: dict[int | None, str] = field(default_factory=dict)
    waiters: list[Waiter] = field(default_factory=list)
    closers: list[Ticket] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The canonical identity of the resource."""
        return self.opener.key

    @property
    def close_pending(self) -> bool:
        """Whether the session closes when those go who are waited for."""
        return self.state is SessionState.OPEN and bool(self.close_asked_by)

    @property
    def opened_anonymously(self) -> bool:
        """Whether a client without identity opened it, and did not close it: it may be in use."""
        return not self.opener.client_id and self.opener.subject in self.open_to

    @property
    def may_close(self) -> bool:
        """Whether somebody asked to close, and nobody is waited for any more."""
        waits = self.asked_politely and self.opened_anonymously
        return self.close_pending and not self.attachments and not waits

    @property
    def unused_since(self) -> datetime:
        """Since when it is known to be unused: uses are not kept over a restart."""
        return max(self.last_used_at, self.restored_at or self.last_used_at)

    def set_context(self, site: int | None, text: str) -> bool:
        """Set what is inherited for a site, or for all; return whether it is another one now."""
        if self.contexts.get(site, "") == text:
            return False
        self.contexts[site] = text
        if not text:
            del self.contexts[site]
        return True

    def information(self) -> SessionInformation:
        """Return what is told of the session."""
        return SessionInformation(
            public_id=self.public_id,
            resource_name=self.opener.resource_name,
            resource_key=self.key,
            state=self.state,
            close_pending=self.close_pending,
            created_by=self.creator,
            created_at=self.created_at,
            last_used_at=self.last_used_at,
            attachments=tuple(held.information() for held in self.attachments.values()),
            closed_by=self.close_asked_by,
            closed_at=self.closed_at,
            broken=self.broken,
        )

    def kept(self) -> KeptSession:
        """Return what is kept of the session over a restart."""
        return KeptSession(
            name=self.name,
            public_id=self.public_id,
            key=self.key,
            address=self.opener.address,
            resource_name=self.opener.resource_name,
            behavior=self.opener.behavior,
            alias=self.opener.alias,
            client_id=self.opener.client_id,
            attachment_id=self.opener.attachment_id,
            creator=self.creator,
            created_at=self.created_at,
            last_used_at=self.last_used_at,
            close_asked_by=self.close_asked_by,
            open_to=tuple(sorted(self.open_to)),
            asked_politely=self.asked_politely,
            settings=self.opener.settings,
        )

    def gone(self, error: SharingError | None = None) -> SessionGone:
        """Return what is kept of the session when it is about to be closed, or is."""
        told = replace(self.information(), state=SessionState.CLOSED)
        if error is None:
            return SessionGone(self.name, told)
        return SessionGone(self.name, told, type(error).__name__, error.message)
