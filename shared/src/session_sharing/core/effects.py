"""What the registry wants done after a step: the only way from the pure core to the world."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from session_sharing.errors import SharingError
from session_sharing.information import AttachmentInformation, SessionInformation

Ticket = Hashable
"""Stands for one call that waits for its answer. Made by the caller; unique."""


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


@dataclass(frozen=True)
class SessionEvent:
    """One change, as watchers are told of it. `session` is the session after the change."""

    kind: EventKind
    at: datetime
    session: SessionInformation | None = None
    attachment: AttachmentInformation | None = None
    text: str = ""


class Outcome(Enum):
    """What became of the session when an attachment was released."""

    CLOSED = "closed"
    CLOSE_PENDING = "close pending"
    LEFT_OPEN = "left open"


@dataclass(frozen=True)
class Initialized:
    """The answer to Initialize."""

    session_name: str
    new_session: bool
    public_id: str
    last_record_number: int = 0


@dataclass(frozen=True)
class Released:
    """The answer to Release; `session` is absent when it is closed."""

    outcome: Outcome
    session: SessionInformation | None = None


@dataclass(frozen=True)
class OpenResource:
    """Open the resource, then report `opened` or `open_failed`."""

    session_name: str
    key: str
    address: str = ""


@dataclass(frozen=True)
class CloseResource:
    """End the streams and close the handle, then report `closed`. No operation uses it any more."""

    session_name: str


@dataclass(frozen=True)
class Answer:
    """Give a waiting call its result, or its error."""

    ticket: Ticket
    result: Initialized | Released | SharingError


@dataclass(frozen=True)
class Tell:
    """Tell those who watch."""

    event: SessionEvent


Effect = OpenResource | CloseResource | Answer | Tell
