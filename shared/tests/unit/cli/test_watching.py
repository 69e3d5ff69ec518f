"""Which services are watched, and again, and what is told of the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timezone

import pytest

from session_sharing.cli import watching
from session_sharing.cli.services import FoundService
from session_sharing.cli.watching import Changed, Gone, Trouble, Watching
from session_sharing.core import EventKind, SessionEvent
from session_sharing.errors import ServiceNotFoundError, UnavailableError

BEGIN = SessionEvent(EventKind.WATCHING, datetime(2026, 5, 4, tzinfo=timezone.utc))
LOGGER, PIN_MAP = FoundService("Logger", "localhost:1"), FoundService("Pin Map", "localhost:2")


class Service:
    """A service that ends each watch after its begin; the one at port 2 has no sessions."""

    def __init__(self, address: str) -> None:
        self._address = address

    def sessions(self) -> list[object]:
        """List nothing, or be of another kind."""
        if self._address == PIN_MAP.address:
            raise ServiceNotFoundError("It is of another kind.")
        return []

    def watch(self) -> Iterator[SessionEvent]:
        """Begin, and end."""
        yield BEGIN
        raise UnavailableError("It stops.")

    def __enter__(self) -> Service:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def test_service_that_went_is_watched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that is back at the same address is watched again, as often as it comes."""
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(watching, "Administration", Service)
    monkeypatch.setattr(watching, "find_services", lambda _: [LOGGER, PIN_MAP])
    with closing(Watching()) as watched:
        told = [watched.next() for _ in range(4)]
    assert told == [Changed(LOGGER, BEGIN), Gone(LOGGER, "It stops.")] * 2


def test_trouble_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """That no service runs is told once, however often it is looked for one."""
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(watching, "Administration", Service)
    looks = iter([[], [], [PIN_MAP], [], [LOGGER]])
    monkeypatch.setattr(watching, "find_services", lambda _: next(looks, [LOGGER]))
    with closing(Watching()) as watched:
        told = [watched.next() for _ in range(2)]
    assert isinstance(told[0], Trouble)
    assert "python -m json_logger" in told[0].text
    assert told[1] == Changed(LOGGER, BEGIN)
