"""Watching over reservations: whose they are, and whether those have ended."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Collection
from dataclasses import dataclass

from local_station.session_management.clients import Asked, Sighting
from local_station.session_management.holders import Holders
from local_station.session_management.requests import Reservation

LOOK_AFTER = 0.25
"""For how many seconds a reservation is not looked at: most are over sooner, and cost nothing."""

CHECK_SECONDS = 1.0
"""How often is looked whether a holder is still there."""

LONGEST_PAUSE = 5.0
"""How long is waited, in the end, between looks at a client that cannot be seen."""

logger = logging.getLogger(__name__)


@dataclass
class _Turn:
    """When a reservation is looked at next, and how long after that again; in seconds."""

    due: float
    pause: float = LOOK_AFTER


class Watch:
    """Notes with each reservation which process has it, and tells of those that were left behind.

    A reservation was left behind if the connection by which it was made and the process are both
    gone; never on less: a channel may be closed while its owner lives. A connection is gone also if
    another process has it. Whose process was never seen before its connection was gone, nothing
    more can be found out.

    It is a task, and only as long as anything is reserved. The one event loop guards all state.

    Args:
        holders: Looks up processes.
        reservations: Returns those that have a session.
        left_behind: Called for a reservation whose holder has ended.
        learnt: Called with a reservation when it became known which process has it.
    """

    def __init__(
        self,
        holders: Holders,
        reservations: Callable[[], Collection[Reservation]],
        left_behind: Callable[[Reservation], None],
        learnt: Callable[[Reservation], None] = lambda reservation: None,
    ) -> None:
        self._holders = holders
        self._reservations = reservations
        self._left_behind = left_behind
        self._tell_learnt = learnt
        self._turns: dict[Reservation, _Turn] = {}
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Watch, from now on until nothing is reserved."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="watch who holds sessions")
            self._task.add_done_callback(_tell_failure)

    def stop(self) -> None:
        """Watch no longer."""
        if self._task is not None:
            self._task.cancel()

    async def look_now(self) -> None:
        """Find out whose the reservations are of which that is not known yet."""
        await self._look([one for one in self._reservations() if one.process is None])

    async def _run(self) -> None:
        try:
            while self._reservations():
                await asyncio.sleep(LOOK_AFTER)
                due = self._due()
                if due:
                    await self._look(due)
        finally:
            self._task = None  # Here, not when it is done: `begin` may be called in between.
            self._turns.clear()

    def _due(self) -> list[Reservation]:
        now = asyncio.get_running_loop().time()
        self._turns = {
            reservation: self._turns.get(reservation) or _Turn(now + LOOK_AFTER / 2)
            for reservation in self._reservations()
        }
        return [reservation for reservation, turn in self._turns.items() if turn.due <= now]

    async def _look(self, due: Collection[Reservation]) -> None:
        asked = {one: Asked(one.caller.peer, one.since, one.process) for one in due}
        seen = await self._holders.look_up(asked.values())
        for reservation in due:
            self._learn(reservation, seen.get(asked[reservation], Sighting()))

    def _learn(self, reservation: Reservation, sighting: Sighting) -> None:
        if reservation.process is None and sighting.process is not None:
            reservation.process = sighting.process
            self._tell_learnt(reservation)
        turn = self._turns.setdefault(reservation, _Turn(due=0.0))
        if sighting.ended:
            self._left_behind(reservation)
        if sighting.process is not None:
            turn.pause = CHECK_SECONDS
        elif not sighting.connected:
            turn.pause = math.inf
        else:
            turn.pause = min(2 * turn.pause, LONGEST_PAUSE)
        turn.due = asyncio.get_running_loop().time() + turn.pause


def _tell_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        logger.error("The watch over reservations failed", exc_info=task.exception())
