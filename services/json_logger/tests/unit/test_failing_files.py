"""Any operation of the disk fails, once or for ever: no false acknowledgement, no late record."""

from __future__ import annotations

import asyncio
import errno
import itertools
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from json_logger.service.log_file import LogFile
from json_logger.service.pieces import Lines
from services.json_logger.tests.writing import QuietFiles, killed, open_log, piece, store, stored
from session_sharing.errors import SharingError
from session_sharing.records import AckLevel
from session_sharing.testing.failing_files import OPERATIONS, FailingFiles, Fault

DISK = AckLevel.DISK
DEADLINE = 10.0  # seconds
FAULTS = {
    "full": (errno.ENOSPC, 0),
    "full-in-the-midst": (errno.ENOSPC, 30),
    "broken": (errno.EIO, 0),
    "broken-in-the-midst": (errno.EIO, 30),
    "takes-a-part": (None, 3),
}
"""What an operation fails with, and how many bytes it takes if it is a write."""
TOGETHER: Sequence[Sequence[Lines]] = [
    [piece("a", 1)],
    [piece("a", 2, level=DISK)],
    [piece("b", 1, 3), piece("a", 3, 2, level=DISK), piece("", 1)],
    [piece("a", 5), piece("b", 4)],
    [piece("c", 1, 2, level=DISK)],
    [piece("a", 6)],
]
"""What callers bring; those in one line at the same time."""
LATER = [piece("d", 1), piece("d", 2, level=DISK)]
"""What they bring when the disk is well again."""


class Told:
    """What callers were told of their records."""

    def __init__(self) -> None:
        self.acknowledged: list[Lines] = []
        self.refused: list[Lines] = []
        self.unknown: list[Lines] = []

    async def append(self, log: LogFile, group: Sequence[Lines]) -> None:
        """Append pieces from as many callers."""
        calls = [log.append(lines.data, lines.level, lines.records) for lines in group]
        gathered = asyncio.gather(*calls, return_exceptions=True)
        for lines, told in zip(group, await asyncio.wait_for(gathered, DEADLINE), strict=True):
            self._note(lines, told)

    def _note(self, lines: Lines, told: AckLevel | BaseException) -> None:
        if told is lines.level:
            self.acknowledged.append(lines)
            return
        assert isinstance(told, SharingError), told
        (self.unknown if "in the file or not" in told.message else self.refused).append(lines)

    def check(self, path: Path) -> None:
        """Check that what was told is so."""
        content = path.read_bytes()
        for lines in self.acknowledged:
            assert content.count(lines.data) == 1, f"not there once: {lines}"
        for lines in self.refused:
            assert lines.data.splitlines()[0] not in content, f"there, though refused: {lines}"
        for lines in self.unknown:
            there = {content.count(line) for line in lines.data.splitlines()}
            assert there in ({0}, {1}), f"there in part: {lines}"
        found = stored(path)
        assert max(Counter(found).values(), default=0) <= 1
        for who in "abc":
            numbers = [number for name, number in found if name == who]
            assert numbers == sorted(numbers)


async def log_all(log: LogFile, told: Told, disk: FailingFiles) -> None:
    """Let all callers log, then mend the disk, and log once more."""
    for group in TOGETHER:
        await told.append(log, group)
    disk.heal()
    is_broken = bool(told.unknown)
    await told.append(log, LATER)
    assert all(lines in (told.unknown if is_broken else told.acknowledged) for lines in LATER)


def play(path: Path, disk: FailingFiles, told: Told, fault: Fault) -> None:
    """Log on a disk with a fault; check what is there, also when the log is opened again.

    Then repeat what was acknowledged, as a client does whose answers were lost.
    """
    with killed(path, disk) as log:
        disk.set(fault)
        asyncio.run(log_all(log, told, disk))
        if not told.unknown:
            told.check(path)
    with open_log(path, QuietFiles()) as log:
        told.check(path)
        store(log, *(lines for lines in told.acknowledged if lines.records))
        told.check(path)


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "for-ever"])
@pytest.mark.parametrize("kind", FAULTS)
def test_whatever_operation_fails(tmp_path: Path, kind: str, lasting: bool) -> None:
    """Acknowledged is there once, in order; refused is not there, ever; doubt is told as doubt."""
    code, takes = FAULTS[kind]
    for number in itertools.count(1):
        told, disk = Told(), FailingFiles(QuietFiles())
        operations = OPERATIONS if code else ("write",)
        fault = Fault(operations, number, code, lasting=lasting, takes=takes)
        play(tmp_path / f"{number}.ndjson", disk, told, fault)
        if not fault.struck:
            break
        is_doubtful = bool({"sync", "truncate"} & set(fault.struck)) and code is not None
        assert bool(told.unknown) is is_doubtful, "doubt comes of failed syncs and undoing alone"
        is_harmful = code is not None
        if lasting or not is_harmful:  # What fails once may be well when it is tried alone.
            assert bool(told.refused + told.unknown) is is_harmful
    assert number > 10
    assert not told.refused + told.unknown
