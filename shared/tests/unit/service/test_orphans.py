"""Which sessions are marked as orphans."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from session_sharing.information import (
    AttachmentInformation,
    ClientIdentity,
    SessionInformation,
    SessionState,
)
from session_sharing.service import orphans as orphans_module
from session_sharing.service.orphans import Orphans

NOW = datetime(2026, 1, 2, tzinfo=timezone.utc)
DEAD, ALIVE = ClientIdentity("dead"), ClientIdentity("alive")
ORPHAN = SessionInformation(
    "p",
    "r",
    "k",
    SessionState.OPEN,
    close_pending=False,
    created_by=DEAD,
    created_at=NOW,
    last_used_at=NOW,
)
OTHERS = [
    replace(ORPHAN, public_id="alive", created_by=ALIVE),
    replace(ORPHAN, public_id="unknown", created_by=None),
    replace(ORPHAN, public_id="held", attachments=(AttachmentInformation("a", 0, DEAD, NOW),)),
    replace(ORPHAN, public_id="opening", state=SessionState.OPENING),
    replace(ORPHAN, public_id="closing", state=SessionState.CLOSING),
]


def is_dead(client: ClientIdentity) -> bool:
    """Tell whether a client is dead."""
    return client == DEAD


def test_session_of_a_dead_creator_that_nobody_holds_is_an_orphan():
    """Orphans are open, held by nobody, and their creator is known to be dead; all of it."""
    marked = asyncio.run(Orphans(is_dead).mark([ORPHAN, *OTHERS]))
    assert [told.orphan for told in marked] == [True] + 5 * [False]
    assert [replace(told, orphan=False) for told in marked] == [ORPHAN, *OTHERS]


def test_held_sessions_cost_no_look():
    """Where everything is held, or nobody's by name, no process is looked at."""

    def look(client: ClientIdentity) -> bool:
        pytest.fail("looked")

    assert len(asyncio.run(Orphans(look).mark(OTHERS[1:]))) == 4


def test_look_that_hangs_marks_nothing(monkeypatch):
    """Where the system does not answer in time nobody is taken for dead, and the list is there."""
    monkeypatch.setattr(orphans_module, "LOOK_SECONDS", 0.01)
    going_on = threading.Event()

    def hang(client: ClientIdentity) -> bool:
        return going_on.wait(10.0)

    try:
        (marked,) = asyncio.run(Orphans(hang).mark([ORPHAN]))
    finally:
        going_on.set()
    assert not marked.orphan
