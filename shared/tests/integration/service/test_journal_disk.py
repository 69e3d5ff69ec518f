"""The journal on disks that are full, fail or hang, and how it stays small."""

from __future__ import annotations

import asyncio
import errno
import os
import threading
from collections.abc import Awaitable, Callable
from types import SimpleNamespace

from session_sharing.core import EndedEntry
from session_sharing.service import entry_journal as journal_module
from session_sharing.service.files import SystemFiles
from session_sharing.service.journal import Journal
from session_sharing.service.journal_file import SMALL, JournalFile
from session_sharing.service.journal_reading import read_journal

LIMIT = 10.0
FIRST, SECOND, THIRD = ([EndedEntry(name, "s", "released")] for name in "abc")


def run(work: Callable[[], Awaitable[None]]) -> None:
    """Run work on an event loop."""

    async def main() -> None:
        await asyncio.wait_for(work(), LIMIT)

    asyncio.run(main())


class SmallDisk(SystemFiles):
    """A disk that takes so many bytes more, and then is full."""

    def __init__(self, room: int) -> None:
        self.room = room

    def write(self, descriptor, data, /):
        """Write what there is room for."""
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = os.write(descriptor, data[: self.room])
        self.room -= written
        return written


class Crowded(SystemFiles):
    """A disk on which no file can be made."""

    def open(self, path, flags, mode=0o600, /):
        """Open what is there."""
        if flags & os.O_CREAT:
            raise OSError(errno.ENOSPC, "No space left on device")
        return os.open(path, flags, mode)


def test_full_disk_stops_nobody_and_is_made_good(tmp_path):
    """While the disk is full nobody waits, the problem is told, and the old journal still loads.

    When there is room again one rewrite puts everything right.
    """
    path, disk = tmp_path / "x.journal", SmallDisk(1000)

    async def work() -> None:
        journal = Journal(path, "now", JournalFile(path, disk))
        await journal.rewrite(FIRST)
        assert (journal.problem, journal.wants_rewrite) == ("", False)
        disk.room = 70
        await journal.append(SECOND)
        assert "No space left on device" in journal.problem
        assert journal.wants_rewrite
        assert read_journal(path, "now") == FIRST
        await journal.append(THIRD)
        assert read_journal(path, "now") == FIRST, "nothing stands behind half a line"
        disk.room = 1000
        await journal.rewrite([*FIRST, *SECOND])
        await journal.append(THIRD)
        assert (journal.problem, journal.wants_rewrite) == ("", False)
        assert read_journal(path, "now") == [*FIRST, *SECOND, *THIRD]
        journal.close()

    run(work)


def test_disk_that_cannot_be_replaced_on_leaves_the_old_journal(tmp_path):
    """A rewrite that fails leaves what was there, tells the problem, and stops nobody."""
    path = tmp_path / "x.journal"

    async def write() -> None:
        journal = Journal(path, "now")
        await journal.rewrite([*FIRST, *SECOND])
        journal.close()

    run(write)

    async def work() -> None:
        journal = Journal(path, "now", JournalFile(path, Crowded()))
        await journal.rewrite(read_journal(path, "now"))
        assert "No space left on device" in journal.problem
        assert journal.wants_rewrite
        journal.close()

    run(work)
    assert read_journal(path, "now") == [*FIRST, *SECOND]


def test_disk_that_has_no_room_for_another_journal_grows_this_one(tmp_path):
    """A whole file that cannot be replaced is appended to, without a problem, until it doubles."""
    path = tmp_path / "x.journal"

    disk = SystemFiles()

    async def work() -> None:
        journal = Journal(path, "now", JournalFile(path, disk, small=0))
        await journal.rewrite(FIRST)
        await asyncio.wait([journal.append(FIRST) for _ in range(9)])
        assert journal.wants_rewrite
        disk.open = Crowded().open
        journal.append(SECOND)
        await journal.rewrite([*FIRST, *SECOND])
        await journal.append(THIRD)
        assert (journal.problem, journal.wants_rewrite) == ("", False)
        assert read_journal(path, "now") == [*10 * FIRST, *SECOND, *THIRD]
        await asyncio.wait([journal.append(FIRST) for _ in range(12)])
        assert journal.wants_rewrite
        journal.close()

    run(work)


def test_disk_that_hangs_is_told(tmp_path, monkeypatch):
    """A write that takes longer than five seconds is a problem until it ends; nothing is lost."""
    path, going_on, came = tmp_path / "x.journal", threading.Event(), threading.Event()
    now = [0.0]
    monkeypatch.setattr(journal_module, "time", SimpleNamespace(monotonic=lambda: now[0]))

    class Hanging(JournalFile):
        def replace(self, text: str) -> None:
            """Hang."""
            came.set()
            going_on.wait(LIMIT)
            super().replace(text)

    async def work() -> None:
        journal = Journal(path, "now", Hanging(path))
        writing = journal.rewrite([])
        await asyncio.get_running_loop().run_in_executor(None, came.wait, LIMIT)
        assert journal.problem == ""
        now[0] = 6.0
        assert "takes very long" in journal.problem
        # What comes meanwhile is written together; the last whole contains what came before it.
        steps = [journal.append(THIRD), journal.rewrite(FIRST)]
        steps += [journal.append(SECOND), journal.append(THIRD)]
        going_on.set()
        await asyncio.gather(writing, *steps)
        assert journal.problem == ""
        assert read_journal(path, "now") == [*FIRST, *SECOND, *THIRD]
        journal.close()

    run(work)


def test_journal_that_has_grown_wants_to_be_written_anew(tmp_path):
    """A journal grows with what happens, not for ever: written anew it is small again."""
    path = tmp_path / "x.journal"
    long = EndedEntry("x" * SMALL, "s", "released")

    async def work() -> None:
        journal, _ = Journal.open(path, "now")
        await journal.rewrite([])
        await journal.append([long])
        assert journal.wants_rewrite
        await journal.rewrite(FIRST)
        assert not journal.wants_rewrite
        await journal.rewrite([long, long])
        await journal.append([long])
        assert not journal.wants_rewrite, "what is much anyway is not written again and again"
        journal.close()

    run(work)
    assert read_journal(path, "now") == [long, long, long]
