"""The decisions of session sharing, as pure code: no I/O, no clock, no threads, no gRPC."""

from session_sharing.core.answers import Initialized, Outcome, Released, Ticket
from session_sharing.core.effects import (
    Answer,
    CloseResource,
    Effect,
    EventKind,
    Keep,
    OpenResource,
    ReopenResource,
    SessionEvent,
    Tell,
)
from session_sharing.core.kept import (
    AttachmentFreed,
    EndedEntry,
    Kept,
    KeptAttachment,
    KeptContext,
    KeptSession,
    Remains,
    SessionGone,
    gone,
)
from session_sharing.core.registry import Registry
from session_sharing.core.requests import InitializeRequest, ReleaseMode, ReleaseRequest

__all__ = [
    "Answer",
    "AttachmentFreed",
    "CloseResource",
    "Effect",
    "EndedEntry",
    "EventKind",
    "InitializeRequest",
    "Initialized",
    "Keep",
    "Kept",
    "KeptAttachment",
    "KeptContext",
    "KeptSession",
    "OpenResource",
    "Outcome",
    "Registry",
    "ReleaseMode",
    "ReleaseRequest",
    "Released",
    "Remains",
    "ReopenResource",
    "SessionEvent",
    "SessionGone",
    "Tell",
    "Ticket",
    "gone",
]
