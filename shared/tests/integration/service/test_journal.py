"""The journal on a real disk: what one run wrote the next one reads, whatever came between."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

from session_sharing.behavior import Behavior
from session_sharing.core import EndedEntry, Kept, KeptAttachment, KeptSession, SessionGone
from session_sharing.errors import PreconditionError
from session_sharing.information import ClientIdentity
from session_sharing.journals.lines import to_line
from session_sharing.service import journal_reading
from session_sharing.service.journal import Journal
from session_sharing.service.journal_reading import without_dead

LIMIT = 10.0
NOW = datetime(2026, 1, 2, tzinfo=timezone.utc)
HERE = ClientIdentity("program", host="here", boot_id="now")
THERE = replace(HERE, host="there", boot_id="theirs")
BEFORE = replace(HERE, boot_id="before")
SESSION = KeptSession("s", "p", "k", "a", "r", Behavior.AUTO, "", "c", "i", BEFORE, NOW, NOW)
HELD = KeptAttachment("i", "s", "c", BEFORE, Behavior.AUTO, "", NOW, created=True)
STEPS: list[list[Kept]] = [
    [SESSION, HELD],
    [replace(HELD, attachment_id="j", alias="ä")],
    [EndedEntry("j", "s", "released")],
]


def run(work: Callable[[], Awaitable[None]]) -> None:
    """Run work on an event loop."""

    async def main() -> None:
        await asyncio.wait_for(work(), LIMIT)

    asyncio.run(main())


def write(path: Path, steps: Sequence[Sequence[Kept]] = STEPS, boot_id: str = "now") -> None:
    """Write a journal as one run of a service does."""

    async def work() -> None:
        journal, _ = Journal.open(path, boot_id)
        await journal.rewrite([])
        for step in steps:
            await journal.append(step)
        await asyncio.get_running_loop().run_in_executor(None, journal.close)

    run(work)


def read(path: Path, boot_id: str = "now") -> list[Kept]:
    """Read a journal as the next run does."""
    return journal_reading.read_journal(path, boot_id)


def flat(steps: Sequence[Sequence[Kept]]) -> list[Kept]:
    """Return the entries of steps."""
    return [entry for step in steps for entry in step]


def test_what_was_kept_is_read(tmp_path):
    """The next run reads the entries in the order in which they were kept; the first run none."""
    path = tmp_path / "x.journal"
    assert read(path) == []
    write(path)
    assert read(path) == flat(STEPS)
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o777 == 0o600, "session names are secrets"


def test_every_prefix_loads_and_splits_no_step(tmp_path):
    """A cut at any byte leaves whole steps, all that were written before it, and sets no alarm."""
    path = tmp_path / "x.journal"
    write(path)
    content = path.read_bytes()
    ends = [place for place, byte in enumerate(content) if byte == ord("\n")]
    for length in range(len(content) + 1):
        path.write_bytes(content[:length])
        steps = max(0, sum(1 for end in ends if end <= length) - 1)
        assert read(path) == flat(STEPS[:steps]), f"cut at byte {length}"
    assert list(tmp_path.iterdir()) == [path]


def test_damage_in_the_middle_costs_only_what_follows(tmp_path, caplog):
    """What stands before a damage is used; a copy of the file is set aside, and the log says so."""
    path = tmp_path / "x.journal"
    write(path)
    content = bytearray(path.read_bytes())
    lines = content.splitlines(keepends=True)
    content[len(lines[0] + lines[1]) + 20] ^= 1
    path.write_bytes(content)
    assert read(path) == STEPS[0]
    (aside,) = tmp_path.glob("x.journal.damaged-*")
    assert aside.read_bytes() == content
    assert str(aside) in caplog.text


def test_copies_of_damaged_journals_are_private(tmp_path, monkeypatch):
    """Nobody else can read them, and none takes the place of another of the same second."""
    monkeypatch.setattr(journal_reading, "utc_now", lambda: NOW)
    path = tmp_path / "x.journal"
    contents = [b"one\n", b"two\n"]
    for damaged in contents:
        path.write_bytes(damaged)
        assert read(path) == []
    copies = list(tmp_path.glob("x.journal.damaged-*"))
    assert sorted(copy.read_bytes() for copy in copies) == contents
    if os.name == "posix":
        assert {stat.S_IMODE(copy.stat().st_mode) for copy in copies} == {0o600}


@pytest.mark.parametrize("content", [b"a letter to mother\n", b"\0" * 5000 + b"\n"])
def test_file_that_is_no_journal_is_set_aside(tmp_path, content):
    """A file of which nothing is good costs the sessions, not the start of the service."""
    path = tmp_path / "x.journal"
    path.write_bytes(content)
    assert read(path) == []
    assert len(list(tmp_path.glob("x.journal.damaged-*"))) == 1


def test_journal_of_another_format_is_set_aside(tmp_path, monkeypatch):
    """A newer version's journal is not half understood: it is set aside whole."""
    path = tmp_path / "x.journal"
    monkeypatch.setattr("session_sharing.journals.content.FORMAT", 2)
    write(path)
    monkeypatch.undo()
    assert read(path) == []
    assert len(list(tmp_path.glob("x.journal.damaged-*"))) == 1


@pytest.mark.parametrize("first", ["[1]", "{}", '{"format":1}', '{"format":1,"boot_id":5}', "x"])
def test_journal_with_another_first_line_is_set_aside(tmp_path, first):
    """Good checksums around what no service writes are damage, not a defect."""
    path = tmp_path / "x.journal"
    path.write_text(to_line(first))
    assert read(path) == []
    assert len(list(tmp_path.glob("x.journal.damaged-*"))) == 1


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_journal_that_is_no_file_is_refused(tmp_path, kind):
    """What cannot be a journal stops the start at once, as sessions would be lost: move it away."""
    path = tmp_path / "x.journal"
    if kind == "folder":
        path.mkdir()
    elif sys.platform == "win32":
        pytest.skip("Windows has no pipes in folders")
    else:
        os.mkfifo(path)
    with pytest.raises(PreconditionError, match=r"x\.journal.*no regular file.*Move it away"):
        read(path)


@pytest.mark.parametrize(
    ("boots", "creator", "holder", "ended"),
    [
        (("before", "now"), BEFORE, BEFORE, True),
        (("before", "now"), replace(BEFORE, boot_id=""), BEFORE, True),
        (("before", "now"), THERE, BEFORE, False),
        (("before", "now"), BEFORE, THERE, False),
        (("before", "now"), None, BEFORE, False),
        (("before", "now"), HERE, BEFORE, False),
        (("now", "now"), BEFORE, BEFORE, False),
        (("", "now"), BEFORE, BEFORE, False),
        (("before", ""), BEFORE, BEFORE, False),
    ],
)
def test_reboot_ends_what_lived_on_the_machine(
    tmp_path, monkeypatch, boots, creator, holder, ended
):
    """After another boot, and only then, sessions end whose creator and holders all ran here."""
    path = tmp_path / "x.journal"
    monkeypatch.setattr(journal_reading, "this_client", lambda: HERE)
    steps = [[replace(SESSION, creator=creator), replace(HELD, identity=holder)]]
    write(path, steps, boots[0])
    *kept, last = read(path, boots[1])
    assert isinstance(last, SessionGone) is ended
    assert kept == (steps[0] if ended else steps[0][:-1])


def test_reboot_keeps_what_is_used_from_elsewhere():
    """Of two sessions a reboot ends the one whose last user on another machine had released it."""
    other = replace(SESSION, name="t", key="l")
    kept = [
        *(SESSION, replace(HELD, identity=THERE), EndedEntry("i", "s", "released")),
        *(other, replace(HELD, attachment_id="j", session_name="t", identity=THERE)),
    ]
    assert [entry.name for entry in without_dead(kept, HERE)[len(kept) :]] == ["s"]
