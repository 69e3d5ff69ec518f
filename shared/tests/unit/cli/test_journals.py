"""What is told of the journal of a service that does not run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

from session_sharing.behavior import Behavior
from session_sharing.cli.journals import judged
from session_sharing.core import Kept, KeptAttachment, KeptSession
from session_sharing.identity import this_client
from session_sharing.information import ClientIdentity
from session_sharing.journals.content import Content

NOW = datetime(2026, 1, 2, tzinfo=timezone.utc)
HERE = this_client()
DEAD = replace(HERE, boot_id="of another run of the system")
THERE = ClientIdentity("script.py", "elsewhere", 7)
SESSION = KeptSession("s", "p", "k", "a", "r", Behavior.AUTO, "", "c", "i", DEAD, NOW, NOW)
ANONYMOUS = replace(SESSION, creator=None)


def held(by: ClientIdentity) -> KeptAttachment:
    """Return a hold on the session."""
    return KeptAttachment("i", "s", "c", by, Behavior.AUTO, "", NOW, created=True)


@pytest.mark.parametrize(
    ("kept", "told", "may_live"),
    [
        ([SESSION, held(HERE)], f"1 session, held by {HERE}", True),
        ([SESSION, held(THERE)], f"1 session, held by {THERE}", True),
        ([SESSION, held(DEAD)], f"1 session, held by {DEAD}", bool(not HERE.boot_id)),
        ([SESSION], "1 session, held by nobody", False),
        ([ANONYMOUS], "1 session, held by a client without identity", True),
        ([replace(ANONYMOUS, open_to=())], "1 session, held by nobody", False),
        ([], "no sessions", False),
    ],
    # The texts name this process: tests that run side by side need the same names.
    ids=["here", "elsewhere", "dead", "nobody", "anonymous", "anonymous closed", "none"],
)
def test_holders_and_whether_one_may_live(kept: Sequence[Kept], told: str, may_live: bool) -> None:
    """Who holds is named; dead is only who surely is: another machine's process may live."""
    journal = judged(Path("x.journal"), Content(HERE.boot_id, list(kept)))
    assert (journal.told(), journal.may_live) == (told, may_live)


def test_reboot_ends_clients_without_identity() -> None:
    """Whoever opened a session without telling who it is has not lived through a reboot."""
    assert HERE.boot_id, "this machine tells no boot id"
    assert not judged(Path("x.journal"), Content("another", [ANONYMOUS])).may_live


def test_damage_is_told() -> None:
    """A journal that is not good to its end says so."""
    journal = judged(Path("x.journal"), Content(damage="damaged at byte 7"))
    assert journal.problem == "it is damaged at byte 7"
