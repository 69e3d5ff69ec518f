"""What is known of a scene when it is over: all that is shown and checked, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from demo.scenes.steps import Scene
from session_sharing import Behavior, Record
from session_sharing.core import SessionEvent

GOOD = "OK"
"""The gRPC status of a run that came to its end."""

STOPPED = "CANCELLED"
"""The gRPC status of a run that was stopped."""


@dataclass(frozen=True)
class Wanted:
    """What must come of a run.

    Attributes:
        status: The gRPC status.
        says: What the text of a refusal has to name.
    """

    status: str = GOOD
    says: Sequence[str] = ()


@dataclass(frozen=True)
class Run:
    """One run of a measurement.

    Attributes:
        plugin: What measured; the value is its name.
        behavior: What it asked the log for.
        serial_number: The unit under test, another one for each run: it tells whose a record is.
        readings: How many were asked for.
        wanted: What must come of it.
        status: What came of it, as a gRPC status.
        text: The text of an error.
        outputs: What it found, by name; empty if it did not come to its end.
        started: When, in UTC.
        ended: When, in UTC.
    """

    plugin: Enum
    behavior: Behavior
    serial_number: str
    readings: int
    wanted: Wanted
    status: str
    text: str
    outputs: Mapping[str, object]
    started: datetime
    ended: datetime

    @property
    def held(self) -> bool:
        """Whether it came to hold the session."""
        return self.status in (GOOD, STOPPED)


@dataclass(frozen=True)
class Reservation:
    """A time during which the demonstration itself has the log reserved, in UTC."""

    since: datetime
    until: datetime


@dataclass(frozen=True)
class Performance:
    """How a scene went.

    Attributes:
        scene: What was played.
        names: Who is who, by process id.
        runs: The runs, each plug-in's in their order.
        reservations: When the demonstration had the log reserved.
        events: What the service of the shared log told of its sessions, in its order.
        records: The records that the scene added to that log, in their order.
        other_events: What the service of the other log told, where the scene has two.
        copies: The records that the scene added to the other log.
        left: The sessions that are reserved or registered after the scene, as NI's names them.
        broken: Why the scene could not be played to its end; empty if it was.
    """

    scene: Scene
    names: Mapping[int, str]
    runs: Sequence[Run] = ()
    reservations: Sequence[Reservation] = ()
    events: Sequence[SessionEvent] = ()
    records: Sequence[Record] = ()
    other_events: Sequence[SessionEvent] = ()
    copies: Sequence[Record] = ()
    left: Sequence[str] = ()
    broken: Sequence[str] = ()
