"""The journal on a disk of which any operation fails: what was answered loads, in whole steps."""

from __future__ import annotations

import asyncio
import errno
import itertools
from pathlib import Path

import pytest

from session_sharing.core import EndedEntry
from session_sharing.service.files import SystemFiles
from session_sharing.service.journal import Journal
from session_sharing.service.journal_file import JournalFile
from session_sharing.service.journal_reading import read_journal
from session_sharing.testing.failing_files import OPERATIONS, FailingFiles, Fault
from session_sharing.testing.power_cuts import power_cuts
from session_sharing.testing.recording_files import RecordingFiles

LIMIT = 10.0
STEPS = [[EndedEntry(name, "s", "released")] for name in "abcdefgh"]
REWRITTEN = {3, 6}
"""After which steps the file is written anew."""


class Quiet(SystemFiles):
    """The real file system, without waiting for the disk."""

    def sync(self, descriptor: int, /) -> None:
        """Wait for nothing."""


class Run:
    """A journal that is written step by step, and made good when it asks for it."""

    def __init__(self, path: Path, files: FailingFiles) -> None:
        self.path = path
        self.files = files
        self.journal = Journal(path, "now", JournalFile(path, files))
        self.healthy = 0

    async def write(self) -> None:
        """Write all steps, and look after each what the next run of the service would read."""
        await self.journal.rewrite([])
        for number, step in enumerate(STEPS, start=1):
            await self.journal.append(step)
            self.check(number)
            if number in REWRITTEN:
                await self.journal.rewrite(flat(number))
                self.check(number)

    def check(self, steps: int) -> None:
        """Check what would be read after so many steps."""
        if self.journal.problem:
            read = read_journal(self.path, "now")
            assert read in [flat(count) for count in range(self.healthy, steps + 1)]
        else:
            self.healthy = steps
            assert read_journal(self.path, "now") == flat(steps)

    async def heal(self) -> None:
        """Mend the disk, and write the journal anew as the service does by itself."""
        self.files.heal()
        if self.journal.wants_rewrite:
            await self.journal.rewrite(flat(len(STEPS)))
        assert (self.journal.problem, self.journal.wants_rewrite) == ("", False)
        assert read_journal(self.path, "now") == flat(len(STEPS))


def flat(steps: int) -> list[EndedEntry]:
    """Return the entries of so many steps."""
    return [entry for step in STEPS[:steps] for entry in step]


async def play(path: Path, fault: Fault) -> bool:
    """Write a journal with a fault; return whether anything met it."""
    files = FailingFiles(Quiet())
    files.set(fault)
    run = Run(path, files)
    await run.write()
    await run.heal()
    await asyncio.get_running_loop().run_in_executor(None, run.journal.close)
    return bool(fault.struck)


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "for-ever"])
@pytest.mark.parametrize(("code", "takes"), [(errno.ENOSPC, 0), (errno.EIO, 9), (None, 9)])
def test_whatever_operation_fails(tmp_path, code, takes, lasting):
    """Answered steps load unless the problem is told; no step in part; all when it is mended."""
    operations = OPERATIONS if code else ["write"]
    for number in itertools.count(1):
        fault = Fault(operations, number, code, lasting=lasting, takes=takes)
        work = play(tmp_path / f"{number}.journal", fault)
        if not asyncio.run(asyncio.wait_for(work, LIMIT)):
            break
    assert number > 8


def test_power_cuts_leave_whole_steps(tmp_path):
    """Whenever the power is cut, the journal loads: the beginning of what was written to it."""
    path = tmp_path / "x.journal"
    files = RecordingFiles(Quiet())

    async def write() -> None:
        run = Run(path, FailingFiles(files))
        await run.write()
        await asyncio.get_running_loop().run_in_executor(None, run.journal.close)

    asyncio.run(asyncio.wait_for(write(), LIMIT))
    seen = set()
    for cut in power_cuts(files.operations, thorough=True):
        path.unlink(missing_ok=True)
        if path in cut.files:
            path.write_bytes(cut.files[path])
        read = read_journal(path, "now")
        assert read == flat(len(read))
        seen.add(len(read))
    assert seen == set(range(len(STEPS) + 1))


@pytest.mark.parametrize("operation", ["sync", "sync_folder"])
def test_file_whose_sync_failed_is_written_anew(tmp_path, operation):
    """A second sync after one that failed may lie, so nothing is appended to such a file."""
    files = FailingFiles(Quiet())
    file = JournalFile(tmp_path / "x", files)
    file.replace("a\n")
    files.set(Fault([operation], code=errno.EIO))
    with pytest.raises(OSError, match="Input/output error"):
        file.sync()
    assert not file.is_whole
    file.replace("b\n")
    file.sync()
    assert file.is_whole
    file.close()
