"""How `watch` tells people of changes."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from session_sharing.cli.services import FoundService
from session_sharing.cli.watch import line
from session_sharing.cli.watching import Changed
from session_sharing.core import EventKind, SessionEvent
from session_sharing.information import (
    AttachmentInformation,
    ClientIdentity,
    SessionInformation,
    SessionState,
)

NOW = datetime(2026, 5, 4, 12, 0, 1, 250_000, tzinfo=timezone.utc)
TOM = ClientIdentity("plug-in", "here", 7)
HELD = AttachmentInformation("a1", 0, TOM, NOW)
SESSION = SessionInformation(
    *("ab12", "log.txt", "/log.txt", SessionState.OPEN, True),
    created_by=None,
    created_at=NOW,
    last_used_at=NOW,
    closed_by=f"{TOM}, which took it over as an orphan",
)
START = "2026-05-04 12:00:01.250 UTC  "


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (
            SessionEvent(EventKind.CLOSING, NOW, SESSION),
            f"ab12 log.txt  closing by {SESSION.closed_by}",
        ),
        (
            SessionEvent(EventKind.CLOSE_PENDING, NOW, SESSION, text=SESSION.closed_by),
            f"ab12 log.txt  close pending by {SESSION.closed_by}",
        ),
        (
            SessionEvent(EventKind.EXPIRED, NOW, SESSION, HELD, "lost"),
            f"ab12 log.txt  expired {TOM} (lost)",
        ),
        (SessionEvent(EventKind.WATCHING, NOW), "watching Logger at localhost:1"),
    ],
)
def test_lines_say_when_what_and_who(event: SessionEvent, told: str) -> None:
    """Each line has date and zone, and says once who closed, took over, or holds."""
    assert line(Changed(FoundService("Logger", "localhost:1"), event)) == START + told
