"""What one call of a create step opened, and what it was asked for."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from uuid import uuid4

from ni.measurementlink.sessionmanagement.v1.client import SessionInformation

from session_sharing import RecordContext
from teststand_modules.arguments import Pattern

S = TypeVar("S")


@dataclass(frozen=True)
class Wish:
    """What a create step asks for.

    Attributes:
        pattern: How the sessions live from Setup to Cleanup.
        types: The instrument types in the pin map.
        pin_map_id: The pin map.
        sites: The sites; None for all.
        execution: The execution, or what stands for it.
        context: What the records of the execution belong to.
        reserve_timeout: How long to wait for a reservation, in seconds.
        service_timeout: How long to wait for a service that is away, in seconds.
        close_timeout: How long a close waits for others to let go, in seconds.
        hurry: Set when a service was waited for in vain: from then on nothing waits for it.
    """

    pattern: Pattern
    types: tuple[str, ...]
    pin_map_id: str
    sites: list[int] | None
    execution: str
    context: RecordContext = field(default_factory=RecordContext)
    reserve_timeout: float = 30.0
    service_timeout: float = 30.0
    close_timeout: float = 10.0
    hurry: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Opened(Generic[S]):
    """An entry of the pin map whose session is open.

    Attributes:
        info: What session management calls it.
        session: The client, or the driver's session.
        identity: What is the same for all entries and clients of one session.
        created: Whether this creation opened it, under this entry or another one.
    """

    info: SessionInformation
    session: S
    identity: str
    created: bool


@dataclass(eq=False)
class Creation(Generic[S]):
    """What a create step opened, until it is let go.

    Attributes:
        wish: What was asked for.
        opened: The entries, in the order in which they were opened.
        keeps: What the sessions need as long as they are open.
        owed: What is reserved still, because that could not be given back.
        name: What tells it from other creations.
    """

    wish: Wish
    opened: list[Opened[S]]
    keeps: ExitStack
    owed: list[SessionInformation] = field(default_factory=list)
    name: str = field(default_factory=lambda: uuid4().hex)

    @property
    def infos(self) -> list[SessionInformation]:
        """The entries, as session management calls them."""
        return [each.info for each in self.opened]

    @property
    def identities(self) -> list[str]:
        """The sessions, each once."""
        return list(dict.fromkeys(each.identity for each in self.opened))


@dataclass
class Ended:
    """What became of the sessions of a creation.

    Attributes:
        closed: The sessions that are closed, or were gone: what is registered of them is stale.
        left: Those that were left to others, who opened them.
        foreign: Those in whose place somebody else has a session by now.
        open_still: Whether one could not be closed, and nobody but this creation knows of it.
    """

    closed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    open_still: bool = False
