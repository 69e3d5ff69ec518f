"""How `list` shows sessions."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from session_sharing.cli.list_sessions import _row
from session_sharing.cli.output import session_fields
from session_sharing.cli.services import FoundService, Listing
from session_sharing.information import (
    AttachmentInformation,
    Backlog,
    ClientIdentity,
    SessionInformation,
    SessionState,
)

NOW = datetime(2026, 5, 4, tzinfo=timezone.utc)
SERVICE = FoundService("Logger", "localhost:1")


def session(**changes: Any) -> SessionInformation:
    """Return a session that is lost by its holder, and whatever else is wanted."""
    held = AttachmentInformation("a1", 0, ClientIdentity("plug-in", "here", 7), NOW, lost=True)
    told: dict[str, Any] = {"close_pending": False, "attachments": (held,), **changes}
    return SessionInformation(
        *("ab12", "log.txt", "/log.txt", SessionState.OPEN),
        **{"created_by": None, "created_at": NOW, "last_used_at": NOW, **told},
    )


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "open"),
        ({"close_pending": True}, "close pending"),
        ({"broken": "The disk is gone."}, "open, broken"),
        ({"orphan": True, "attachments": ()}, "open, orphan"),
        ({"close_pending": True, "broken": "x"}, "close pending, broken"),
        ({"backlog": Backlog("log.txt")}, "open"),
        ({"backlog": Backlog("log.txt", 7, refused_records=1)}, "open, 7 waiting, 1 refused"),
    ],
)
def test_people_see_what_is_wrong(changes: dict[str, Any], state: str) -> None:
    """The table says of each session whether it is pending, broken, or an orphan."""
    assert _row(Listing(SERVICE, []), session(**changes))[2] == state


def test_people_see_who_is_lost() -> None:
    """The table says of a holder that its connection is lost."""
    assert _row(Listing(SERVICE, []), session())[5] == "plug-in 7 (AUTO) lost"


def test_people_and_programs_see_certificates() -> None:
    """Who attached is told by the certificate, and by what it says of itself."""
    client = ClientIdentity("plug-in", "here", 7, subject="CN=station-7,O=Firm")
    certified = session(
        attachments=(AttachmentInformation("a1", 0, client, NOW),), created_by=client
    )
    row, fields = _row(Listing(SERVICE, []), certified), session_fields(SERVICE, certified)
    assert row[4] == "plug-in (process 7 on here) [CN=station-7,O=Firm]"
    assert row[5] == "plug-in 7 [CN=station-7,O=Firm] (AUTO)"
    assert fields["created_by"]["subject"] == "CN=station-7,O=Firm"
    assert fields["attachments"][0]["holder"]["subject"] == "CN=station-7,O=Firm"


def test_programs_see_what_is_wrong() -> None:
    """Programs are told the same in fields of their own."""
    fields = session_fields(SERVICE, session(broken="The disk is gone.", closed_by="ann"))
    assert (fields["broken"], fields["orphan"]) == ("The disk is gone.", False)
    assert fields["closed_by"] == "ann"
    assert fields["attachments"][0]["lost"] is True


def test_programs_see_what_waits() -> None:
    """What waits for a resource is an object; it is null where nothing ever waits."""
    assert session_fields(SERVICE, session())["backlog"] is None
    waiting = Backlog("log.txt", 7, 2048, NOW, 4096, 1, "It is away.")
    assert session_fields(SERVICE, session(backlog=waiting))["backlog"] == {
        "waiting_records": 7,
        "waiting_bytes": 2048,
        "waiting_since": "2026-05-04T00:00:00.000000+00:00",
        "limit_bytes": 4096,
        "refused_records": 1,
        "reason": "It is away.",
    }
