"""The state of clients, attachments and sessions: plain data. The rules are beside."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from session_sharing.core.effects import Initialized, Ticket
from session_sharing.core.requests import InitializeRequest
from session_sharing.information import (
    AttachmentInformation,
    ClientIdentity,
    SessionInformation,
    SessionState,
)

ANONYMOUS = "a client without identity"
"""What people are told of a client that makes no attachment."""


@dataclass(eq=False)
class Client:
    """A process that is connected, or was a moment ago."""

    client_id: str
    identity: ClientIdentity
    connected: bool = True
    attachment_ids: set[str] = field(default_factory=set)
    waiting_ids: set[str] = field(default_factory=set)


@dataclass(eq=False)
class Waiter:
    """An Initialize that is not decided yet, with every call that waits for it."""

    request: InitializeRequest
    tickets: list[Ticket]


@dataclass(eq=False)
class Attachment:
    """A client's hold on a session.

    Attributes:
        attachment_id: Made by the client.
        client: Who holds.
        request: How it was asked for.
        since: When it was made.
        created: It created the session.
        undelivered: The calls that it was made for, as long as all their answers may be lost.
        last_record_number: The highest number of a record that is stored for it.
    """

    attachment_id: str
    client: Client
    request: InitializeRequest
    since: datetime
    created: bool
    undelivered: set[Ticket] = field(default_factory=set)
    last_record_number: int = 0
    _told: AttachmentInformation | None = None

    def information(self) -> AttachmentInformation:
        """Return what is told of the attachment; made anew only when that has changed."""
        if self._told is None or self._told.last_record_number != self.last_record_number:
            self._told = self._information()
        return self._told

    def _information(self) -> AttachmentInformation:
        return AttachmentInformation(
            public_id=self.attachment_id[:8],
            behavior=int(self.request.behavior),
            holder=self.client.identity,
            since=self.since,
            alias=self.request.alias,
            created_session=self.created,
            last_record_number=self.last_record_number,
        )


@dataclass(eq=False)
class Session:
    """One open handle on one resource.

    Attributes:
        opener: The request that caused the opening.
        creator: Who created it; None for a client without identity.
        close_asked_by: Who asked to close first; empty as long as nobody did. Never withdrawn.
        anonymous_closed: A client without identity closed the session for its kind.
        operations: How many accepted operations have not ended.
        waiters: The Initialize calls to decide when opening or closing ends, in order of arrival.
        closers: The calls to answer when the session is closed.
    """

    name: str
    public_id: str
    opener: InitializeRequest
    creator: Client | None
    created_at: datetime
    last_used_at: datetime
    state: SessionState = SessionState.OPENING
    attachments: dict[str, Attachment] = field(default_factory=dict)
    close_asked_by: str = ""
    closed_at: datetime | None = None
    anonymous_closed: bool = False
    operations: int = 0
    waiters: list[Waiter] = field(default_factory=list)
    closers: list[Ticket] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The canonical identity of the resource."""
        return self.opener.key

    @property
    def close_pending(self) -> bool:
        """Whether the session closes when its last attachment goes."""
        return self.state is SessionState.OPEN and bool(self.close_asked_by)

    def information(self) -> SessionInformation:
        """Return what is told of the session."""
        return SessionInformation(
            public_id=self.public_id,
            resource_name=self.opener.resource_name,
            resource_key=self.key,
            state=self.state,
            close_pending=self.close_pending,
            created_by=self.creator.identity if self.creator else None,
            created_at=self.created_at,
            last_used_at=self.last_used_at,
            attachments=tuple(held.information() for held in self.attachments.values()),
            closed_by=self.close_asked_by,
            closed_at=self.closed_at,
        )

    def initialized(self, *, new_session: bool, last_record_number: int = 0) -> Initialized:
        """Return the answer to an Initialize that got this session."""
        return Initialized(self.name, new_session, self.public_id, last_record_number)
