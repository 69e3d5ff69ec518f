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

_NEVER = 1 << 62


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

    With a linger, a group waits a moment for as many callers as came with and during the last one:
    callers who each wait for their answer come back together, and share a commit again. A caller
    who is alone never waits. `_wanted` and `_enough` are how the thread that lingers is woken: it
    alone writes the former, and `put` looks at it after the piece is in the queue.

    Args:
        name: Names the thread.
        store: Stores a group, all or none, and returns for each what its caller is told. Called in
            the thread. It raises `StoreError`; anything else is a defect.
        defect: Says what callers are told of a defect.
        group_size: How much is stored at once, at most, unless one piece alone is bigger.
        linger: How long a group waits for further callers at most, in seconds.

    Raises:
        ResourceExhaustedError: No thread can be started.
    """

    def __init__(
        self,
        name: str,
        store: Callable[[Sequence[P]], Sequence[R]],
        defect: Callable[[Exception], SharingError],
        group_size: int,
        linger: float = 0.0,
    ) -> None:
        self._name = name
        self._store = store
        self._defect = defect
        self._group_size = group_size
        self._linger = linger
        self._crowd = 1
        self._wanted = _NEVER
        self._enough = threading.Event()
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
        if self._queue.qsize() >= self._wanted:
            self._enough.set()
        return done

    def stop(self) -> None:
        """Store what is queued, then end the thread. Blocks until that is done."""
        self._queue.put(None)
        self._enough.set()
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
                    self._crowd = len(group) + self._queue.qsize()
            except Exception as defect:  # noqa: BLE001 - the end of the thread would hang callers
                self._give_up(group, defect)

    def _gather(self, group: list[_Piece[P, R]]) -> bool:
        """Wait for a piece and take what else is there or comes soon; return False at the end."""
        room = self._take(group, self._group_size, wait=True)
        if room > 0 and len(group) < self._crowd and self._linger:
            self._await_others(self._crowd - len(group))
            room = self._take(group, room, wait=False)
        return room >= 0

    def _take(self, group: list[_Piece[P, R]], room: int, *, wait: bool) -> int:
        """Take what is there into a group; return how much room is left, -1 at the end of all.

        Args:
            group: Takes the pieces.
            room: How much may be taken; of the last piece it may be more.
            wait: Whether to wait for the first piece.
        """
        while room > 0:
            try:
                piece = self._queue.get(block=wait and not group)
            except queue.Empty:
                break
            if piece is None:
                return -1
            group.append(piece)
            room = max(0, room - piece.size)
        return room

    def _await_others(self, count: int) -> None:
        """Wait until so many more pieces are there, at most as long as the group may linger."""
        self._enough.clear()
        self._wanted = count
        if self._queue.qsize() < count:
            self._enough.wait(self._linger)
        self._wanted = _NEVER

    def _commit(self, group: list[_Piece[P, R]]) -> None:
        if self._broken is not None:
            _refuse(group, self._broken)
            return
        try:
            results = self._store([piece.payload for piece in group])
        except StoreError as error:
            self._take_refusal(group, error)
            return
        _settle(group, results)

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


def _settle(group: Sequence[_Piece[P, R]], results: Sequence[R]) -> None:
    """Tell all callers of a group at once: waking the loop for each costs more than all else."""

    def settle() -> None:
        for piece, result in zip(group, results, strict=True):
            if not piece.done.done():
                piece.done.set_result(result)

    tell_loop(group[0].loop, settle)


def _refuse(group: Sequence[_Piece[P, R]], error: SharingError) -> None:
    def refuse() -> None:
        for piece in group:
            if not piece.done.done():
                # Each gets its own: a traceback holds the request of whoever it was raised for.
                piece.done.set_exception(copy.copy(error))

    if group:
        tell_loop(group[0].loop, refuse)
