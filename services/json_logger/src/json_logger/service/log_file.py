"""An open log file: the handle that sessions share."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

from session_sharing.errors import ResourceNameError
from session_sharing.service.driver import explain
from session_sharing.service.lock import ProcessLock
from session_sharing.service.threads import in_thread, tell_loop

from json_logger.levels import AckLevel
from json_logger.service.tail import line_start, mend_tail
from json_logger.service.writer import LogWriter, check_same_file

T = TypeVar("T")

CHUNK_BYTES = 1 << 20
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND
_PORTABLE = ("O_CLOEXEC", "O_NOFOLLOW", "O_NOCTTY", "O_BINARY", "O_NOINHERIT")


class LogFile:
    """One log file with its lock, its writer and its readers.

    Opening and closing block and are called from threads; everything else belongs to event loops.
    `_guard` guards the followers, whom the writer's thread wakes; no I/O is done under it.

    Args:
        path: The canonical path.

    Raises:
        SharingError: Another process holds the file, or it cannot be opened.
        OSError: The file system refuses.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = ProcessLock.acquire(
            path.with_name(f".{path.name}.lock"), what=f"the log file {path}"
        )
        try:
            self._descriptor, size = _open(path)
        except BaseException:
            self._lock.release()
            raise
        self.opened = os.fstat(self._descriptor)
        self._guard = threading.Lock()
        self._followers: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self._writer = LogWriter(self._descriptor, path, size, self._wake_followers)

    async def append(self, data: bytes, level: AckLevel) -> AckLevel:
        """Append whole lines, all or none; return the level that was reached.

        Raises:
            SharingError: Nothing was stored; or the session is broken, and says so.
        """
        return await self._writer.append(data, level)

    async def read(self, last: int | None, *, follow: bool) -> AsyncIterator[bytes]:
        """Yield whole lines, in chunks.

        Args:
            last: Only so many lines from the end; all if None.
            follow: Go on with what is logged later, without end.
        """
        changed = asyncio.Event()
        if follow:
            with self._guard:
                self._followers[changed] = asyncio.get_running_loop()
        try:
            end = self._writer.committed
            place = 0 if last is None else await self._line_start(end, last)
            while True:
                while place < end:
                    chunk = await self._chunk(place, end)
                    place += len(chunk)
                    yield chunk
                if not follow:
                    return
                await changed.wait()
                changed.clear()
                end = self._writer.committed
        finally:
            with self._guard:
                self._followers.pop(changed, None)

    def close(self) -> None:
        """Write what is queued, bring it to the disk, and let go of the file.

        Raises:
            OSError: The last sync failed; the file is closed nevertheless.
        """
        self._writer.stop()
        try:
            os.fsync(self._descriptor)
        finally:
            os.close(self._descriptor)
            self._lock.release()

    async def _line_start(self, end: int, last: int) -> int:
        def find() -> int:
            with self._open_to_read() as log:
                return line_start(log, end, last + 1)

        return await self._read_in_thread(find)

    async def _chunk(self, place: int, end: int) -> bytes:
        def read() -> bytes:
            with self._open_to_read() as log:
                return _whole_lines(log, place, end)

        return await self._read_in_thread(read)

    async def _read_in_thread(self, work: Callable[[], T]) -> T:
        try:
            return await in_thread("log reader", work)
        except OSError as error:
            raise explain(error, f"read the log file {str(self.path)!r}") from error

    def _open_to_read(self) -> BinaryIO:
        check_same_file(self.opened, self.path)
        return self.path.open("rb")

    def _wake_followers(self) -> None:
        """Tell followers that there is more. Called in the writer's thread."""
        with self._guard:
            for changed, loop in self._followers.items():
                tell_loop(loop, changed.set)


def _open(path: Path) -> tuple[int, int]:
    """Open a log, mended; return its descriptor and size."""
    flags = _FLAGS
    for name in _PORTABLE:
        flags |= getattr(os, name, 0)
    is_new = not path.exists()
    descriptor = os.open(path, flags, 0o600)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ResourceNameError(f"{path} is no regular file. Choose the name of a file.")
        with open(descriptor, "r+b", closefd=False) as log:
            size = mend_tail(log, path)
        if is_new:
            _sync_folder(path.parent)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor, size


def _sync_folder(folder: Path) -> None:
    """Bring the name of a new file to the disk. Windows does that with the file itself."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _whole_lines(log: BinaryIO, place: int, end: int) -> bytes:
    """Read at least one line and at most about a chunk; `end` is the end of a line."""
    log.seek(place)
    data = b""
    while True:
        block = log.read(min(CHUNK_BYTES, end - place - len(data)))
        data += block
        newline = data.rfind(b"\n")
        if newline >= 0 or not block:
            return data[: newline + 1]
