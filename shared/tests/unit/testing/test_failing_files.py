"""A file system that fails on purpose: what it is told to, and nothing else."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from session_sharing.testing.failing_files import OPERATIONS, FailingFiles, Fault

DEADLINE = 10.0  # seconds


@pytest.fixture
def disk() -> FailingFiles:
    """Return a disk on which nothing fails yet."""
    return FailingFiles()


@pytest.fixture
def descriptor(tmp_path: Path, disk: FailingFiles):
    """Return an open file."""
    opened = disk.open(tmp_path / "a", os.O_CREAT | os.O_RDWR | os.O_APPEND)
    yield opened
    disk.close(opened)


def test_everything_is_done_as_long_as_nothing_fails(tmp_path: Path, disk, descriptor) -> None:
    """Without a fault it is the real file system; what is asked for is counted."""
    assert disk.write(descriptor, b"abcd") == 4
    disk.truncate(descriptor, 2)
    disk.sync(descriptor)
    assert disk.status(descriptor).st_size == 2
    disk.sync_folder(tmp_path)
    os.link(tmp_path / "a", tmp_path / "link")
    disk.replace(tmp_path / "link", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"ab"
    disk.unlink(tmp_path / "b")
    disk.unlink(tmp_path / "b")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert disk.counts == dict.fromkeys(OPERATIONS, 1) | {"unlink": 2}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_can_fail(tmp_path: Path, disk, descriptor, operation: str) -> None:
    """What fails raises what was asked for, and does nothing."""
    calls: dict[str, Callable[[], object]] = {
        "open": lambda: disk.open(tmp_path / "new", os.O_CREAT | os.O_RDWR),
        "write": lambda: disk.write(descriptor, b"abc"),
        "truncate": lambda: disk.truncate(descriptor, 5),
        "sync": lambda: disk.sync(descriptor),
        "replace": lambda: disk.replace(tmp_path / "a", tmp_path / "b"),
        "unlink": lambda: disk.unlink(tmp_path / "a"),
        "sync_folder": lambda: disk.sync_folder(tmp_path),
    }
    fault = Fault({operation}, code=errno.EIO)
    disk.set(fault)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        calls[operation]()
    assert fault.struck == [operation]
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert disk.status(descriptor).st_size == 0


@pytest.mark.parametrize(("lasting", "fails"), [(False, [3]), (True, [3, 4, 5])])
def test_the_nth_fails_or_all_from_it_on(disk, descriptor, lasting: bool, fails: list[int]) -> None:
    """Counted are the operations that the fault is about, from when it was set; until healed."""
    disk.write(descriptor, b"x")
    fault = Fault({"write", "sync"}, at=3, lasting=lasting)
    disk.set(fault)
    failed = []
    for number, work in enumerate([disk.sync, disk.sync, _write(disk), disk.sync, _write(disk)]):
        disk.truncate(descriptor, 0)
        try:
            work(descriptor)
        except OSError:
            failed.append(number + 1)
    assert failed == fails
    disk.heal()
    assert disk.write(descriptor, b"x") == 1
    assert fault.seen == 5


def _write(disk: FailingFiles) -> Callable[[int], object]:
    return lambda descriptor: disk.write(descriptor, b"abc")


@pytest.mark.parametrize("code", [None, errno.ENOSPC])
def test_write_can_take_a_part(tmp_path: Path, disk, descriptor, code: int | None) -> None:
    """A short write says how much it took, or fails after it."""
    disk.set(Fault({"write"}, code=code, takes=2))
    if code is None:
        assert disk.write(descriptor, b"abc") == 2
    else:
        with pytest.raises(OSError, match="space"):
            disk.write(descriptor, b"abc")
    assert (tmp_path / "a").read_bytes() == b"ab"


def test_faults_that_cannot_be_are_refused() -> None:
    """A slip of the pen makes no test that cannot fail."""
    with pytest.raises(ValueError, match="can fail"):
        Fault({"fsync"})
    with pytest.raises(ValueError, match="take a part"):
        Fault({"write", "sync"}, code=None)


def test_gate_holds_up_the_next_one_alone(disk, descriptor) -> None:
    """One operation waits until the test opens the gate; others pass."""
    gate = disk.hold_up("sync")
    held = threading.Thread(target=disk.sync, args=[descriptor], name="held up")
    held.start()
    assert gate.came.wait(DEADLINE)
    disk.sync(descriptor)
    disk.write(descriptor, b"x")
    assert held.is_alive()
    gate.opened.set()
    held.join(DEADLINE)
    assert not held.is_alive()
