"""The view on a terminal: lines above, and below them what runs and who holds which session."""

from __future__ import annotations

from contextlib import suppress
from types import TracebackType

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from session_sharing.text import printable
from session_sharing.utc import utc_now
from teststand_runner.live.progress import Running
from teststand_runner.live.view import View
from teststand_runner.reporting.wording import name_text
from teststand_runner.results import Outcome

_COLOURS = {
    Outcome.PASSED: "green",
    Outcome.DONE: "green",
    Outcome.SKIPPED: "dim",
    Outcome.FAILED: "red",
    Outcome.ERROR: "bold red",
    Outcome.TERMINATED: "yellow",
}
_A_SECOND = 4


class TerminalView(View):
    """Needs `rich`, which the extra `cli` of session-sharing brings.

    A thread of rich's draws what is below; what it asks guards itself.

    Args:
        sockets: How many executions there are.
        console: Where it is shown; standard error if None.
    """

    def __init__(self, sockets: int = 1, console: Console | None = None) -> None:
        super().__init__(sockets)
        self._console = console or Console(stderr=True)
        self._live = Live(
            console=self._console,
            get_renderable=self.picture,
            refresh_per_second=_A_SECOND,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> TerminalView:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    def print(self, text: str, status: Outcome | None = None) -> None:
        """Print a line above, in the colour of its status."""
        with suppress(OSError, ValueError):  # Nobody looks any more: the run goes on.
            self._console.print(Text(text, style=_COLOURS[status] if status else "cyan"))

    def picture(self) -> Group:
        """Return what is below now."""
        running = Table("THREAD", "SEQUENCE", "STEPS", "RUNNING", "SINCE", header_style="bold cyan")
        for each in self.progress.running():
            running.add_row(*map(Text, self._cells(each)))
        held = Table("SESSION", "HELD BY", header_style="bold cyan")
        for resource, holders in self.sessions.rows():
            held.add_row(Text(printable(resource)), Text(printable(holders)))
        return Group(running, held) if held.row_count else Group(running)

    def _cells(self, each: Running) -> tuple[str, ...]:
        thread = f"{self._socket(each.socket)}{name_text(each.thread)}"
        name = "  " * each.depth + name_text(each.sequence)
        since = f"{(utc_now() - each.since).total_seconds():.0f} s" if each.since else ""
        return (thread, name, f"{each.ended} of {each.steps}", name_text(each.step), since)
