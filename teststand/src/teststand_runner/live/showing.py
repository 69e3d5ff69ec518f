"""Which view is shown."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from teststand_runner.live.session_watch import watching_sessions
from teststand_runner.live.view import View


@contextmanager
def showing(sockets: int) -> Iterator[View]:
    """Show a run as long as the context lasts: on a terminal with `rich` in place, else in lines.

    Args:
        sockets: How many executions there are.
    """
    with _view(sockets) as view, watching_sessions(view.sessions, view.tell):
        yield view


def _view(sockets: int) -> View:
    if sys.stderr.isatty() and importlib.util.find_spec("rich") is not None:
        from teststand_runner.live.terminal_view import TerminalView  # noqa: PLC0415 - an extra

        return TerminalView(sockets)
    return View(sockets)
