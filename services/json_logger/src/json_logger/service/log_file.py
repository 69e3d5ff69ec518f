"""An open log file: the handle that sessions share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import BinaryIO, TypeVar

from json_logger.service.numbers import RecordNumbers
from json_logger.service.opening import open_existing, open_log, open_to_read
from json_logger.service.pieces import RecordRange
from json_logger.service.same_file import (
    changed_by_others,
    check_as_it_was,
    check_same_file,
    check_size,
    gone_meanwhile,
)
from json_logger.service.tail import line_start, mend_tail
from json_logger.service.writer import LogWriter
from session_sharing.records import AckLevel, SiteContexts
from session_sharing.service.chain import ChainLink
from session_sharing.service.driver import explain
from session_sharing.service.file_claims import FileClaims
from session_sharing.service.files import SYSTEM_FILES, Files
from session_sharing.service.followers import Followers, first_of
from session_sharing.service.local_disks import is_on_local_disk
from session_sharing.service.lock import ProcessLock
from session_sharing.service.threads import in_thread

T = TypeVar("T")

CHUNK_BYTES = 1 << 20


class LogFile:
    """One log file with its lock, its writer and its readers.

    Opening and closing block and are called from threads; everything else belongs to event loops.
    The writer's thread wakes the followers, who guard themselves.

    Attributes:
        path: The canonical path.
        contexts: What records of the session inherit.
        opened: The file, as the system described it when it was opened.

    Args:
        path: The canonical path.
        claims: The files that this service has open.
        files: What writes it.
        again: A session held it before a restart of the service: it must be as it was then.

    Raises:
        ResourceReplacedError: It is not as it was.
        SharingError: Another process or, by a hard link, another session holds the file.
        OSError: The file system refuses.
    """

    def __init__(
        self, path: Path, claims: FileClaims, files: Files = SYSTEM_FILES, *, again: bool = False
    ) -> None:
        self.path = path
        self._files = files
        self.contexts = SiteContexts()
        self._followers = Followers()
        if again and not path.exists():  # Its folder may be gone as well.
            raise gone_meanwhile(path)
        with ExitStack() as held:
            lock = ProcessLock.acquire(
                path.with_name(f".{path.name}.lock"), what=f"the log file {path}"
            )
            held.callback(lock.release)
            self._descriptor = open_existing(files, path) if again else open_log(files, path)
            held.callback(files.close, self._descriptor)
            self.opened = files.status(self._descriptor)
            claims.claim(self.opened, path)
            held.callback(claims.release, self.opened)
            self._numbers = RecordNumbers(
                path.with_name(f".{path.name}.numbers"), self.opened, files
            )
            held.callback(self._numbers.close)
            if again:
                check_as_it_was(self.opened, self._numbers.log_seen, path)
            size = _mend(self._descriptor, path, self._numbers.whole_until, files)
            if self._numbers.is_cut_off:
                files.sync(self._descriptor)  # What counts as stored from now on stays.
            self._numbers.settle(size)
            self._writer = LogWriter(
                self._descriptor,
                path,
                size,
                self._followers.wake,
                self._numbers,
                files=files,
                is_local=is_on_local_disk(self._descriptor, path),
            )
            self._held = held.pop_all()

    def append(
        self,
        data: bytes,
        level: AckLevel,
        records: RecordRange | None = None,
        link: ChainLink | None = None,
    ) -> asyncio.Future[AckLevel]:
        """Append whole lines, all or none; the future tells the level that was reached.

        It fails with a `SharingError` if nothing was stored, or the session is broken. A cancelled
        one means that whether it was stored is unknown.

        Args:
            data: The lines.
            level: What they have to survive.
            records: Which records they are, so that each is stored once however often it comes,
                also after the process was killed; None if the client does not count.
            link: What has to be in the file before them.
        """
        return self._writer.append(data, level, records, link)

    def last_number(self, attachment_id: str) -> int:
        """Return the highest number of a record that is stored for an attachment; 0 for none."""
        return self._numbers.last_number(attachment_id)

    def take_contexts(self, texts: Sequence[str]) -> None:
        """Have again what records inherited before a restart of the service."""
        self.contexts.take(texts)

    async def read(
        self, last: int | None, *, until: asyncio.Event | None = None
    ) -> AsyncGenerator[bytes, None]:
        """Yield whole lines, in chunks.

        Args:
            last: Only so many lines from the end; all if None.
            until: Go on with what is logged later, until this is set; None to end with what is
                there now.
        """
        with self._followers.follow() if until is not None else nullcontext() as changed:
            end = self._writer.committed
            place = 0 if last is None else await self._line_start(end, last)
            while True:
                while place < end:
                    chunk = await self._chunk(place, end)
                    place += len(chunk)
                    yield chunk
                if until is None or changed is None:
                    return
                if until.is_set() and end == self._writer.committed:
                    return
                await first_of(changed, until)
                changed.clear()
                end = self._writer.committed

    def close(self) -> None:
        """Write what is queued, bring it to the disk, and let go of the file.

        The file is closed and free, whatever is raised.

        Raises:
            SharingError: The session was broken; or the path no longer names the file, or others
                wrote to it, so that what was logged is not where it should be.
            OSError: The last sync failed.
        """
        self._writer.stop()
        with self._held:
            self._writer.check()  # After a failed sync a second one may lie.
            self._files.sync(self._descriptor)
            opened = self._files.status(self._descriptor)
            check_same_file(opened, self.path)
            check_size(opened.st_size, self._writer.committed, self.path)
            self._numbers.finish(opened.st_size)

    async def _line_start(self, end: int, last: int) -> int:
        def find() -> int:
            with open_to_read(self.path, self.opened) as log:
                return line_start(log, end, last + 1)

        return await self._read_in_thread(find)

    async def _chunk(self, place: int, end: int) -> bytes:
        def read() -> bytes:
            with open_to_read(self.path, self.opened) as log:
                return _whole_lines(log, place, end, self.path)

        return await self._read_in_thread(read)

    async def _read_in_thread(self, work: Callable[[], T]) -> T:
        try:
            return await in_thread("log reader", work)
        except OSError as error:
            raise explain(error, f"read the log file {str(self.path)!r}") from error


def _mend(descriptor: int, path: Path, whole_until: Callable[[int], int], files: Files) -> int:
    """See to it that a log ends in whole lines, as `mend_tail` does; return its size."""
    with open(descriptor, "rb", closefd=False) as log:
        return mend_tail(log, path, whole_until, files)


def _whole_lines(log: BinaryIO, place: int, end: int, path: Path) -> bytes:
    """Read at least one line and at most about a chunk; `end` is the end of a line."""
    log.seek(place)
    data = b""
    while b"\n" not in data:
        block = log.read(min(CHUNK_BYTES, end - place - len(data)))
        if not block:
            raise changed_by_others(path)
        data += block
    return data[: data.rindex(b"\n") + 1]
