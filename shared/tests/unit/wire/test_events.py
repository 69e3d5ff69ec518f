"""Session events on the wire."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from session_sharing.core import EventKind, SessionEvent
from session_sharing.information import (
    AttachmentInformation,
    ClientIdentity,
    SessionInformation,
    SessionState,
)
from session_sharing.wire.events import event_from_wire, event_to_wire
from session_sharing.wire.generated import administration_pb2

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, timezone.utc)
HELD = AttachmentInformation("a", 2, ClientIdentity("program"), NOW, "site0", False, 3)
SESSION = SessionInformation(
    "s", "name", "key", SessionState.OPEN, True, None, NOW, NOW, (HELD,), "somebody"
)


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_comes_back_whole(kind):
    """An event of every kind crosses the wire unchanged, with and without its parts."""
    for event in (SessionEvent(kind, NOW, SESSION, HELD, "why"), SessionEvent(kind, NOW)):
        message = event_to_wire(event)
        sent = administration_pb2.SessionEvent.FromString(message.SerializeToString())
        assert event_from_wire(sent) == event


def test_every_kind_has_a_number_of_its_own():
    """No two kinds share a number, and the contract has no kind that the library lacks."""
    numbers = {event_to_wire(SessionEvent(kind, NOW)).kind for kind in EventKind}
    assert numbers == set(administration_pb2.SessionEventKind.values()) - {0}


@pytest.mark.parametrize("number", [0, 99])
def test_unknown_kind_is_passed_over(number):
    """A kind of a newer service is no event for an older client, and no error either."""
    assert event_from_wire(administration_pb2.SessionEvent(kind=number)) is None


def test_text_with_half_a_surrogate_pair_is_told_nevertheless():
    """A file name that is no Unicode, in a failure's text, does not end the watch."""
    message = event_to_wire(SessionEvent(EventKind.OPEN_FAILED, NOW, text="cannot open \udcfe.log"))
    assert message.text.startswith("cannot open ")
