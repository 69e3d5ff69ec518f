"""Small records that are handed to the system on the event loop: when, and in which order."""

from __future__ import annotations

import asyncio
import errno
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from json_logger.service import log_file, writer
from json_logger.service.log_file import LogFile
from json_logger.service.pace import SMALL_BYTES
from services.json_logger.tests.writing import QuietFiles
from session_sharing.errors import ResourceExhaustedError, UnavailableError
from session_sharing.records import AckLevel
from session_sharing.service.file_claims import FileClaims
from session_sharing.testing.failing_files import FailingFiles, Fault

OS, DISK = AckLevel.OS, AckLevel.DISK
DEADLINE = 10.0  # seconds
SMALL = b'{"a":1}\n'


class Watched(QuietFiles):
    """Notes which threads write."""

    def __init__(self) -> None:
        self.writers: list[str] = []

    def write(self, descriptor: int, data: bytes | memoryview, /) -> int:
        """Write, and note who did."""
        self.writers.append(threading.current_thread().name)
        return super().write(descriptor, data)


class Bench:
    """A log on a disk that can fail, said to be local."""

    def __init__(self, path: Path) -> None:
        self.watched = Watched()
        self.disk = FailingFiles(self.watched)
        self.log = LogFile(path, FileClaims(), self.disk)

    async def append(self, *sizes_and_levels: tuple[int, AckLevel]) -> list[bool]:
        """Append one after the other; return for each whether it was written on the loop."""
        here = threading.current_thread().name
        self.watched.writers.clear()
        for size, level in sizes_and_levels:
            data = SMALL if size <= len(SMALL) else b'{"a":"' + b"x" * (size - 9) + b'"}\n'
            await asyncio.wait_for(self.log.append(data, level), DEADLINE)
        return [name == here for name in self.watched.writers]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """Return a log that lies on a disk of this machine, as far as it knows."""
    monkeypatch.setattr(log_file, "is_on_local_disk", lambda *_: True)
    made = Bench(tmp_path / "a.ndjson")
    yield made
    try:
        made.log.close()
    except UnavailableError:
        assert made.disk.counts["truncate"], "it was broken by a test"


def test_small_ones_for_the_system_alone_are_written_on_the_loop(bench: Bench) -> None:
    """What is big, or has to reach the disk, goes to the thread; what comes after it does not."""
    pieces = [(1, OS), (1, DISK), (1, OS), (SMALL_BYTES + 1, OS), (SMALL_BYTES, OS)]
    assert asyncio.run(bench.append(*pieces)) == [True, False, True, False, True]


def test_logs_on_shares_are_written_in_the_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A share that hangs must not hang the service: it is asked by the writer's thread alone."""
    monkeypatch.setattr(log_file, "is_on_local_disk", lambda *_: False)
    remote = Bench(tmp_path / "a.ndjson")
    assert asyncio.run(remote.append((1, OS), (1, OS))) == [False, False]
    remote.log.close()


def test_order_is_that_of_arrival(bench: Bench) -> None:
    """What comes while the thread is busy waits for it, however small it is."""

    async def work() -> None:
        gate = bench.disk.hold_up("sync")
        held = asyncio.ensure_future(bench.log.append(b"1\n", DISK))
        assert await asyncio.to_thread(gate.came.wait, DEADLINE)
        later = [asyncio.ensure_future(bench.log.append(b"%d\n" % n, OS)) for n in (2, 3)]
        await asyncio.sleep(0)
        assert bench.log.path.read_bytes() == b"1\n"
        gate.opened.set()
        await asyncio.wait_for(asyncio.gather(held, *later), DEADLINE)
        await bench.append((1, OS))

    asyncio.run(work())
    assert bench.log.path.read_bytes() == b"1\n2\n3\n" + SMALL


def test_slow_disk_is_left_to_the_thread_until_it_is_fast(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One slow write, wherever, and the next go to the thread, until it has seen a fast one."""
    step = [0.0]
    now = [0.0]

    def clock() -> float:
        now[0] += step[0]
        return now[0]

    monkeypatch.setattr(writer, "time", SimpleNamespace(perf_counter=clock))

    async def work() -> list[bool]:
        step[0] = 0.002
        slow = await bench.append((1, OS), (1, OS), (1, OS))
        step[0] = 0.0005
        return slow + await bench.append((1, OS), (1, OS), (1, OS))

    assert asyncio.run(work()) == [True, False, False, False, True, True]


def test_refused_on_the_loop_is_refused_for_good(bench: Bench) -> None:
    """A full disk refuses without a trace; the thread tries next, and then the loop again."""

    async def work() -> None:
        bench.disk.set(Fault({"write"}, lasting=True, takes=3))
        for _ in range(2):
            with pytest.raises(ResourceExhaustedError, match="Make room"):
                await bench.append((1, OS))
            assert bench.log.path.read_bytes() == b""
        bench.disk.heal()
        assert await bench.append((1, OS), (1, OS)) == [False, True]

    asyncio.run(work())
    assert bench.log.path.read_bytes() == 2 * SMALL


def test_doubt_on_the_loop_breaks_the_session(bench: Bench) -> None:
    """What cannot be undone is told as unknown, and to all who come later too."""
    bench.disk.set(Fault({"write", "truncate"}, code=errno.EIO, lasting=True, takes=3))

    async def work() -> None:
        for level in (OS, OS, DISK):
            with pytest.raises(UnavailableError, match="in the file or not"):
                await bench.append((1, level))
            bench.disk.heal()

    asyncio.run(work())
    assert bench.log.path.read_bytes() == SMALL[:3]
