"""Histories: what concurrent clients asked, what they were answered, and when."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Final


class _Unanswered:
    """The answer of a call that has none."""

    def __repr__(self) -> str:
        return "no answer"


UNANSWERED: Final = _Unanswered()
"""Stands for the answer of a call that was cancelled or lost: it may have happened, or not."""


@dataclass(frozen=True)
class Operation:
    """One call as its client saw it.

    Attributes:
        client: Who called.
        call: What was asked; the model knows what it means.
        answer: What came back; `UNANSWERED` if nothing did.
        called: When it was sent, in seconds of any clock that only rises.
        ended: When the client had its answer, or gave up.
    """

    client: str
    call: Hashable
    answer: Hashable
    called: float
    ended: float

    @property
    def answered(self) -> bool:
        """Whether the call had an answer, and so happened."""
        return self.answer is not UNANSWERED

    @property
    def happened_by(self) -> float:
        """When it had taken effect at the latest; infinity if it may do so at any later time."""
        return self.ended if self.answered else inf

    def __str__(self) -> str:
        times = f"{self.called * 1e3:9.3f} to {self.ended * 1e3:9.3f} ms"
        return f"{times}  {self.client}: {self.call} -> {self.answer}"


class Recorder:
    """Records the calls of clients in any threads or tasks.

    `_guard` guards all state; nothing is awaited under it.

    Args:
        clock: Tells the time in seconds; it only rises.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._start = clock()
        self._guard = threading.Lock()
        self._running: dict[int, tuple[str, Hashable, float]] = {}
        self._operations: list[Operation] = []
        self._count = 0

    def __len__(self) -> int:
        """Return how many calls were made so far."""
        return self._count

    @property
    def now(self) -> float:
        """The time, as that of the calls is told."""
        return self._clock() - self._start

    def call(self, client: str, call: Hashable) -> int:
        """A client is about to send a call; return the call's number."""
        with self._guard:
            self._count += 1
            self._running[self._count] = (client, call, self._clock() - self._start)
            return self._count

    def end(self, number: int, answer: Hashable) -> Operation:
        """The answer to a call is there, or is `UNANSWERED` if the client gave up."""
        with self._guard:
            ended = self._clock() - self._start
            client, call, called = self._running.pop(number)
            operation = Operation(client, call, answer, called, ended)
            self._operations.append(operation)
            return operation

    def add(self, operation: Operation) -> None:
        """Add something else that happened, or may have."""
        with self._guard:
            self._operations.append(operation)

    def history(self) -> list[Operation]:
        """Return the calls that ended, in the order in which they were sent."""
        with self._guard:
            return sorted(self._operations, key=lambda operation: operation.called)


def average_in_flight(history: Sequence[Operation]) -> float:
    """Return how many calls were in flight on average, from the first call to the last answer."""
    if not history:
        return 0.0
    busy = sum(operation.ended - operation.called for operation in history)
    first = min(operation.called for operation in history)
    last = max(operation.ended for operation in history)
    return busy / (last - first) if last > first else float(len(history))
