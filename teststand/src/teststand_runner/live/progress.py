"""How far a run has come."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import datetime

from teststand_runner.results import (
    Event,
    ExecutionEnded,
    ExecutionStarted,
    SequenceEnded,
    SequenceStarted,
    StepEnded,
    StepStarted,
)


@dataclass(frozen=True)
class Running:
    """A sequence that runs.

    Attributes:
        socket: The number of its execution.
        thread: The name of its thread.
        depth: How many sequence calls it is below the sequence that was run.
        sequence: Its name.
        steps: How many steps it has.
        ended: How many of them have ended; those of a loop block each time.
        step: The step that runs; empty between steps.
        since: When that began.
    """

    socket: int
    thread: str
    depth: int
    sequence: str
    steps: int
    ended: int = 0
    step: str = ""
    since: datetime | None = None


_Key = tuple[int, str, int]


class Progress:
    """Listens to a run, and tells any thread how far it has come; a lock guards what it knows."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[_Key, Running] = {}

    def listen(self, event: Event) -> None:
        """Take an event of the run."""
        with self._lock:
            self._take(event)

    def running(self) -> list[Running]:
        """Return the sequences that run, called ones behind those that call them."""
        with self._lock:
            return sorted(
                self._running.values(), key=lambda each: (each.socket, each.thread, each.depth)
            )

    def _take(self, event: Event) -> None:
        if isinstance(event, SequenceStarted):
            key = (event.socket, event.thread, event.depth)
            self._running[key] = Running(*key, event.sequence, event.steps)
        elif isinstance(event, StepStarted):
            place = event.place
            self._change((place.socket, place.thread, place.depth), place.name, event.started, 0)
        elif isinstance(event, StepEnded):
            place = event.result.place
            self._change((place.socket, place.thread, place.depth), "", None, 1)
        elif isinstance(event, SequenceEnded):
            result = event.result
            self._running.pop((result.socket, result.thread, result.depth), None)
        elif isinstance(event, ExecutionEnded):
            ended = [key for key in self._running if key[0] == event.result.socket]
            for key in ended:
                del self._running[key]
        else:
            assert isinstance(event, ExecutionStarted)  # its main sequence follows

    def _change(self, key: _Key, step: str, since: datetime | None, ended: int) -> None:
        found = self._running.get(key)
        if found is not None:
            self._running[key] = replace(found, step=step, since=since, ended=found.ended + ended)
