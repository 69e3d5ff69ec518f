"""What the registry wants done after a step: the only way from the pure core to the world."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from session_sharing.core.answers import Initialized, Released, Ticket
from session_sharing.core.kept import Kept
from session_sharing.errors import SharingError
from session_sharing.information import AttachmentInformation, SessionInformation


class EventKind(Enum):
    """What happened to a session."""

    PRESENT = "present"
    WATCHING = "watching"
    OPENING = "opening"
    OPENED = "opened"
    OPEN_FAILED = "open failed"
    ATTACHED = "attached"
    RELEASED = "released"
    EXPIRED = "expired"
    CLOSE_PENDING = "close pending"
    CLOSING = "closing"
    CLOSED = "closed"
    RECOVERED = "recovered"
    BROKEN = "broken"
    MENDED = "mended"


@dataclass(frozen=True)
class SessionEvent:
    """One change, as watchers are told of it. `session` is the session after the change."""

    kind: EventKind
    at: datetime
    session: SessionInformation | None = None
    attachment: AttachmentInformation | None = None
    text: str = ""


@dataclass(frozen=True)
class OpenResource:
    """Open the resource, then report `opened` or `open_failed`."""

    session_name: str
    key: str
    address: str = ""


@dataclass(frozen=True)
class ReopenResource:
    """Open the resource of a restored session again; report `broke` if that fails, else nothing.

    The session is open for clients meanwhile. A later success is reported as `mended`.
    """

    session_name: str
    key: str
    address: str = ""


@dataclass(frozen=True)
class CloseResource:
    """End the streams and close the handle, then report `closed`. No operation uses it any more.

    A restored or broken session may have no handle.
    """

    session_name: str


@dataclass(frozen=True)
class Answer:
    """Give a waiting call its result, or its error."""

    ticket: Ticket
    result: Initialized | Released | SharingError


@dataclass(frozen=True)
class Keep:
    """Keep this over a restart, before any answer of the same or a later step goes out."""

    entry: Kept


@dataclass(frozen=True)
class Tell:
    """Tell those who watch."""

    event: SessionEvent


Effect = Keep | OpenResource | ReopenResource | CloseResource | Answer | Tell
