"""Who holds which session, as far as the services have told."""

from __future__ import annotations

import threading

from session_sharing.behavior import Behavior
from session_sharing.cli.watching import Changed, Gone
from session_sharing.core import EventKind
from session_sharing.information import AttachmentInformation, SessionInformation

_SHOWN = frozenset(
    {
        EventKind.OPENED,
        EventKind.OPEN_FAILED,
        EventKind.ATTACHED,
        EventKind.RELEASED,
        EventKind.EXPIRED,
        EventKind.CLOSED,
        EventKind.RECOVERED,
        EventKind.BROKEN,
        EventKind.MENDED,
    }
)
_ENDED = frozenset({EventKind.CLOSED, EventKind.OPEN_FAILED})


class SessionTable:
    """The sessions by their services; a lock guards them, so that any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions: dict[tuple[str, str], SessionInformation] = {}

    def take(self, told: Changed | Gone) -> bool:
        """Take what a service told; return whether it is worth a line."""
        with self._lock:
            if isinstance(told, Gone):
                self._forget(told.service.address)
                return True
            event = told.event
            if event.kind is EventKind.WATCHING:
                return False
            if event.session is not None:
                key = (told.service.address, event.session.public_id)
                if event.kind in _ENDED:
                    self._sessions.pop(key, None)
                else:
                    self._sessions[key] = event.session
            return event.kind in _SHOWN

    def _forget(self, address: str) -> None:
        for key in [key for key in self._sessions if key[0] == address]:
            del self._sessions[key]

    def rows(self) -> list[tuple[str, str]]:
        """Return each session's resource, and who holds it."""
        with self._lock:
            sessions = sorted(self._sessions.items())
        return [(each.resource_name, _holders(each)) for _, each in sessions]


def _holders(session: SessionInformation) -> str:
    return ", ".join(map(_holder, session.attachments)) or "nobody"


def _holder(held: AttachmentInformation) -> str:
    alias = f" as {held.alias}" if held.alias else ""
    lost = ", lost" if held.lost else ""
    behavior = Behavior(held.behavior).name
    return f"{held.holder.program} {held.holder.process_id}{alias} ({behavior}{lost})"
