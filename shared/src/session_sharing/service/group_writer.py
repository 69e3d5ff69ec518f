"""A thread that stores what concurrent callers bring, together: one commit for all who came."""

from __future__ import annotations

import asyncio
import copy
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from session_sharing.errors import ResourceExhaustedError, SharingError
from session_sharing.service.driver import RETRY_SECONDS
from session_sharing.service.threads import tell_loop

P = TypeVar("P")
R = TypeVar("R")

_log = logging.getLogger(__name__)


class StoreError(Exception):
    """A group was not stored.

    Args:
        told: What its callers are told.
        alone: Whether parts of the group may be stored each by itself.
        broken: Whether nothing can be stored any more, for good.
    """

    def __init__(self, told: SharingError, *, alone: bool = True, broken: bool = False) -> None:
        super().__init__(told.message)
        self.told = told
        self.alone = alone
        self.broken = broken


@dataclass(frozen=True)
class _Piece(Generic[P, R]):
    """What one caller brought; stored all or none."""

    payload: P
    size: int
    done: asyncio.Future[R]
    loop: asyncio.AbstractEventLoop


class GroupWriter(Generic[P, R]):
    """Stores pieces in the order of arrival, with one commit for all that came meanwhile.

    Callers put pieces into a queue; the named thread alone calls `store`, and owns all else. After
    an error that breaks it, or a defect, everybody is told that error.

    Args:
        name: Names the thread.
        store: Stores a group, all or none, and returns for each what its caller is told. Called in
            the thread. It raises `StoreError`; anything else is a defect.
        defect: Says what callers are told of a defect.
        group_size: How much is stored at once, at most, unless one piece alone is bigger.

    Raises:
        ResourceExhaustedError: No thread can be started.
    """

    def __init__(
        self,
        name: str,
        store: Callable[[Sequence[P]], Sequence[R]],
        defect: Callable[[Exception], SharingError],
        group_size: int,
    ) -> None:
        self._name = name
        self._store = store
        self._defect = defect
        self._group_size = group_size
        self._queue: queue.SimpleQueue[_Piece[P, R] | None] = queue.SimpleQueue()
        self._broken: SharingError | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        try:
            self._thread.start()
        except RuntimeError as failure:
            raise ResourceExhaustedError(
                f"No thread is left for the {name} ({failure}). Close other sessions first, or "
                "raise the limit of threads.",
                retry_delay=RETRY_SECONDS,
            ) from failure

    def put(self, payload: P, size: int) -> asyncio.Future[R]:
        """Have something stored; the future tells what came of it.

        It fails with a `SharingError` if nothing was stored. A cancelled future means that whether
        it was stored is unknown.

        Args:
            payload: What to store.
            size: How much that is, in the unit of the group's size.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[R] = loop.create_future()
        self._queue.put(_Piece(payload, size, done, loop))
        return done

    def stop(self) -> None:
        """Store what is queued, then end the thread. Blocks until that is done."""
        self._queue.put(None)
        self._thread.join()

    def check(self) -> None:
        """Make sure that nothing broke it. Called after `stop`.

        Raises:
            SharingError: Something did; the same that its callers were told.
        """
        if self._broken is not None:
            raise copy.copy(self._broken)

    def _run(self) -> None:
        more = True
        while more:
            group: list[_Piece[P, R]] = []
            try:
                more = self._gather(group)
                if group:
                    self._commit(group)
            except Exception as defect:  # noqa: BLE001 - the end of the thread would hang callers
                self._give_up(group, defect)

    def _gather(self, group: list[_Piece[P, R]]) -> bool:
        """Wait for a piece and take what else is there; return False at the end."""
        size = 0
        while size < self._group_size:
            try:
                piece = self._queue.get(block=not group)
            except queue.Empty:
                break
            if piece is None:
                return False
            group.append(piece)
            size += piece.size
        return True

    def _commit(self, group: list[_Piece[P, R]]) -> None:
        if self._broken is not None:
            _refuse(group, self._broken)
            return
        try:
            results = self._store([piece.payload for piece in group])
        except StoreError as error:
            self._take_refusal(group, error)
            return
        for piece, result in zip(group, results, strict=True):
            _settle(piece, result)

    def _take_refusal(self, group: list[_Piece[P, R]], error: StoreError) -> None:
        if error.broken:
            self._broken = error.told
        elif error.alone and len(group) > 1:
            for piece in group:  # One of them may be what cannot be stored; others may.
                self._commit([piece])
            return
        _refuse(group, error.told)

    def _give_up(self, group: list[_Piece[P, R]], defect: Exception) -> None:
        """Break after a defect; who waits and who comes later is told so, and none hangs."""
        if self._broken is None:
            self._broken = self._defect(defect)
        _refuse(group, self._broken)
        _log.error("The %s failed because of a defect", self._name, exc_info=defect)


def _settle(piece: _Piece[P, R], result: R) -> None:
    def settle() -> None:
        if not piece.done.done():
            piece.done.set_result(result)

    tell_loop(piece.loop, settle)


def _refuse(group: Sequence[_Piece[P, R]], error: SharingError) -> None:
    for piece in group:
        _fail(piece, error)


def _fail(piece: _Piece[P, R], error: SharingError) -> None:
    def fail() -> None:
        if not piece.done.done():
            # Each gets its own: a traceback holds the request of whoever it was raised for.
            piece.done.set_exception(copy.copy(error))

    tell_loop(piece.loop, fail)
