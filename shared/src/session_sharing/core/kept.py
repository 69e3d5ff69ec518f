"""What has to be kept over a restart of the service, as plain entries.

Read in order, the entries of all steps give what the registry has to know again: a later entry of
the same name or id replaces an earlier one, and `SessionGone`, `EndedEntry` and `AttachmentFreed`
take away what they are about. The entries of one step belong together: all of them are written, or
none. What is not open yet is not kept; what begins to close is gone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from session_sharing.behavior import Behavior
from session_sharing.core.answers import Outcome
from session_sharing.core.requests import Settings
from session_sharing.information import ClientIdentity, SessionInformation, SessionState


@dataclass(frozen=True)
class KeptSession:
    """A session that is open.

    Attributes:
        name: The session name.
        public_id: What people are shown.
        key: The canonical identity of the resource.
        address: What the resource is opened by.
        resource_name: The resource as its creator named it, without alias.
        behavior: The behaviour that it was created with.
        alias: The alias that it was created under.
        client_id: Who created it; empty for a client without identity.
        attachment_id: The attachment that created it; empty for a client without identity.
        creator: The creator's identity; None for a client without identity or certificate.
        created_at: When it was open.
        last_used_at: Its last use when the entry was made; later uses are not kept.
        close_asked_by: Who asked to close first; empty as long as nobody did.
        open_to: With which certificates clients without identity use it; see `Session`.
        asked_politely: Only operators asked to close.
        settings: What it was opened with, as far as its creator said so.
    """

    name: str
    public_id: str
    key: str
    address: str
    resource_name: str
    behavior: Behavior
    alias: str
    client_id: str
    attachment_id: str
    creator: ClientIdentity | None
    created_at: datetime
    last_used_at: datetime
    close_asked_by: str = ""
    open_to: tuple[str, ...] = ("",)
    asked_politely: bool = False
    settings: Settings = ()

    @property
    def opened_anonymously(self) -> bool:
        """Whether a client without identity opened it, and may still use it."""
        subject = self.creator.subject if self.creator else ""
        anonymous = self.creator is None or self.creator.is_anonymous
        return anonymous and subject in self.open_to


@dataclass(frozen=True)
class KeptAttachment:
    """A client's hold on a session. How many records it stored is known to the resource alone.

    Attributes:
        attachment_id: Made by the client.
        session_name: The session, of which it has the resource.
        client_id: Who holds.
        identity: The holder's identity.
        behavior: How it came by the session.
        alias: Under which alias.
        since: When it was made.
        created: It created the session.
        took_over: The orphan that was closed for it first, if one was.
    """

    attachment_id: str
    session_name: str
    client_id: str
    identity: ClientIdentity
    behavior: Behavior
    alias: str
    since: datetime
    created: bool
    took_over: SessionInformation | None = None


@dataclass(frozen=True)
class KeptContext:
    """What was set for a session, or for one of its sites, and counts until it is set anew.

    Attributes:
        session_name: The session.
        site: The site; None for all.
        text: What was set; of no meaning here. Nothing is set any more where it is empty.
    """

    session_name: str
    site: int | None
    text: str


@dataclass(frozen=True)
class EndedEntry:
    """An attachment that is no more, and never will be again.

    Attributes:
        attachment_id: Made by the client.
        session_name: The session it was on; empty if it never got one.
        why: A sentence for people.
        outcome: What its release answered; None if it was taken away, or given up early.
    """

    attachment_id: str
    session_name: str
    why: str
    outcome: Outcome | None = None


@dataclass(frozen=True)
class AttachmentFreed:
    """An attachment of which no caller ever learned is no more; its id may come again."""

    attachment_id: str


@dataclass(frozen=True)
class SessionGone:
    """A session that is closed, or about to be.

    Attributes:
        name: The session name.
        session: What is told of it.
        error_class: The name of the error class with which its closing failed; empty if it did not.
        error_text: The text of that error.
    """

    name: str
    session: SessionInformation
    error_class: str = ""
    error_text: str = ""


Kept = KeptSession | KeptAttachment | KeptContext | EndedEntry | AttachmentFreed | SessionGone


def subject(entry: Kept) -> tuple[str, str, int | None]:
    """Return what an entry is about: of two entries of one subject the later one counts."""
    if isinstance(entry, (KeptSession, SessionGone)):
        return ("session", entry.name, None)
    if isinstance(entry, KeptContext):
        return ("context", entry.session_name, entry.site)
    return ("attachment", entry.attachment_id, None)


def gone(session: KeptSession, by: str, at: datetime) -> SessionGone:
    """Return the entry that takes away a session which the service itself gave up.

    Args:
        session: The session, without its holders.
        by: Who or what ended it, as people are told: "closed at ... by {by}".
        at: When.
    """
    told = SessionInformation(
        public_id=session.public_id,
        resource_name=session.resource_name,
        resource_key=session.key,
        state=SessionState.CLOSED,
        close_pending=False,
        created_by=session.creator,
        created_at=session.created_at,
        last_used_at=session.last_used_at,
        closed_by=by,
        closed_at=at,
    )
    return SessionGone(session.name, told)


@dataclass
class Remains:
    """What entries come to, read in order; by name, id, or name and site, the oldest first."""

    sessions: dict[str, KeptSession] = field(default_factory=dict)
    attachments: dict[str, KeptAttachment] = field(default_factory=dict)
    ended: dict[str, EndedEntry] = field(default_factory=dict)
    gone: dict[str, SessionGone] = field(default_factory=dict)
    contexts: dict[tuple[str, int | None], KeptContext] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Kept]) -> Remains:
        """Read entries in order. Attachments and contexts go with their session."""
        remains = cls()
        for entry in entries:
            remains._take(entry)
        remains.attachments = {
            name: held
            for name, held in remains.attachments.items()
            if held.session_name in remains.sessions
        }
        remains.contexts = {
            place: context
            for place, context in remains.contexts.items()
            if context.session_name in remains.sessions
        }
        return remains

    def _take(self, entry: Kept) -> None:
        match entry:
            case KeptSession():
                self.sessions[entry.name] = entry
            case KeptAttachment():
                self.attachments[entry.attachment_id] = entry
            case KeptContext():
                self.contexts[entry.session_name, entry.site] = entry
            case AttachmentFreed():
                self.attachments.pop(entry.attachment_id, None)
            case EndedEntry():
                self.attachments.pop(entry.attachment_id, None)
                self.ended[entry.attachment_id] = entry
            case SessionGone():
                self.sessions.pop(entry.name, None)
                self.gone[entry.name] = entry

    def holders(self, session_name: str) -> list[ClientIdentity]:
        """Return who holds a session."""
        return [
            held.identity for held in self.attachments.values() if held.session_name == session_name
        ]
