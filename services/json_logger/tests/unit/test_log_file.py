"""An open log file: opening leaves nothing behind when it fails, reading yields whole lines."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from json_logger.service import log_file
from json_logger.service.log_file import LogFile
from session_sharing.errors import (
    ResourceExhaustedError,
    ResourceHeldError,
    ResourceNameError,
    ResourceReplacedError,
    UnavailableError,
)
from session_sharing.records import AckLevel
from session_sharing.service.file_claims import FileClaims
from session_sharing.service.files import SystemFiles

DEADLINE = 10.0  # seconds
LINES = [f'{{"number":{number}}}\n'.encode() for number in range(100)]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[LogFile]:
    """Return an open log with a hundred lines."""
    opened = LogFile(tmp_path / "a.ndjson", FileClaims())
    asyncio.run(append(opened, b"".join(LINES)))
    yield opened
    with suppress(ResourceReplacedError):  # What became of the file is the tests' own doing.
        opened.close()


async def append(log: LogFile, data: bytes) -> AckLevel:
    """Append lines."""
    return await asyncio.wait_for(log.append(data, AckLevel.OS), DEADLINE)


def read(log: LogFile, last: int | None = None) -> list[bytes]:
    """Read a log to its end; return the chunks."""

    async def gather() -> list[bytes]:
        return [chunk async for chunk in log.read(last)]

    return asyncio.run(asyncio.wait_for(gather(), DEADLINE))


@pytest.mark.parametrize("last", [None, 0, 1, 7, 99, 100, 101, 2**64 - 1])
def test_last_lines_are_read(log: LogFile, last: int | None) -> None:
    """All lines, or the last ones, are read; asking for more than there are gives all."""
    expected = LINES if last is None else LINES[max(0, len(LINES) - last) :]
    assert b"".join(read(log, last)) == b"".join(expected)


@pytest.mark.parametrize("chunk_bytes", [1, 13, 100, 1 << 20])
def test_chunks_are_whole_lines(
    log: LogFile, monkeypatch: pytest.MonkeyPatch, chunk_bytes: int
) -> None:
    """However long lines are, a chunk never ends within one, and none is empty."""
    monkeypatch.setattr(log_file, "CHUNK_BYTES", chunk_bytes)
    chunks = read(log)
    assert b"".join(chunks) == b"".join(LINES)
    assert all(chunk.endswith(b"\n") for chunk in chunks)


def test_followers_get_what_comes_later(log: LogFile) -> None:
    """A follower gets the lines that were there, then those that come; leaving, it is forgotten."""

    async def follow() -> list[bytes]:
        source = log.read(1, until=asyncio.Event())
        got = [await asyncio.wait_for(anext(source), DEADLINE)]
        for number in range(3):
            following = asyncio.ensure_future(anext(source))
            await append(log, f"later {number}\n".encode())
            got.append(await asyncio.wait_for(following, DEADLINE))
        await source.aclose()  # type: ignore[attr-defined]
        return got

    got = asyncio.run(follow())
    assert got == [LINES[-1], b"later 0\n", b"later 1\n", b"later 2\n"]
    assert len(log._followers) == 0


def test_followers_get_all_that_was_acknowledged_before_the_end(log: LogFile) -> None:
    """A record that was acknowledged before the session closed reaches who follows the log."""

    async def follow() -> list[bytes]:
        ending = asyncio.Event()
        source = log.read(0, until=ending)
        following = asyncio.ensure_future(anext(source))
        while not len(log._followers):  # noqa: ASYNC110 - turns of the loop are what it needs
            await asyncio.sleep(0)
        await append(log, b"last but one\n")
        got = [await asyncio.wait_for(following, DEADLINE)]
        await append(log, b"the last\n")
        ending.set()
        return got + [chunk async for chunk in source]

    for _ in range(20):
        got = asyncio.run(asyncio.wait_for(follow(), DEADLINE))
        assert b"".join(got) == b"last but one\nthe last\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody cut an open file so")
def test_log_that_was_cut_ends_the_reading(log: LogFile) -> None:
    """A reader of a log that another program cut is told so; it neither hangs nor spins."""
    os.truncate(log.path, 25)
    with pytest.raises(ResourceReplacedError, match="changed by another program"):
        read(log)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody move an open file")
def test_log_that_was_moved_is_not_read_from_its_successor(log: LogFile) -> None:
    """What lies in the place of the log now is not given out as its content."""
    log.path.rename(log.path.with_suffix(".moved"))
    log.path.write_bytes(b"of somebody else\n" * 1000)
    with pytest.raises(ResourceReplacedError, match="replaced"):
        read(log)


def test_one_handle_for_each_file(log: LogFile) -> None:
    """A second handle on an open log is refused, also by this very process."""
    with pytest.raises(ResourceHeldError, match="only one process"):
        LogFile(log.path, FileClaims())


def test_hard_link_is_refused_before_anything_changes(tmp_path: Path) -> None:
    """A second name of an open log is refused; a record that is being written stays whole."""
    claims = FileClaims()
    first = LogFile(tmp_path / "a.ndjson", claims)
    try:
        with first.path.open("ab") as half:
            half.write(b'{"half of a')  # as a reader sees it in the middle of a write
        os.link(first.path, tmp_path / "b.ndjson")
        with pytest.raises(ResourceHeldError, match="hard link") as caught:
            LogFile(tmp_path / "b.ndjson", claims)
        assert str(first.path) in caught.value.message
        assert first.path.read_bytes() == b'{"half of a'
        assert {path.name for path in tmp_path.iterdir()} == {
            "a.ndjson",
            "b.ndjson",
            ".a.ndjson.lock",
        }
    finally:
        os.truncate(first.path, 0)
        first.close()
    LogFile(tmp_path / "b.ndjson", claims).close()


def test_closing_gives_all_back(tmp_path: Path) -> None:
    """After closing, the file can be opened again, and the lock's side file is gone."""
    claims = FileClaims()
    for _ in range(3):
        LogFile(tmp_path / "a.ndjson", claims).close()
    assert [path.name for path in tmp_path.iterdir()] == ["a.ndjson"]


def test_close_that_fails_gives_all_back_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the last sync fails the error is told, and the file can be opened again."""

    def fail(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    claims, files = FileClaims(), SystemFiles()
    log = LogFile(tmp_path / "a.ndjson", claims, files)
    monkeypatch.setattr(files, "sync", fail)
    with pytest.raises(OSError, match="Input/output error"):
        log.close()
    LogFile(tmp_path / "a.ndjson", claims).close()


async def appended(log: LogFile) -> AckLevel:
    return await asyncio.wait_for(log.append(LINES[0], AckLevel.DISK), DEADLINE)


def test_close_of_a_broken_session_tells_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a failed sync closing syncs no more, tells of the first failure, and lets go."""

    def fail(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    claims, files = FileClaims(), SystemFiles()
    log = LogFile(tmp_path / "a.ndjson", claims, files)
    monkeypatch.setattr(files, "sync", fail)
    with pytest.raises(UnavailableError):
        asyncio.run(appended(log))
    synced: list[int] = []
    monkeypatch.setattr(files, "sync", synced.append)
    with pytest.raises(UnavailableError, match="is broken"):
        log.close()
    assert synced == []
    LogFile(tmp_path / "a.ndjson", claims).close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody do that to an open file")
@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda path: path.unlink(), "deleted or moved"),
        (lambda path: path.rename(path.with_suffix(".moved")), "deleted or moved"),
        (lambda path: path.write_bytes(b""), "changed by another program"),
    ],
    ids=["deleted", "moved", "cut"],
)
def test_close_of_a_log_that_is_gone_tells_so(
    tmp_path: Path, change: Callable[[Path], None], word: str
) -> None:
    """Records that were taken into a log which is gone are not passed over in silence."""
    claims = FileClaims()
    log = LogFile(tmp_path / "a.ndjson", claims)
    asyncio.run(append(log, LINES[0]))
    change(log.path)
    asyncio.run(append(log, LINES[1]))
    with pytest.raises(ResourceReplacedError, match=word) as caught:
        log.close()
    assert str(log.path) in caught.value.message
    assert not (tmp_path / ".a.ndjson.lock").exists()
    LogFile(tmp_path / "a.ndjson", claims).close()


def open_descriptors() -> int:
    """Return how many descriptors this process has, where the system tells."""
    return len(list(Path("/proc/self/fd").iterdir())) if sys.platform == "linux" else 0


@pytest.mark.parametrize("step", ["sync_folder", "_mend", "LogWriter"])
def test_opening_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Whichever step of opening fails: no lock, no claim and no descriptor stays."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    claims, files = FileClaims(), SystemFiles()
    descriptors = open_descriptors()
    with monkeypatch.context() as patch:
        patch.setattr(files if hasattr(files, step) else log_file, step, fail)
        with pytest.raises(OSError, match="Input/output error"):
            LogFile(tmp_path / "a.ndjson", claims, files)
    assert open_descriptors() == descriptors
    assert not (tmp_path / ".a.ndjson.lock").exists()
    assert (tmp_path / "a.ndjson").exists() is (step != "sync_folder")
    LogFile(tmp_path / "a.ndjson", claims).close()


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has neither pipes in folders nor modes"
)
def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    """A pipe that took the place of the log after it was located is refused, without hanging."""
    os.mkfifo(tmp_path / "a.ndjson")
    with pytest.raises(ResourceNameError, match="no regular file"):
        LogFile(tmp_path / "a.ndjson", FileClaims())
    (tmp_path / "b.ndjson").symlink_to(tmp_path / "elsewhere.ndjson")
    with pytest.raises(OSError, match="symbolic"):
        LogFile(tmp_path / "b.ndjson", FileClaims())
    assert not (tmp_path / "elsewhere.ndjson").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_new_log_is_private(log: LogFile) -> None:
    """Measured values are readable for the service's user alone, until that decides otherwise."""
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600


def test_no_thread_left_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no thread can be started the log is refused with what to do, not with a defect."""

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(ResourceExhaustedError, match="No thread is left"):
        LogFile(tmp_path / "a.log", FileClaims())
    monkeypatch.undo()
    LogFile(tmp_path / "a.log", FileClaims()).close()
