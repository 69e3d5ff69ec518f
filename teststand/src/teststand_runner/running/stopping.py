"""Ending an execution early."""

from __future__ import annotations

import threading

from teststand_runner.interpreters import Cancellation


class Stop:
    """How an execution is to end early: in good order, or at once.

    Any thread may use it; what it has guards itself.

    Attributes:
        terminating: Set when Setup and Main are to end, and Cleanup is to run.
        killing: Set when everything is to end at once.
    """

    def __init__(self) -> None:
        self.terminating = Cancellation()
        self.killing = Cancellation()

    def terminate(self) -> None:
        """End Setup and Main of all sequences; waits and measurements in them are broken off.

        A Python step that runs is let go to its end: what it does has to be undone by Cleanup.
        """
        self.terminating.cancel()

    def kill(self) -> None:
        """End everything at once: no Cleanup runs any more, and interpreters are ended."""
        self.killing.cancel()
        self.terminating.cancel()


class StopRequests:
    """Asks a run to stop: the first time in good order, then at once.

    `request` may be called by a signal handler, so it takes no lock: it counts, and the thread that
    runs the executions looks at the count.

    Attributes:
        count: How often it was asked.
    """

    def __init__(self) -> None:
        self.count = 0

    def request(self) -> None:
        """Ask once more."""
        self.count += 1


def wait(seconds: float, halt: Cancellation) -> bool:
    """Wait for some seconds; return whether it was broken off."""
    halted = threading.Event()
    with halt.on_cancel(halted.set):
        return halted.wait(seconds)
