"""Session events on the wire."""

from __future__ import annotations

from session_sharing.core import EventKind, SessionEvent
from session_sharing.wire.generated import administration_pb2
from session_sharing.wire.session import (
    attachment_from_wire,
    attachment_to_wire,
    session_from_wire,
    session_to_wire,
    text_to_wire,
)
from session_sharing.wire.times import moment_from_wire, moment_to_wire

_KINDS = {
    EventKind.PRESENT: administration_pb2.SESSION_EVENT_KIND_PRESENT,
    EventKind.WATCHING: administration_pb2.SESSION_EVENT_KIND_WATCHING,
    EventKind.OPENING: administration_pb2.SESSION_EVENT_KIND_OPENING,
    EventKind.OPENED: administration_pb2.SESSION_EVENT_KIND_OPENED,
    EventKind.OPEN_FAILED: administration_pb2.SESSION_EVENT_KIND_OPEN_FAILED,
    EventKind.ATTACHED: administration_pb2.SESSION_EVENT_KIND_ATTACHED,
    EventKind.RELEASED: administration_pb2.SESSION_EVENT_KIND_RELEASED,
    EventKind.EXPIRED: administration_pb2.SESSION_EVENT_KIND_EXPIRED,
    EventKind.CLOSE_PENDING: administration_pb2.SESSION_EVENT_KIND_CLOSE_PENDING,
    EventKind.CLOSING: administration_pb2.SESSION_EVENT_KIND_CLOSING,
    EventKind.CLOSED: administration_pb2.SESSION_EVENT_KIND_CLOSED,
    EventKind.RECOVERED: administration_pb2.SESSION_EVENT_KIND_RECOVERED,
    EventKind.BROKEN: administration_pb2.SESSION_EVENT_KIND_BROKEN,
    EventKind.MENDED: administration_pb2.SESSION_EVENT_KIND_MENDED,
}
_KINDS_BY_NUMBER = {number: kind for kind, number in _KINDS.items()}


def event_to_wire(event: SessionEvent) -> administration_pb2.SessionEvent:
    """Convert an event."""
    return administration_pb2.SessionEvent(
        kind=_KINDS[event.kind],
        at=moment_to_wire(event.at),
        session=session_to_wire(event.session),
        attachment=attachment_to_wire(event.attachment) if event.attachment else None,
        text=text_to_wire(event.text),
    )


def event_from_wire(message: administration_pb2.SessionEvent) -> SessionEvent | None:
    """Convert an event; None if this version does not know its kind."""
    kind = _KINDS_BY_NUMBER.get(message.kind)
    if kind is None:
        return None
    held = message.HasField("attachment")
    return SessionEvent(
        kind=kind,
        at=moment_from_wire(message.at),
        session=session_from_wire(message.session) if message.HasField("session") else None,
        attachment=attachment_from_wire(message.attachment) if held else None,
        text=message.text,
    )
