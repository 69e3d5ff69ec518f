"""The connection of a process: what is left of it when it is closed."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from session_sharing.client.connection import Connection
from session_sharing.client.patience import Patience
from session_sharing.client.place import ServicePlace
from session_sharing.errors import InternalError
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


class Outcomes:
    """A connector whose attempts end as they are told to."""

    tried = "localhost:1"

    def __init__(self, *outcomes: Any) -> None:
        self.outcomes = iter(outcomes)

    def connect(self, _: Any) -> Any:
        """End as told."""
        outcome = next(self.outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


class OpenLink(FakeLink):
    """A link that is lost when it is told to be."""

    def __init__(self) -> None:
        self.lost = threading.Event()

    def read_to_end(self) -> None:
        """Wait until it is lost."""
        assert self.lost.wait(10.0)

    close = cancel = lambda self: self.lost.set()


def test_defect_while_connecting_is_told_and_survived(monkeypatch):
    """What nobody thought of reaches who waits; a connection that there was is tried for again."""
    outcomes = Outcomes(TypeError("odd"))
    monkeypatch.setattr("session_sharing.client.connection.Connector", lambda *_: outcomes)
    place = ServicePlace("i", "c", "localhost:1")
    with pytest.raises(InternalError, match=r"Connecting failed by a defect.*TypeError: odd"):
        Connection(place, "", this_client()).connected(Patience(10.0))
    first, second = OpenLink(), OpenLink()
    outcomes = Outcomes(first, TypeError("odd"), second)
    connection = Connection(place, "", this_client())
    assert connection.connected(Patience(10.0)) is first
    first.lost.set()
    assert connection.next_link(Patience(10.0), failed=first, pause=10.0) is second
    connection.close()


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
