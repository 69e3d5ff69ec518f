"""Watches the sessions of all services while a run goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from session_sharing.cli.watch import line
from session_sharing.cli.watching import Trouble, Watching
from teststand_runner.live.session_table import SessionTable


@contextmanager
def watching_sessions(table: SessionTable, tell: Callable[[str], None]) -> Iterator[None]:
    """Have a table follow all services, in a daemon thread, as long as the context lasts.

    Args:
        table: The table.
        tell: Gets a line for each change, and for each trouble with asking.
    """
    ended = threading.Event()
    with closing(Watching()) as watching:
        threading.Thread(
            target=_follow,
            args=(watching, table, tell, ended),
            name="watch sessions",
            daemon=True,  # it waits for services, which may have nothing to tell any more
        ).start()
        try:
            yield
        finally:
            ended.set()


def _follow(
    watching: Watching, table: SessionTable, tell: Callable[[str], None], ended: threading.Event
) -> None:
    while not ended.is_set():
        told = watching.next()
        if ended.is_set():
            return
        if isinstance(told, Trouble):
            tell(f"sessions: {told.text}")
        elif table.take(told):
            tell(line(told))
