"""Turns: one caller at a time, in the order in which they came."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from session_sharing.client.failures import Named, never_sent
from session_sharing.client.patience import LOOK_SECONDS, Patience


class Turns:
    """Lets callers from any thread do something one after the other.

    Unlike a lock it is fair, and nobody waits while holding one: `_changed` guards the two numbers
    and those who gave up, and is held for an instant only.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._next = 0
        self._serving = 0
        self._gave_up: set[int] = set()

    @contextmanager
    def take(self, patience: Patience, named: Named) -> Iterator[None]:
        """Wait for one's turn, and have it while the block runs.

        Args:
            patience: How long to wait for it.
            named: What the turn is for.

        Raises:
            UnavailableError: The turn did not come in time, or the call was broken off.
        """
        with self._changed:
            mine = self._next
            self._next += 1
        try:
            if not self._wait(mine, patience):
                raise never_sent(patience.seconds, named, broken_off=patience.is_broken_off)
            yield
        finally:
            self._leave(mine)

    def _wait(self, mine: int, patience: Patience) -> bool:
        """Wait for a turn; return whether it came."""
        with self._changed:
            while self._serving != mine and not patience.is_over:
                self._changed.wait(min(LOOK_SECONDS, patience.remaining))
            return self._serving == mine

    def _leave(self, mine: int) -> None:
        """Give the turn on; one that was interrupted before its turn is passed over later."""
        with self._changed:
            self._gave_up.add(mine)
            while self._serving in self._gave_up:
                self._gave_up.remove(self._serving)
                self._serving += 1
            self._changed.notify_all()
