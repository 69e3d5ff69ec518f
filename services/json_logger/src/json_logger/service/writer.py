"""The writer of one log file: a thread that writes what concurrent callers bring, together."""

from __future__ import annotations

import asyncio
import copy
import logging
import os
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from json_logger.levels import AckLevel
from json_logger.service.disk import sync
from json_logger.service.same_file import check_same_file, check_size
from session_sharing.errors import (
    InternalError,
    ResourceExhaustedError,
    ResourceReplacedError,
    SharingError,
    UnavailableError,
)
from session_sharing.service.driver import RETRY_SECONDS, explain
from session_sharing.service.threads import tell_loop

_log = logging.getLogger(__name__)

GROUP_BYTES = 4 << 20
"""How much is written at once, at most, unless one piece alone is bigger."""


@dataclass(frozen=True)
class _Piece:
    """Whole lines that one caller brought; stored all or none."""

    data: bytes
    level: AckLevel
    done: asyncio.Future[AckLevel]
    loop: asyncio.AbstractEventLoop


class LogWriter:
    """Appends to one file, in the order of arrival, with one sync for all who came meanwhile.

    Callers put pieces into a queue; the thread named `log writer` owns the file descriptor and
    all else. `committed` is written by that thread only and may be read by any: below it, the file
    holds whole lines. After a failure that leaves doubt about the file the writer is broken for
    good.

    Args:
        descriptor: The file, opened for appending. It stays the caller's to close.
        path: Where it lies.
        size: How big it is.
        on_commit: Called in the thread after every commit.
    """

    def __init__(
        self, descriptor: int, path: Path, size: int, on_commit: Callable[[], None]
    ) -> None:
        self._descriptor = descriptor
        self._path = path
        self._on_commit = on_commit
        self._queue: queue.SimpleQueue[_Piece | None] = queue.SimpleQueue()
        self._broken: SharingError | None = None
        self.committed = size
        self._thread = threading.Thread(target=self._run, name="log writer", daemon=True)
        try:
            self._thread.start()
        except RuntimeError as failure:
            raise ResourceExhaustedError(
                f"No thread is left to write the log file {path} ({failure}). Close other sessions "
                "first, or raise the limit of threads.",
                retry_delay=RETRY_SECONDS,
            ) from failure

    def append(self, data: bytes, level: AckLevel) -> asyncio.Future[AckLevel]:
        """Append whole lines; the future tells the level that was reached.

        It fails with a `SharingError` if nothing was stored. A cancelled future means that whether
        it was stored is unknown.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[AckLevel] = loop.create_future()
        self._queue.put(_Piece(data, level, done, loop))
        return done

    def stop(self) -> None:
        """Write what is queued, then end the thread. Blocks until that is done."""
        self._queue.put(None)
        self._thread.join()

    def check(self) -> None:
        """Make sure that the writer is not broken. Called after `stop`.

        Raises:
            SharingError: It is; the same that its callers were told.
        """
        if self._broken is not None:
            raise copy.copy(self._broken)

    def _run(self) -> None:
        more = True
        while more:
            group: list[_Piece] = []
            try:
                more = self._gather(group)
                if group:
                    self._commit(group)
            except Exception as defect:  # noqa: BLE001 - the end of the thread would hang callers
                self._give_up(group, defect)

    def _gather(self, group: list[_Piece]) -> bool:
        """Wait for a piece and take what else is there; return False at the end."""
        size = 0
        while size < GROUP_BYTES:
            try:
                piece = self._queue.get(block=not group)
            except queue.Empty:
                break
            if piece is None:
                return False
            group.append(piece)
            size += len(piece.data)
        return True

    def _give_up(self, group: list[_Piece], defect: Exception) -> None:
        """Break after a defect; who waits and who comes later is told so, and none hangs."""
        if self._broken is None:
            self._broken = _defect(self._path, defect)
        for piece in group:
            _settle(piece, self._broken)
        _log.error("The writer of %s failed because of a defect", self._path, exc_info=defect)

    def _commit(self, group: list[_Piece]) -> None:
        error = self._store(group)
        if error is not None and len(group) > 1 and self._broken is None:
            for piece in group:  # One of them may be too big for the room left; others may fit.
                self._commit([piece])
            return
        if error is None:
            self._on_commit()
        for piece in group:
            _settle(piece, error)

    def _store(self, group: list[_Piece]) -> SharingError | None:
        """Write and, if anyone wants it, sync; on failure leave the file as it was."""
        if self._broken is not None:
            return self._broken
        data = b"".join(piece.data for piece in group)
        try:
            self._write(data)
        except OSError as error:
            return self._take_back(explain(error, f"write to the log file {str(self._path)!r}"))
        if any(piece.level is AckLevel.DISK for piece in group):
            try:
                self._sync(self.committed + len(data))
            except (OSError, ResourceReplacedError) as error:
                # After a failed sync nobody knows what is on disk, and a second one may lie.
                self._broken = _broken(self._path, error)
                return self._broken
        self.committed += len(data)
        return None

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]

    def _take_back(self, refusal: SharingError) -> SharingError:
        """Undo a write that failed half-way; return what the callers are told."""
        try:
            if os.fstat(self._descriptor).st_size > self.committed:
                os.ftruncate(self._descriptor, self.committed)
        except OSError as error:
            self._broken = _broken(self._path, error)
            return self._broken
        return refusal

    def _sync(self, expected: int) -> None:
        """Bring the file to the disk, and make sure that it still is the one that its path names.

        Args:
            expected: How many bytes it must have now.
        """
        sync(self._descriptor)
        opened = os.fstat(self._descriptor)
        check_size(opened.st_size, expected, self._path)
        try:
            check_same_file(opened, self._path)
        except ResourceReplacedError:
            # What is refused must not turn up where the file was moved to.
            os.ftruncate(self._descriptor, self.committed)
            raise


def _settle(piece: _Piece, error: SharingError | None) -> None:
    def settle() -> None:
        if piece.done.done():
            return
        if error is None:
            piece.done.set_result(piece.level)
        else:  # Each gets its own: a traceback holds the request of whoever it was raised for.
            piece.done.set_exception(copy.copy(error))

    tell_loop(piece.loop, settle)


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
