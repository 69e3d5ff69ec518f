"""The lock that dies with its process, with real processes."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from session_sharing.errors import (
    AccessDeniedError,
    PreconditionError,
    ResourceHeldError,
    ResourceNotFoundError,
)
from session_sharing.service import lock
from session_sharing.service.lock import ProcessLock
from session_sharing.service.side_file import try_lock

PROGRAM = Path(__file__).with_name("lock_program.py")
DEADLINE = 20.0  # seconds


class Holding:
    """Another process that holds the lock."""

    def __init__(self, path: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(PROGRAM), str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._guard = threading.Timer(DEADLINE, self.process.kill)
        self._guard.start()
        assert self.answer() == "held"

    def answer(self) -> str:
        """Wait for its next line."""
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def do(self, command: str) -> str:
        """Give it a command, and wait for its answer."""
        assert self.process.stdin
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.answer()

    def kill(self) -> None:
        """End it as kill -9 does."""
        self.process.kill()
        self.process.wait(DEADLINE)
        self._guard.cancel()

    def close(self) -> None:
        """Leave nothing of it."""
        self.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe
            pipe.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.ndjson.lock"


@pytest.fixture
def holding(path: Path) -> Iterator[Holding]:
    other = Holding(path)
    with contextlib.closing(other):
        yield other


def acquire(path: Path) -> ProcessLock:
    return ProcessLock.acquire(path, what="the log file /x/a.ndjson")


def test_second_comer_is_told_who_holds_it(path: Path, holding: Holding) -> None:
    """The error names what is held, the program, its process, since when, and what to do."""
    with pytest.raises(ResourceHeldError) as caught:
        acquire(path)
    told = json.loads(path.read_text())
    message = caught.value.message
    assert message.startswith("The log file /x/a.ndjson is held by lock_program.py")
    assert f"process {holding.process.pid}" in message
    assert f"since {told['since'][:10]} {told['since'][11:19]} UTC" in message
    assert "Stop that process" in message


def test_killed_process_loses_its_lock(path: Path, holding: Holding) -> None:
    """After kill -9 the next one has the lock at once, and the side file names the next one."""
    holding.kill()
    with acquire(path):
        assert json.loads(path.read_text())["process_id"] == os.getpid()


def test_lock_survives_reading_its_file(path: Path, holding: Holding) -> None:
    """The holder may read the side file, the flaw of POSIX record locks, and still holds it."""
    assert holding.do("read") == "done"
    with pytest.raises(ResourceHeldError):
        acquire(path)


def test_lock_is_not_inherited(path: Path, holding: Holding) -> None:
    """A child that outlives the killed holder does not keep the lock."""
    assert holding.do("start child") == "child"
    holding.kill()
    acquire(path).release()


def test_locks_of_one_process_exclude_each_other(path: Path) -> None:
    """Two services in one process cannot both hold a file."""
    with acquire(path), pytest.raises(ResourceHeldError, match=f"process {os.getpid()}"):
        acquire(path)
    acquire(path).release()


def test_release_removes_the_side_file_once(path: Path) -> None:
    """A clean stop leaves nothing behind, and a repeated release does not touch the next holder."""
    first = acquire(path)
    first.release()
    assert not path.exists()
    second = acquire(path)
    first.release()
    with pytest.raises(ResourceHeldError):
        acquire(path)
    second.release()
    assert not path.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not remove open files")
def test_release_spares_a_file_that_is_not_its_own(path: Path) -> None:
    """Somebody removed the side file and another process locked a new one: that one stays."""
    first = acquire(path)
    path.unlink()
    with acquire(path):
        first.release()
        assert path.exists()
        with pytest.raises(ResourceHeldError):
            acquire(path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_side_file_is_private(path: Path) -> None:
    """Other users do not read who works here."""
    with acquire(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("left", [b"", b'{"program": "json_lo', b"\xff" * 9000])
def test_unlocked_leftover_does_not_matter(path: Path, left: bytes) -> None:
    """Whatever a dead process left in the side file, the lock is free and is labelled anew."""
    path.write_bytes(left)
    with acquire(path):
        assert json.loads(path.read_text())["process_id"] == os.getpid()


def test_holder_without_label_still_holds(path: Path) -> None:
    """A holder that had not yet written its name is a holder; the error says where to look."""
    with acquire(path):
        path.write_text('{"program": "json_lo')
        with pytest.raises(ResourceHeldError, match=r"another process, which .*a\.ndjson\.lock"):
            acquire(path)


def test_symbolic_link_is_refused(path: Path, tmp_path: Path) -> None:
    """A link at the lock's place cannot make the service overwrite the file that it points to."""
    target = tmp_path / "precious"
    target.write_text("mine")
    try:
        path.symlink_to(target)
    except OSError:
        pytest.skip("this user may not make symbolic links")
    with pytest.raises(AccessDeniedError, match="symbolic link"):
        acquire(path)
    assert target.read_text() == "mine"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows refuses to open folders")
@pytest.mark.parametrize("make", [os.mkdir, getattr(os, "mkfifo", None)])
def test_what_is_no_file_is_refused(path: Path, make: Callable[[Path], None]) -> None:
    """A folder or a pipe at the lock's place is an error at once, with a next step."""
    make(path)
    with pytest.raises(PreconditionError, match="Move it away"):
        acquire(path)


def test_missing_folder_is_named(tmp_path: Path) -> None:
    """A lock in a folder that does not exist is an error that names the folder."""
    with pytest.raises(ResourceNotFoundError) as caught:
        acquire(tmp_path / "missing" / "lock")
    assert str(tmp_path / "missing") in caught.value.message


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not remove open files")
def test_released_between_opening_and_locking(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who opened the side file just before its removal locks the next one, not the removed one."""
    first = acquire(path)

    def try_too_late(descriptor: int) -> bool:
        first.release()
        return try_lock(descriptor)

    monkeypatch.setattr(lock, "try_lock", try_too_late)
    with acquire(path):
        monkeypatch.undo()
        with pytest.raises(ResourceHeldError):
            acquire(path)


def test_never_two_holders_while_locks_come_and_go(path: Path) -> None:
    """Removing the side file on release never lets two hold it, however they interleave."""
    holders: list[int] = []
    violations: list[list[int]] = []
    acquired = [0] * 4
    start = threading.Barrier(4)

    def contend(number: int) -> None:
        start.wait(DEADLINE)
        while acquired[number] < 150 and not violations:
            with contextlib.suppress(ResourceHeldError), acquire(path):
                holders.append(number)
                acquired[number] += 1
                if len(holders) != 1:
                    violations.append(list(holders))
                holders.remove(number)

    threads = [threading.Thread(target=contend, args=(n,), name=f"contender-{n}") for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    assert violations == []
    assert acquired == [150] * 4
    assert not path.exists() or sys.platform == "win32"


@pytest.mark.skipif(sys.platform == "win32", reason="os.link needs rights on Windows")
def test_hard_link_is_refused_and_its_file_left_alone(path: Path, tmp_path: Path) -> None:
    """A file that is linked to the place of the side file does not lose its content."""
    victim = tmp_path / "victim.log"
    victim.write_text("acknowledged")
    os.link(victim, path)
    with pytest.raises(PreconditionError, match="hard link"):
        acquire(path)
    assert victim.read_text() == "acknowledged"
