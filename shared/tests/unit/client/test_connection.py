"""The connection of a process: what is left of it when it is closed."""

from __future__ import annotations

import threading
from typing import Any

from session_sharing.client.connection import Connection
from session_sharing.client.place import ServicePlace
from session_sharing.identity import this_client


class FakeLink:
    """A link that notes whether it was closed."""

    address, is_closed = "localhost:1", False

    def close(self) -> None:
        """Note it."""
        self.is_closed = True


class ConnectsMeanwhile(Connection):
    """A connection whose thread connects just when `close` looks at the link."""

    meanwhile: threading.Thread | None = None

    def _run(self) -> None:
        """Look for nothing."""

    @property
    def link(self) -> Any:
        """Return the link, and let the thread do what it does at this moment."""
        link, meanwhile = self.__dict__["link"], self.meanwhile
        if meanwhile is not None and threading.current_thread() is not meanwhile:
            self.meanwhile = None
            meanwhile.start()
            meanwhile.join(0.05)  # It waits for the guard, if that is held as it should be.
        return link

    @link.setter
    def link(self, link: Any) -> None:
        self.__dict__["link"] = link


def test_link_that_comes_while_it_is_closed_is_closed_too():
    """However closing and connecting interleave, no link outlives its connection."""
    connection = ConnectsMeanwhile(ServicePlace("i", "c", "localhost:1"), "", this_client())
    old, new = FakeLink(), FakeLink()
    connection.link = old
    connection._show(new)
    thread = threading.Thread(target=connection._note_connected, args=(new,))
    connection.meanwhile = thread
    connection.close()
    thread.join()
    assert (old.is_closed, new.is_closed) == (True, True)
