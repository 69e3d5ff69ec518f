"""The writer of one log: what is refused is not in the file, and doubt is told as doubt."""

from __future__ import annotations

import asyncio
import errno
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from json_logger.service import same_file
from json_logger.service.numbers import RecordNumbers
from json_logger.service.writer import LogWriter
from session_sharing.errors import (
    InternalError,
    ResourceExhaustedError,
    ResourceReplacedError,
    SharingError,
    UnavailableError,
)
from session_sharing.records import AckLevel
from session_sharing.service.files import SystemFiles

OS, DISK = AckLevel.OS, AckLevel.DISK
OLD = b'{"old":1}\n'
DEADLINE = 10.0  # seconds
Result = AckLevel | BaseException


class FaultyFiles(SystemFiles):
    """The file system as the writer sees it, with operations that tests let fail.

    Attributes:
        room: How many bytes fit on the disk.
        at_most: How many bytes one call writes at most.
        fails_at: The number of the call of `write`, from 1, that finds the disk full.
        write_error: What writing raises.
        sync_error: What syncing raises.
        cut_error: What cutting the file raises.
        gate: Closed, it holds up the first write, so that pieces gather in the queue.
        syncs: How often was synced.
    """

    def __init__(self) -> None:
        self.room = 1 << 40
        self.at_most = 1 << 40
        self.fails_at = 0
        self.write_error: Exception | None = None
        self.sync_error: Exception | None = None
        self.cut_error: OSError | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.held_up = threading.Event()
        self.syncs = 0
        self._writes = 0

    def write(self, descriptor: int, data: bytes | memoryview, /) -> int:
        """Write as much as there is room for, and as one call takes."""
        self.held_up.set()
        assert self.gate.wait(DEADLINE)
        self._writes += 1
        if self.write_error is not None:
            raise self.write_error
        if self._writes == self.fails_at or self.room <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = os.write(descriptor, data[: min(self.room, self.at_most)])
        self.room -= written
        return written

    def truncate(self, descriptor: int, size: int, /) -> None:
        """Cut the file, which makes room again."""
        if self.cut_error is not None:
            raise self.cut_error
        self.room += os.fstat(descriptor).st_size - size
        os.ftruncate(descriptor, size)

    def sync(self, descriptor: int, /) -> None:
        """Bring the file to the disk, or fail."""
        self.syncs += 1
        if self.sync_error is not None:
            raise self.sync_error


class Bench:
    """A writer on a real file, with faults in between."""

    def __init__(self, path: Path, faults: FaultyFiles) -> None:
        path.write_bytes(OLD)
        self.path = path
        self.faults = faults
        self.commits = 0
        self.commit_error: Exception | None = None
        self.descriptor = os.open(path, os.O_RDWR | os.O_APPEND | getattr(os, "O_BINARY", 0))
        self.numbers = RecordNumbers(path.with_name(".numbers"), os.fstat(self.descriptor))
        self.writer = LogWriter(
            self.descriptor, path, len(OLD), self._count, self.numbers, files=faults
        )

    def _count(self) -> None:
        self.commits += 1
        if self.commit_error is not None:
            raise self.commit_error

    def append(self, *pieces: bytes, level: AckLevel = OS, together: bool = False) -> list[Result]:
        """Append pieces from as many callers; return what each is told.

        Args:
            *pieces: What to append.
            level: The level that all want.
            together: Whether all but the first wait in the queue for each other.
        """
        return asyncio.run(self._append(pieces, level, together))

    async def _append(
        self, pieces: Sequence[bytes], level: AckLevel, together: bool
    ) -> list[Result]:
        if together:
            self.faults.held_up.clear()
            self.faults.gate.clear()
        futures = [self.writer.append(pieces[0], level)]
        if together:
            assert await asyncio.to_thread(self.faults.held_up.wait, DEADLINE)
        futures += [self.writer.append(piece, level) for piece in pieces[1:]]
        self.faults.gate.set()
        gathered = asyncio.gather(*futures, return_exceptions=True)
        return await asyncio.wait_for(gathered, DEADLINE)

    def close(self) -> None:
        """Stop the writer and close the file."""
        self.writer.stop()
        os.close(self.descriptor)


@contextmanager
def bench_at(path: Path) -> Iterator[Bench]:
    """Make a bench for as long as the block runs."""
    bench = Bench(path, FaultyFiles())
    try:
        yield bench
    finally:
        bench.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Return a writer on a real file."""
    with bench_at(tmp_path / "a.ndjson") as made:
        yield made


def lines(*sizes: int) -> list[bytes]:
    """Make one line of each size, all different."""
    return [
        (f"{number:04d}".encode() * (size // 4 + 1))[: size - 1] + b"\n"
        for number, size in enumerate(sizes)
    ]


def accepted(pieces: Sequence[bytes], results: Sequence[Result]) -> bytes:
    """Return what must be in the file: the pieces that were accepted, in their order."""
    taken = [
        piece for piece, told in zip(pieces, results, strict=True) if isinstance(told, AckLevel)
    ]
    return OLD + b"".join(taken)


@pytest.mark.parametrize("level", [OS, DISK])
def test_the_level_that_was_reached_is_told(bench: Bench, level: AckLevel) -> None:
    """Each caller is told the level that it asked for; only those who want the disk pay for it."""
    pieces = lines(10, 20, 30)
    assert bench.append(*pieces, level=level, together=True) == [level] * 3
    assert bench.path.read_bytes() == OLD + b"".join(pieces)
    assert (bench.faults.syncs > 0) is (level is DISK)


def test_those_who_wait_share_one_sync(bench: Bench) -> None:
    """All who came while the disk was busy are brought to it together."""
    bench.append(*lines(*[100] * 500), level=DISK, together=True)
    assert bench.faults.syncs == 2
    assert bench.commits == 2


def test_short_writes_are_continued(bench: Bench) -> None:
    """A system that takes a few bytes at a time still gets all of them."""
    bench.faults.at_most = 3
    pieces = lines(100, 7)
    assert bench.append(*pieces) == [OS, OS]
    assert bench.path.read_bytes() == OLD + b"".join(pieces)


@pytest.mark.parametrize("number", range(1, 15))
@pytest.mark.parametrize("level", [OS, DISK])
def test_full_disk_at_any_write_refuses_whole_records(
    bench: Bench, number: int, level: AckLevel
) -> None:
    """Whichever write finds the disk full: what was refused is not in the file, the rest is."""
    bench.faults.fails_at = number
    bench.faults.at_most = 40
    pieces = lines(30, 60, 30, 30, 90, 30, 30)
    results = bench.append(*pieces, level=level, together=True)
    for told in results:
        assert isinstance(told, AckLevel | ResourceExhaustedError)
    assert bench.path.read_bytes() == accepted(pieces, results)
    bench.faults.fails_at = 0
    after = lines(50)
    assert bench.append(*after, level=level) == [level]
    assert bench.path.read_bytes() == accepted(pieces, results) + after[0]
    assert bench.writer.committed == bench.path.stat().st_size


def test_big_record_that_does_not_fit_refuses_no_small_ones(bench: Bench) -> None:
    """Of those who are written together only the one that is too big for the room is refused."""
    bench.faults.room = 500
    pieces = lines(50, 50, 2000, 50, 50)
    results = bench.append(*pieces, together=True)
    assert [isinstance(told, AckLevel) for told in results] == [True, True, False, True, True]
    assert bench.path.read_bytes() == accepted(pieces, results)
    (error,) = (told for told in results if isinstance(told, ResourceExhaustedError))
    assert error.retry_delay
    assert "Make room" in error.message


@settings(max_examples=60)
@given(
    sizes=st.lists(st.integers(2, 300), min_size=1, max_size=12),
    room=st.integers(0, 1500),
    at_most=st.integers(1, 400),
    level=st.sampled_from(AckLevel),
)
def test_any_room_for_any_records(
    tmp_path_factory: pytest.TempPathFactory,
    sizes: list[int],
    room: int,
    at_most: int,
    level: AckLevel,
) -> None:
    """However much room there is: the file holds the accepted records, and they are what fits."""
    with bench_at(tmp_path_factory.mktemp("room") / "a.ndjson") as bench:
        bench.faults.room, bench.faults.at_most = room, at_most
        pieces = lines(*sizes)
        results = bench.append(*pieces, level=level, together=True)
        left, expected = room, []
        for piece in pieces:
            expected.append(len(piece) <= left)
            left -= len(piece) if expected[-1] else 0
        assert [isinstance(told, AckLevel) for told in results] == expected
        assert bench.path.read_bytes() == accepted(pieces, results)


def test_failed_sync_breaks_for_good(bench: Bench) -> None:
    """After a failed sync nothing is acknowledged, no sync is tried again, and doubt is told."""
    assert bench.append(*lines(10), level=DISK) == [DISK]
    bench.faults.sync_error = OSError(errno.EIO, "Input/output error")
    (told,) = bench.append(*lines(20), level=DISK)
    assert isinstance(told, UnavailableError)
    for words in (
        "Input/output error",
        "as on disk is safe",
        "in the file or not",
        "Check the disk",
    ):
        assert words in told.message
    bench.faults.sync_error = None
    size, syncs = bench.path.stat().st_size, bench.faults.syncs
    for level in (OS, DISK):
        (again,) = bench.append(*lines(30), level=level)
        assert isinstance(again, UnavailableError)
        assert again.message == told.message
    assert bench.faults.syncs == syncs
    assert bench.path.stat().st_size == size


def test_failed_sync_fails_all_who_shared_it(bench: Bench) -> None:
    """A caller who wanted less than the disk is not told that all is well when the sync fails."""
    bench.faults.sync_error = OSError(errno.EIO, "Input/output error")
    results = bench.append(*lines(10, 20, 30), level=DISK, together=True)
    assert all(isinstance(told, UnavailableError) for told in results)
    assert bench.writer.committed == len(OLD)


def test_what_cannot_be_undone_is_told_as_unknown(bench: Bench) -> None:
    """If half a record cannot be taken back, nobody is told that it was merely refused."""
    bench.faults.room = 5
    bench.faults.cut_error = OSError(errno.EIO, "Input/output error")
    results = bench.append(*lines(20, 20), together=True)
    results += bench.append(*lines(20))
    for told in results:
        assert isinstance(told, UnavailableError)
        assert "in the file or not" in told.message
    assert bench.path.read_bytes().startswith(OLD)
    assert bench.path.stat().st_size == len(OLD) + 5


def exchange(path: Path) -> None:
    """Put another file into the place of a log."""
    path.rename(path.with_suffix(".moved"))
    path.write_bytes(b"of somebody else\n")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda path: path.unlink(), "deleted or moved"),
        (lambda path: path.rename(path.with_suffix(".moved")), "deleted or moved"),
        (exchange, "replaced"),
        (lambda path: path.write_bytes(b""), "changed by another program"),
        (lambda path: path.write_bytes(OLD + b"smuggled\n"), "changed by another program"),
    ],
    ids=["deleted", "moved", "exchanged", "cut", "extended"],
)
@pytest.mark.skipif(os.name == "nt", reason="Windows lets nobody do that to an open file")
def test_log_that_changed_under_the_session_is_told(
    bench: Bench, change: Callable[[Path], None], word: str
) -> None:
    """Who wants the disk is told that the path names another file, or that others wrote to it."""
    (first,) = lines(10)
    assert bench.append(first, level=DISK) == [DISK]
    change(bench.path)
    for _ in range(2):
        (told,) = bench.append(*lines(20), level=DISK)
        assert isinstance(told, ResourceReplacedError)
        assert word in told.message
        assert "initialize it again" in told.message
    moved = bench.path.with_suffix(".moved")
    if moved.exists():
        assert moved.read_bytes() == OLD + first
    if word == "replaced":
        assert bench.path.read_bytes() == b"of somebody else\n"


def test_refusals_hold_on_to_no_requests(bench: Bench) -> None:
    """Each caller gets an error of its own: refusing for hours gathers no memory."""
    bench.faults.sync_error = OSError(errno.EIO, "Input/output error")
    errors = [bench.append(*lines(20), level=DISK)[0] for _ in range(5)]
    assert len({id(error) for error in errors}) == 5
    kept = bench.writer._group._broken
    assert isinstance(kept, SharingError)
    assert kept.__traceback__ is None


def test_stopping_writes_what_is_queued(bench: Bench) -> None:
    """What was handed over before the stop is in the file when `stop` returns."""

    async def hand_over() -> None:
        for piece in pieces:
            bench.writer.append(piece, OS)

    pieces = lines(*[30] * 50)
    asyncio.run(hand_over())
    bench.writer.stop()
    assert bench.path.read_bytes() == OLD + b"".join(pieces)


@pytest.mark.parametrize("step", ["write", "sync", "commit"])
def test_defect_hangs_nobody(bench: Bench, step: str, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever goes wrong in the writer's thread: who waits and who comes later is told so."""
    (first,) = lines(10)
    assert bench.append(first, level=DISK) == [DISK]
    defect = MemoryError("no memory left")
    target = bench if step == "commit" else bench.faults
    setattr(target, f"{step}_error", defect)
    results = bench.append(*lines(20, 20, 20), level=DISK, together=True)
    setattr(target, f"{step}_error", None)
    results += bench.append(*lines(30), level=OS)
    for told in results:
        assert isinstance(told, InternalError)
        assert "MemoryError" in told.message
        assert "initialize it again" in told.message
    assert bench.path.read_bytes().startswith(OLD + first)
    bench.writer.stop()
    with pytest.raises(InternalError, match="MemoryError"):
        bench.writer.check()
    assert any(record.exc_info and record.exc_info[1] is defect for record in caplog.records)


def test_writer_that_is_well_passes_the_check(bench: Bench) -> None:
    """A refusal that leaves no doubt about the file is no reason to fail the close."""
    bench.faults.fails_at = 1
    (told,) = bench.append(*lines(20))
    assert isinstance(told, ResourceExhaustedError)
    bench.writer.stop()
    bench.writer.check()


def test_same_file_is_recognised(tmp_path: Path) -> None:
    """A path that names the open file passes; so does a size that is the expected one."""
    path = tmp_path / "a.ndjson"
    path.write_bytes(OLD)
    same_file.check_same_file(path.stat(), path)
    same_file.check_size(len(OLD), len(OLD), path)
