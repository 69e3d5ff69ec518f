"""Closes that are pending, and on whom they wait."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from session_sharing.behavior import Behavior
from session_sharing.client.pending import asked_to_close, insists_on_close, pends_on_others
from session_sharing.core import Outcome, Released, ReleaseMode
from session_sharing.information import (
    AttachmentInformation,
    ClientIdentity,
    SessionInformation,
    SessionState,
)

NOW = datetime(2026, 1, 2, tzinfo=timezone.utc)
OWN, OTHER = ClientIdentity("own", process_id=1), ClientIdentity("other", process_id=2)
CERTIFIED = ClientIdentity("own", process_id=1, subject="CN=station-7")


def released(outcome: Outcome, *holders: ClientIdentity) -> Released:
    """Return an answer that names these holders."""
    held = tuple(AttachmentInformation("a", 0, holder, NOW) for holder in holders)
    session = SessionInformation("s", "n", "k", SessionState.OPEN, True, None, NOW, NOW, held)
    return Released(outcome, session)


@pytest.mark.parametrize(
    ("holders", "expected"),
    [
        ((OWN,), False),
        ((OWN, OWN), False),
        ((CERTIFIED,), False),  # as its service tells it of this very process
        ((OTHER,), True),
        ((OWN, OTHER), True),
        ((), True),
    ],
)
def test_own_clients_are_nobody_to_wait_for(holders, expected):
    """A close pends on others, or on a slow closing, but not on further clients of one's own."""
    assert pends_on_others(released(Outcome.CLOSE_PENDING, *holders), OWN) is expected


@pytest.mark.parametrize("outcome", [Outcome.CLOSED, Outcome.LEFT_OPEN])
def test_only_a_pending_close_is_pending(outcome):
    """A session that is closed, or left open for others, is not waited for."""
    assert not pends_on_others(released(outcome, OTHER), OWN)
    assert not pends_on_others(Released(outcome), OWN)


@pytest.mark.parametrize("behavior", list(Behavior))
def test_mode_comes_before_the_behavior(behavior):
    """`close()` always asks and insists, `detach()` never does, the block does by the table."""
    ask, leave, by = ReleaseMode.ASK_TO_CLOSE, ReleaseMode.LEAVE_OPEN, ReleaseMode.BY_BEHAVIOR
    assert asked_to_close(ask, behavior, created=False)
    assert insists_on_close(ask, behavior)
    assert not asked_to_close(leave, behavior, created=True)
    assert asked_to_close(by, behavior, created=False) is (behavior in (1, 4))
    assert asked_to_close(by, behavior, created=True) is (behavior in (0, 1, 4))
    assert insists_on_close(by, behavior) is (behavior in (1, 4))
