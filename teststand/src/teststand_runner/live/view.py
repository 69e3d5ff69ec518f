"""The view of a run: a line for each step that ended, and for each change of a session."""

from __future__ import annotations

import sys
from contextlib import suppress
from types import TracebackType

from teststand_runner.live.progress import Progress
from teststand_runner.live.session_table import SessionTable
from teststand_runner.reporting.wording import name_text, one_line, seconds
from teststand_runner.results import Event, ExecutionStarted, Outcome, StepEnded, StepResult


class View:
    """Prints lines to standard error, so that standard output has the results alone.

    `listen` belongs to the thread of the run, `tell` to that of the sessions; each prints whole
    lines. Use it as a context manager.

    Args:
        sockets: How many executions there are.
    """

    def __init__(self, sockets: int = 1) -> None:
        self._sockets = sockets
        self.progress = Progress()
        self.sessions = SessionTable()

    def __enter__(self) -> View:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    def listen(self, event: Event) -> None:
        """Take an event of the run."""
        self.progress.listen(event)
        if isinstance(event, ExecutionStarted):
            self.print(f"{self._socket(event.socket)}{name_text(event.sequence)} begins")
        elif isinstance(event, StepEnded):
            self.print(self._step(event.result), event.result.status)

    def tell(self, text: str) -> None:
        """Take a line on sessions."""
        self.print(text)

    def print(self, text: str, status: Outcome | None = None) -> None:
        """Print a line; one on a step has the status of the step."""
        with suppress(OSError, ValueError):  # Nobody looks any more: the run goes on.
            print(f"{text}\n", end="", file=sys.stderr, flush=True)

    def _socket(self, socket: int) -> str:
        return f"socket {socket}, " if self._sockets > 1 else ""

    def _step(self, result: StepResult) -> str:
        place = result.place
        thread = f"{self._socket(place.socket)}{name_text(place.thread)}"
        why = f": {one_line(result.error)}" if result.error else ""
        status = f"{result.status.value} in {seconds(result.duration)}"
        return f"{thread}, {place.group.value}, {name_text(place.name)}: {status}{why}"
