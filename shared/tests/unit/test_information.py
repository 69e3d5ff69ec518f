"""What people are told of clients, attachments and sessions."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from session_sharing.information import (
    CLOSE_COMMAND,
    MOST_NAMED,
    AttachmentInformation,
    ClientIdentity,
    SessionInformation,
    SessionState,
    clock,
)

NOON = datetime(2024, 1, 2, 12, 0, 0, 999_999, tzinfo=timezone.utc)
ANN = ClientIdentity("plugin.py", "bench-1", 42, user="ann")


def attachment(holder: ClientIdentity = ANN, alias: str = "") -> AttachmentInformation:
    """Return an attachment that was made at noon."""
    return AttachmentInformation("a1", 2, holder, NOON, alias)


SESSION = SessionInformation(
    public_id="ab12",
    resource_name="results.log",
    resource_key="/data/results.log",
    state=SessionState.OPEN,
    close_pending=False,
    created_by=ANN,
    created_at=NOON,
    last_used_at=NOON + timedelta(minutes=5),
)


@pytest.mark.parametrize("hours", [-8, 0, 5.5])
def test_times_are_told_in_utc(hours: float) -> None:
    """A moment is told in UTC to the second, whatever zone it came in."""
    local = NOON.astimezone(timezone(timedelta(hours=hours)))
    assert clock(local) == "2024-01-02 12:00:00 UTC"


@pytest.mark.parametrize(
    ("identity", "text"),
    [
        (ANN, "plugin.py (process 42 on bench-1, user ann)"),
        (replace(ANN, user=""), "plugin.py (process 42 on bench-1)"),
        (replace(ANN, host=""), "plugin.py (process 42, user ann)"),
        (ClientIdentity("plugin.py", process_id=7), "plugin.py (process 7)"),
        (
            replace(ANN, subject="CN=station-7"),
            "plugin.py (process 42 on bench-1, user ann) [CN=station-7]",
        ),
        (
            replace(ANN, program="x [CN=boss]", user="y [CN=boss]"),
            "x (CN=boss) (process 42 on bench-1, user y (CN=boss))",
        ),
    ],
)
def test_a_client_is_told_by_what_is_known_of_it(identity: ClientIdentity, text: str) -> None:
    """What is known is named, and no client can write of itself what its certificate would."""
    assert str(identity) == text


def test_an_open_session_is_told_with_its_history() -> None:
    """Resource, creator, creation, last use and holders are in the text; the key is not needed."""
    assert str(replace(SESSION, attachments=(attachment(alias="x"),))) == (
        "session ab12 on 'results.log', created by plugin.py (process 42 on bench-1, user ann) "
        "at 2024-01-02 12:00:00 UTC, last used at 2024-01-02 12:05:00 UTC, "
        "held by plugin.py (process 42 on bench-1, user ann) as 'x' since 2024-01-02 12:00:00 UTC"
    )


def test_a_session_without_holders_or_creator_says_so() -> None:
    """Nobody and a client without identity are told as such, never as an empty name."""
    text = str(replace(SESSION, created_by=None))
    assert "created by a client without identity at" in text
    assert text.endswith("nobody holds it")


def test_a_pending_close_is_told_with_who_asked() -> None:
    """Who asked to close is named as long as others hold the session."""
    pending = replace(
        SESSION, close_pending=True, closed_by="bob.py (process 1)", attachments=(attachment(),)
    )
    assert str(pending).endswith(", bob.py (process 1) asked to close it")


def test_a_closed_session_is_told_with_its_end() -> None:
    """By whom and when it was closed is named, and no holders any more."""
    closed = replace(
        SESSION,
        state=SessionState.CLOSED,
        closed_by="bob.py (process 1)",
        closed_at=NOON + timedelta(hours=1),
    )
    assert str(closed).endswith(", closed at 2024-01-02 13:00:00 UTC by bob.py (process 1)")
    assert "holds" not in str(closed)


@pytest.mark.parametrize(("count", "more"), [(MOST_NAMED, ""), (MOST_NAMED + 195, " and 195 more")])
def test_many_holders_are_counted_not_listed(count: int, more: str) -> None:
    """Two hundred holders do not make a text of two hundred lines; none goes uncounted."""
    holders = tuple(attachment(replace(ANN, process_id=number)) for number in range(count))
    text = replace(SESSION, attachments=holders).holders()
    assert text.count("plugin.py") == MOST_NAMED
    assert text.endswith(f"since 2024-01-02 12:00:00 UTC{more}")


def test_the_closing_command_names_the_session() -> None:
    """The command can be copied from the text as it is."""
    assert SESSION.how_to_close() == f"`{CLOSE_COMMAND} ab12` closes it."
    assert CLOSE_COMMAND == "python -m session_sharing close"


def test_both_ways_to_close_a_held_session_are_named() -> None:
    """Who reads of a held session learns the polite command, and what the other one does."""
    assert replace(SESSION, attachments=(attachment(),)).how_to_close() == (
        f"`{CLOSE_COMMAND} ab12` closes it when nobody holds it any more, "
        f'`{CLOSE_COMMAND} ab12 --force --reason "..."` at once, under its holders.'
    )


def test_a_lost_holder_is_told_as_such() -> None:
    """A holder that may be dead is told apart from one that works."""
    lost = replace(attachment(), lost=True)
    assert str(lost).endswith("since 2024-01-02 12:00:00 UTC, whose connection is lost")
    assert "lost" not in str(attachment())


def test_an_orphan_is_told_as_such() -> None:
    """That nobody will come back for a session is in the text."""
    text = str(replace(SESSION, orphan=True))
    assert text.endswith("nobody holds it, and its creator is dead (an orphan)")


def test_a_broken_session_is_told_with_the_reason() -> None:
    """Why a session cannot be used follows who holds it, as part of a sentence."""
    text = str(replace(SESSION, broken="No such folder: /data."))
    assert text.endswith("holds it; its resource cannot be used now: No such folder: /data")
