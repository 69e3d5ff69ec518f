"""The threads of an execution."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future

from teststand_runner.interpreters import Cancellation
from teststand_runner.results import SequenceResult


class SequenceThread:
    """A sequence that runs in a thread of its own.

    Any thread may wait for it.

    Args:
        name: The name of the thread.
        label: What the operating system's thread is called.
        run: Runs the sequence, given the name of its thread.
    """

    def __init__(self, name: str, label: str, run: Callable[[str], SequenceResult]) -> None:
        self.name = name
        self._run = run
        self.future: Future[SequenceResult] = Future()
        self._thread = threading.Thread(target=self._whole, name=label, daemon=True)

    def start(self) -> None:
        """Start it."""
        self._thread.start()

    def wait(self, seconds: float | None, halt: Cancellation) -> SequenceResult | None:
        """Wait for its end.

        Args:
            seconds: How long to wait; None for as long as it takes.
            halt: Breaks the wait off.

        Returns:
            What came of it; None if it did not end in time, or the wait was broken off.
        """
        over = threading.Event()
        self.future.add_done_callback(lambda _: over.set())
        with halt.on_cancel(over.set):
            over.wait(seconds)
        return self.future.result() if self.future.done() else None

    def _whole(self) -> None:
        try:
            self.future.set_result(self._run(self.name))
        except BaseException as error:  # noqa: BLE001 - handed over whole to who waits
            self.future.set_exception(error)


class Threads:
    """All threads that an execution has started. A lock guards the list and the names.

    Args:
        label: What the operating system's threads are called, before their names.
        end: Ends what a thread has of its own, given its name; called in the thread.
    """

    def __init__(self, label: str, end: Callable[[str], None]) -> None:
        self._label = label
        self._end = end
        self._lock = threading.Lock()
        self._all: list[SequenceThread] = []
        self._names: set[str] = {"main"}

    def start(self, name: str, run: Callable[[str], SequenceResult]) -> SequenceThread:
        """Start a thread.

        Args:
            name: What it is called, with a number behind it if another one is called so.
            run: Runs the sequence, given the name of its thread.
        """
        with self._lock:
            unique, number = name, 2
            while unique in self._names:
                unique, number = f"{name} ({number})", number + 1
            self._names.add(unique)
            thread = SequenceThread(unique, f"{self._label}, {unique}", self._ending(run))
            self._all.append(thread)
        thread.start()
        return thread

    def _ending(self, run: Callable[[str], SequenceResult]) -> Callable[[str], SequenceResult]:
        def run_and_end(name: str) -> SequenceResult:
            try:
                return run(name)
            finally:
                self._end(name)

        return run_and_end

    def results(self) -> list[SequenceResult]:
        """Wait for all threads, also for those that threads start; return what came of them."""
        found: list[SequenceResult] = []
        while len(found) < len(self._all):
            found.append(self._all[len(found)].future.result())
        return found
