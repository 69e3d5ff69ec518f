"""What the tests of storing share: groups stored one by one, disks that fail, and kills."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from json_logger.service.log_file import LogFile
from json_logger.service.pieces import Lines, RecordRange
from session_sharing.records import AckLevel
from session_sharing.service.file_claims import FileClaims
from session_sharing.service.files import SYSTEM_FILES, Files, SystemFiles


def piece(who: str, first: int, count: int = 1, level: AckLevel = AckLevel.OS) -> Lines:
    """Return records of an attachment, from a number on; of nobody who counts if `who` is empty."""
    rows = [{"who": who, "number": number} for number in range(first, first + count)]
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    return Lines(data, level, RecordRange(who, first, first + count - 1) if who else None)


def stored(path: Path) -> list[tuple[str, int]]:
    """Return the records of a log, every line of which must be whole."""
    content = path.read_bytes()
    assert content == b"" or content.endswith(b"\n"), "the last line is torn"
    rows = [json.loads(line) for line in content.splitlines()]
    return [(row["who"], row["number"]) for row in rows]


def store(log: LogFile, *group: Lines) -> list[AckLevel]:
    """Store pieces that came at the same time, as the writer's thread does when it has them."""
    return log._writer._store(group)


def side_file(path: Path) -> Path:
    """Return where the numbers of a log are kept."""
    return path.with_name(f".{path.name}.numbers")


@contextmanager
def open_log(path: Path, files: Files = SYSTEM_FILES) -> Iterator[LogFile]:
    """Open a log for as long as the block runs."""
    log = LogFile(path, FileClaims(), files)
    try:
        yield log
    finally:
        log.close()


@dataclass(frozen=True)
class Content:
    """What is in a log and in its side file at one moment; None for a file that is not there."""

    log: bytes
    numbers: bytes | None

    @classmethod
    def now(cls, path: Path) -> Content:
        """Look at the files of a log."""
        beside = side_file(path)
        return cls(path.read_bytes(), beside.read_bytes() if beside.exists() else None)

    def put_back(self, path: Path) -> None:
        """Leave the files as they were when the process was killed: the log is the same file."""
        overwrite(path, self.log)
        if self.numbers is None:
            side_file(path).unlink(missing_ok=True)
        else:
            overwrite(side_file(path), self.numbers)


def overwrite(path: Path, content: bytes) -> None:
    """Put this into a file, in place: some systems bring a file to the disk that is replaced."""
    with path.open("r+b" if path.exists() else "xb") as file:
        file.write(content)
        file.truncate()


def kills_between(before: Content, after: Content) -> list[Content]:
    """Return what a kill can leave while one group is written: first the side file, then the log.

    A side file that was written anew is the old one, or the new one.
    """
    old, new = before.numbers, after.numbers
    assert new is not None or old is None
    sides: Sequence[bytes | None] = [old]
    if new is not None and old is not None and new.startswith(old):
        sides = [new[:size] for size in range(len(old), len(new))]
    written = [
        Content(after.log[:size], new) for size in range(len(before.log), len(after.log) + 1)
    ]
    return [*(Content(before.log, side) for side in sides), *written]


@contextmanager
def killed(path: Path, files: Files = SYSTEM_FILES) -> Iterator[LogFile]:
    """Open a log and have its process killed at the end of the block."""
    log = LogFile(path, FileClaims(), files)
    try:
        yield log
    finally:
        left = Content.now(path)
        log._writer.stop()  # What a kill does as well: threads end, locks fall.
        log._held.close()
        left.put_back(path)


class QuietFiles(SystemFiles):
    """The real file system, without waiting for the disk."""

    def sync(self, descriptor: int, /) -> None:
        """Wait for nothing."""

    def sync_folder(self, folder: Path, /) -> None:
        """Wait for nothing."""


class FaultyDisk(QuietFiles):
    """Counts what is written to the log and to its side file, and fails at one of these writes.

    Attributes:
        fails_at: The number of the write, from 1, that finds the disk full.
        takes: How many bytes that one takes nevertheless.
        writes: How many there were.
    """

    def __init__(self, fails_at: int = 0, takes: int = 0) -> None:
        self.fails_at = fails_at
        self.takes = takes
        self.writes = 0

    def write(self, descriptor: int, data: bytes | memoryview, /) -> int:
        """Write, or write a part and fail."""
        self.writes += 1
        if self.writes == self.fails_at:
            os.write(descriptor, data[: self.takes])
            raise OSError(errno.ENOSPC, "No space left on device")
        return os.write(descriptor, data)
