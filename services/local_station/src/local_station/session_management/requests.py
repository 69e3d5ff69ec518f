"""Requests for sessions, and what they are granted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from local_station.session_management.clients import Process
from local_station.session_management.model import Caller, Session


@dataclass(frozen=True)
class AllRegistered:
    """Whatever is registered of a type when it is the request's turn; of all for the empty one."""

    type_id: str


Wanted = Sequence[Session] | AllRegistered
"""What a request is about."""


@dataclass(eq=False)
class Reservation:
    """Sessions that were reserved together.

    Attributes:
        sessions: The sessions.
        caller: Who has reserved them.
        since: When that was.
        process: The process of the caller, once it has been seen.
    """

    sessions: tuple[Session, ...]
    caller: Caller
    since: datetime
    process: Process | None = None


@dataclass(eq=False)
class Wait:
    """A request for sessions.

    Attributes:
        wanted: Which sessions.
        caller: Who asked.
        since: When.
        place: Its place in the order of arrival; the queues give it.
        reservation: What was granted; None as long as nothing was.
        chosen: The sessions by their names, each once; None if all registered ones are wanted.
    """

    wanted: Wanted
    caller: Caller
    since: datetime
    place: int = -1
    reservation: Reservation | None = None
    chosen: Mapping[str, Session] | None = field(init=False)

    def __post_init__(self) -> None:
        if isinstance(self.wanted, AllRegistered):
            self.chosen = None
        else:
            self.chosen = {session.name: session for session in self.wanted}
