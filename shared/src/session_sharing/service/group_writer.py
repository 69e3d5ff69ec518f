"""Stores what concurrent callers bring, together: one commit, in a thread, for all who came."""

from __future__ import annotations

import asyncio
import copy
import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from session_sharing.errors import ResourceExhaustedError, SharingError
from session_sharing.service.chain import ChainLink
from session_sharing.service.driver import RETRY_SECONDS
from session_sharing.service.threads import runs_here, tell_loop

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
    link: ChainLink | None = None


@dataclass(frozen=True)
class _Outcome(Generic[R]):
    """What one caller is told: the error, if there is one, else the result."""

    result: R | None = None
    error: SharingError | None = None


class GroupWriter(Generic[P, R]):
    """Stores pieces in the order of arrival, with one commit for all that came meanwhile.

    Pieces wait on the event loop, in groups of which one at a time goes to the named thread. To
    wake a thread costs more than a small write, so there is one wake-up for each group, there and
    back, and what is small may be stored on the loop instead, if nothing is before it.

    Who has the turn calls `store`, and owns `_broken`: the thread while `_busy` is set, from the
    hand-over of a group until `_settle` has told of it; else the loop; nobody after `stop`. All
    else belongs to the loop, but for `stop`, `check` and construction, which block and are called
    elsewhere. After an error that breaks it, or a defect, everybody is told that error.

    Args:
        name: Names the thread.
        store: Stores a group, all or none, and returns for each what its caller is told. Called by
            who has the turn. It raises `StoreError`; anything else is a defect.
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
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: deque[_Piece[P, R]] = deque()
        self._busy = False
        self._is_due = False
        self._is_ended = False
        self._broken: SharingError | None = None
        self._groups: queue.SimpleQueue[list[_Piece[P, R]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        try:
            self._thread.start()
        except RuntimeError as failure:
            raise ResourceExhaustedError(
                f"No thread is left for the {name} ({failure}). Close other sessions first, or "
                "raise the limit of threads.",
                retry_delay=RETRY_SECONDS,
            ) from failure

    def put(self, payload: P, size: int, link: ChainLink | None = None) -> asyncio.Future[R]:
        """Have something stored; the future tells what came of it.

        It fails with a `SharingError` if nothing was stored. A cancelled future means that whether
        it was stored is unknown.

        Args:
            payload: What to store.
            size: How much that is, in the unit of the group's size.
            link: Its place behind others: if one before it was not stored, it is not either.
        """
        self._loop = asyncio.get_running_loop()
        done: asyncio.Future[R] = self._loop.create_future()
        self._waiting.append(_Piece(payload, size, done, link))
        if not self._busy:
            self._hand_over_soon(self._loop)
        return done

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits, nothing is being stored, and more may be. Asked on the loop."""
        return not (self._busy or self._waiting or self._is_ended)

    def store_now(self, payload: P, link: ChainLink | None = None) -> asyncio.Future[R]:
        """Have something stored on the event loop, which waits for it; only while `is_idle`.

        Args:
            payload: What to store.
            link: Its place behind others, as for `put`.

        Returns:
            A future that is done, with what `put` would tell.
        """
        assert self.is_idle, "what came before would be stored after it"
        self._loop = asyncio.get_running_loop()
        done: asyncio.Future[R] = self._loop.create_future()
        _tell(done, *self._commit([_Piece(payload, 0, done, link)]))
        return done

    def stop(self) -> None:
        """Store what waits, then end the thread. Blocks until that is done."""
        try:
            if self._loop is None or runs_here(self._loop):
                self._finish()
            else:
                self._loop.call_soon_threadsafe(self._finish)
        except RuntimeError:  # The loop has ended, and with it everybody who waited.
            self._groups.put(None)
        self._thread.join()

    def check(self) -> None:
        """Make sure that nothing broke it. Called after `stop`.

        Raises:
            SharingError: Something did; the same that its callers were told.
        """
        if self._broken is not None:
            raise copy.copy(self._broken)

    # On the event loop

    def _hand_over_soon(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let what waits go to the thread, with all that this turn of the loop brings."""
        if not self._is_due:
            self._is_due = True
            loop.call_soon(self._hand_over)

    def _hand_over(self) -> None:
        self._is_due = False
        if self._waiting:
            self._busy = True
            self._groups.put(self._next_group())

    def _next_group(self) -> list[_Piece[P, R]]:
        group = [self._waiting.popleft()]
        room = self._group_size - group[0].size
        while room > 0 and self._waiting:
            group.append(self._waiting.popleft())
            room -= group[-1].size
        return group

    def _settle(self, group: list[_Piece[P, R]], outcomes: Sequence[_Outcome[R]]) -> None:
        """Tell all callers of a group, and see to the next one."""
        for piece, outcome in zip(group, outcomes, strict=True):
            _tell(piece.done, outcome)
        self._busy = False
        if self._waiting and self._loop is not None:
            self._hand_over_soon(self._loop)

    def _finish(self) -> None:
        self._is_ended = True
        while self._waiting:
            self._groups.put(self._next_group())
        self._groups.put(None)

    # In the thread

    def _run(self) -> None:
        while (group := self._groups.get()) is not None:
            self._hand_back(group, self._commit(group))

    def _hand_back(self, group: list[_Piece[P, R]], outcomes: Sequence[_Outcome[R]]) -> None:
        if self._loop is not None:
            tell_loop(self._loop, lambda: self._settle(group, outcomes))

    # By who has the turn

    def _commit(self, group: Sequence[_Piece[P, R]]) -> list[_Outcome[R]]:
        """Store a group, but for what stands behind something that was not stored."""
        broken = [piece.link.failure if piece.link else None for piece in group]
        if not any(broken):
            return self._commit_whole(group)
        whole = [piece for piece, why in zip(group, broken, strict=True) if why is None]
        outcomes = iter(self._commit_whole(whole) if whole else ())
        return [next(outcomes) if why is None else _Outcome(error=why) for why in broken]

    def _commit_whole(self, group: Sequence[_Piece[P, R]]) -> list[_Outcome[R]]:
        if self._broken is not None:
            return _refused(group, self._broken)
        try:
            results = self._store([piece.payload for piece in group])
            return [_Outcome(result) for _, result in zip(group, results, strict=True)]
        except StoreError as error:
            return self._refusal(group, error)
        except Exception as defect:  # noqa: BLE001 - the end of the thread would hang callers
            _log.error("The %s failed because of a defect", self._name, exc_info=defect)
            self._broken = self._defect(defect)
            return _refused(group, self._broken)

    def _refusal(self, group: Sequence[_Piece[P, R]], error: StoreError) -> list[_Outcome[R]]:
        if error.broken:
            self._broken = error.told
        elif error.alone and len(group) > 1:
            # One of them may be what cannot be stored; others may.
            return [outcome for piece in group for outcome in self._commit([piece])]
        return _refused(group, error.told)


def _refused(group: Sequence[_Piece[P, R]], error: SharingError) -> list[_Outcome[R]]:
    """Break the chains of pieces that were not stored; return what their callers are told."""
    for piece in group:
        if piece.link is not None:
            piece.link.fail(error)
    return [_Outcome(error=error)] * len(group)


def _tell(done: asyncio.Future[R], outcome: _Outcome[R]) -> None:
    """Tell a caller what came of its piece, if it is still there."""
    if done.done():
        return
    if outcome.error is not None:
        # Each gets its own: a traceback holds the request of whoever it was raised for.
        done.set_exception(copy.copy(outcome.error))
    else:
        done.set_result(outcome.result)  # type: ignore[arg-type]  # R may be None
