"""The decisions of session sharing, as pure code: no I/O, no clock, no threads, no gRPC."""

from session_sharing.core.effects import (
    Answer,
    CloseResource,
    Effect,
    EventKind,
    Initialized,
    OpenResource,
    Outcome,
    Released,
    SessionEvent,
    Tell,
    Ticket,
)
from session_sharing.core.registry import Registry
from session_sharing.core.requests import InitializeRequest, ReleaseMode, ReleaseRequest

__all__ = [
    "Answer",
    "CloseResource",
    "Effect",
    "EventKind",
    "InitializeRequest",
    "Initialized",
    "OpenResource",
    "Outcome",
    "Registry",
    "ReleaseMode",
    "ReleaseRequest",
    "Released",
    "SessionEvent",
    "Tell",
    "Ticket",
]
