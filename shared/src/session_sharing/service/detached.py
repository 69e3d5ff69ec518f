"""Closing sessions that nobody holds and nobody uses, after a time that the operator chose."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

LOOKS = 10
"""How often it is looked within that time."""

SHORTEST, LONGEST = 0.1, 60.0
"""How long it may be between two looks, in seconds."""

_log = logging.getLogger(__name__)


class DetachedCloser:
    """Looks again and again, in a task named `close detached sessions`, from `start` to `stop`.

    Used on one event loop only.

    Args:
        close: Closes the sessions that are detached, and not used for so many seconds.
        after: That time, in seconds; None closes nothing, ever.
    """

    def __init__(self, close: Callable[[float], None], after: float | None) -> None:
        self._close = close
        self._after = after
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        if self._after is not None:
            work = self._keep_closing(self._after)
            self._task = asyncio.create_task(work, name="close detached sessions")

    async def _keep_closing(self, after: float) -> None:
        while True:
            await asyncio.sleep(min(max(after / LOOKS, SHORTEST), LONGEST))
            try:
                self._close(after)
            except Exception:  # noqa: BLE001 - a defect here must not end the looking for ever
                _log.exception("Sessions that nobody holds were not closed; trying again")

    def stop(self) -> None:
        """Look no more; doing it again does no harm."""
        if self._task is not None:
            self._task.cancel()
