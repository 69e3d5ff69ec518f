"""The writer of one log file: a thread that writes what concurrent callers bring, together."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from json_logger.service.numbers import RecordNumbers
from json_logger.service.pace import Pace
from json_logger.service.pieces import Lines, RecordRange
from json_logger.service.same_file import check_same_file, check_size
from session_sharing.errors import (
    InternalError,
    InvalidRequestError,
    ResourceReplacedError,
    SharingError,
    UnavailableError,
)
from session_sharing.records import AckLevel
from session_sharing.service import ChainLink, GroupWriter, StoreError, explain
from session_sharing.service.files import SYSTEM_FILES, Files, write_all

GROUP_BYTES = 4 << 20
"""How much is written at once, at most, unless one piece alone is bigger."""


class LogWriter:
    """Appends to one file, in the order of arrival, with one sync for all who came meanwhile.

    Records whose numbers say that they are in the file are not written again, but acknowledged.

    What is small, and need not reach the disk, is written on the event loop as long as the file
    takes it at once and nothing is before it. All else goes to the thread named `log writer`.

    Whose turn it is to store, as `GroupWriter` says, owns the file descriptor, the numbers and all
    else: the thread while a group is with it, else the loop. `committed` is written by that one
    only and may be read by any: below it, the file holds whole lines. After a failure that leaves
    doubt about the file the writer is broken for good, whoever met it.

    Args:
        descriptor: The file, opened for appending. It stays the caller's to close.
        path: Where it lies.
        size: How big it is.
        on_commit: Called after every commit, in the thread or on the loop.
        numbers: The numbers of the records in it.
        files: What writes it.
        is_local: Whether it lies on a disk of this machine.
    """

    def __init__(
        self,
        descriptor: int,
        path: Path,
        size: int,
        on_commit: Callable[[], None],
        numbers: RecordNumbers,
        *,
        files: Files = SYSTEM_FILES,
        is_local: bool = False,
    ) -> None:
        self._descriptor = descriptor
        self._path = path
        self._on_commit = on_commit
        self._numbers = numbers
        self._files = files
        self._pace = Pace(is_local)
        self._is_cut = False
        self.committed = size
        self._group: GroupWriter[Lines, AckLevel] = GroupWriter(
            "log writer", self._store, lambda defect: _defect(path, defect), GROUP_BYTES
        )

    def append(
        self,
        data: bytes,
        level: AckLevel,
        records: RecordRange | None = None,
        link: ChainLink | None = None,
    ) -> asyncio.Future[AckLevel]:
        """Append whole lines; the future tells the level that was reached.

        It fails with a `SharingError` if nothing was stored. A cancelled future means that whether
        it was stored is unknown.

        Args:
            data: The lines.
            level: What they have to survive.
            records: Which records they are; without it they are never taken for a repetition.
            link: What has to be in the file before them.
        """
        lines, size = Lines(data, level, records), len(data)
        is_quick = self._numbers.is_quick(records) and self._pace.allows(size)
        if level is AckLevel.OS and self._group.is_idle and is_quick:
            return self._group.store_now(lines, link)
        return self._group.put(lines, size, link)

    def stop(self) -> None:
        """Write what is queued, then end the thread. Blocks until that is done."""
        self._group.stop()

    def check(self) -> None:
        """Make sure that the writer is not broken. Called after `stop`.

        Raises:
            SharingError: It is; the same that its callers were told.
        """
        self._group.check()

    def _store(self, group: Sequence[Lines]) -> list[AckLevel]:
        """Write what is not stored yet and, if anyone wants it, sync."""
        fresh = self._not_stored(group)
        size = self.committed + (self._write(fresh) if fresh else 0)
        if any(lines.level is AckLevel.DISK for lines in group):
            try:
                self._sync(size)
            except (OSError, ResourceReplacedError) as error:
                # After a failed sync nobody knows what is on disk, and a second one may lie.
                raise StoreError(_broken(self._path, error), broken=True) from error
        if fresh:
            self._numbers.stored(fresh)
            self.committed = size
            self._on_commit()
        return [lines.level for lines in group]

    def _not_stored(self, group: Sequence[Lines]) -> list[Lines]:
        try:
            return self._numbers.not_stored(group)
        except InvalidRequestError as error:
            raise StoreError(error) from error

    def _write(self, group: Sequence[Lines]) -> int:
        """Write a group, and return how many bytes it has; on failure leave the file as it was."""
        data = b"".join([lines.data for lines in group])
        begun = time.perf_counter()
        try:
            self._sync_cut()
            self._intend(group)
            self._append(data)
        except StoreError:
            self._pace.failed()  # What comes next has to sync what failed here.
            raise
        self._pace.took(len(data), time.perf_counter() - begun)
        return len(data)

    def _sync_cut(self) -> None:
        """Bring to the disk that something was taken back, before something takes its place."""
        if not self._is_cut:
            return
        try:
            self._files.sync(self._descriptor)
        except OSError as error:
            raise StoreError(_broken(self._path, error), broken=True) from error
        self._is_cut = False

    def _intend(self, group: Sequence[Lines]) -> None:
        try:
            self._numbers.intend(self.committed, group)
        except OSError as error:
            what = f"write the file of record numbers {str(self._numbers.path)!r}"
            raise StoreError(explain(error, what)) from error

    def _append(self, data: bytes) -> None:
        try:
            write_all(self._files, self._descriptor, data)
        except OSError as error:
            raise self._take_back(
                explain(error, f"write to the log file {str(self._path)!r}")
            ) from error

    def _take_back(self, refusal: SharingError) -> StoreError:
        """Undo a write that failed half-way; return what came of it."""
        try:
            if self._files.status(self._descriptor).st_size > self.committed:
                self._files.truncate(self._descriptor, self.committed)
                self._is_cut = True
        except OSError as error:
            return StoreError(_broken(self._path, error), broken=True)
        return StoreError(refusal)

    def _sync(self, expected: int) -> None:
        """Bring the file to the disk, and make sure that it still is the one that its path names.

        Args:
            expected: How many bytes it must have now.
        """
        self._files.sync(self._descriptor)
        opened = self._files.status(self._descriptor)
        check_size(opened.st_size, expected, self._path)
        try:
            check_same_file(opened, self._path)
        except ResourceReplacedError:
            # What is refused must not turn up where the file was moved to.
            self._files.truncate(self._descriptor, self.committed)
            raise


def _broken(path: Path, error: OSError | SharingError) -> SharingError:
    if isinstance(error, ResourceReplacedError):
        return error
    return UnavailableError(
        f"The session on the log file {path} is broken: syncing or undoing failed ({error}). What "
        "was acknowledged as on disk is safe; the last records acknowledged as handed to the "
        "operating system may be lost, and the last record without an answer may be in the file or "
        "not. Check the disk, close the session and initialize it again."
    )


def _defect(path: Path, defect: Exception) -> SharingError:
    return InternalError(
        f"The session on the log file {path} is broken by a defect of the service "
        f"({type(defect).__name__}). What was acknowledged stays; the last record without an "
        "answer may be in the file or not. The service's log holds the details; please report "
        "it. Close the session and initialize it again."
    )
