"""Plays the scenes of a service that was made from the template."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import grpc

from demo.cast.company import TELL_SECONDS, WORK_SECONDS
from demo.cast.measurements import RUN_SECONDS
from demo.interruptions import Interruptions
from demo.made.parts import Part
from demo.made.scenes import BY_ALIASES, BY_WAITING, RUNS
from demo.scenes.steps import Scene
from demo.told.performance import GOOD, STOPPED, Performance, Run, Wanted
from demo.told.timeline import Condition, Timeline
from measurement_support.client import Call, MeasurementClient
from session_sharing import Behavior
from session_sharing.core import EventKind, SessionEvent
from session_sharing.utc import utc_now

ENDLESS = 100_000
"""How often is written or read in a run that is stopped: more than anybody waits for."""

INTERVAL = 0.01
"""How long is waited between, in seconds."""


@dataclass(frozen=True)
class MadeCompany:
    """Who plays, and who tells of it. For the main thread.

    Attributes:
        plug_ins: What calls the plug-ins.
        timeline: What the service tells.
        pin_map_id: The pin map, registered.
        names: Who is who, by process id.
        pool: Does what may take long, so that the main thread can be interrupted.
        interruptions: Ends all waiting.
    """

    plug_ins: Mapping[Part, MeasurementClient]
    timeline: Timeline
    pin_map_id: str
    names: Mapping[int, str]
    pool: Executor
    interruptions: Interruptions


@dataclass
class Player:
    """One scene while it is played, by the main thread.

    Attributes:
        runs: The runs that have ended.
    """

    company: MadeCompany
    runs: list[Run] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._mark = self.company.timeline.mark()

    def by_waiting(self) -> Performance:
        """Have both run at the same time, with one pin; return how it went."""
        pin = self._pin(Part.WRITER)
        work = [partial(self._one_by_one, part, pin) for part in Part]
        futures = [self.company.pool.submit(each) for each in work]
        for future in futures:
            ended: list[Run] = self.company.interruptions.result(future, WORK_SECONDS)
            self.runs += ended
        return self._performance(BY_WAITING, holds=2 * RUNS)

    def by_aliases(self) -> Performance:
        """Have both hold the session at once; return how it went."""
        writing = self._start(Part.WRITER)
        reading = self._start(Part.READER)
        self._stop(Part.WRITER, writing)
        self.runs.append(self._run(Part.WRITER, self._pin(Part.WRITER)))
        self._stop(Part.READER, reading)
        return self._performance(BY_ALIASES, holds=3)

    def _performance(self, scene: Scene, holds: int) -> Performance:
        self._wait_told(
            lambda events: (
                _count(events, EventKind.RELEASED) >= holds
                and _count(events, EventKind.CLOSED) >= scene.opens
            )
        )
        return Performance(
            scene=scene, names=self.company.names, runs=self.runs, events=self._events()
        )

    def _events(self) -> Sequence[SessionEvent]:
        return self.company.timeline.since(self._mark)

    def _pin(self, part: Part) -> str:
        return str(self.company.plug_ins[part].configurations["pin"])

    def _one_by_one(self, part: Part, pin: str) -> list[Run]:
        return [self._run(part, pin) for _ in range(RUNS)]

    def _run(self, part: Part, pin: str) -> Run:
        plug_in = self.company.plug_ins[part]
        started = utc_now()
        call = plug_in.start(
            self.company.pin_map_id, timeout=RUN_SECONDS, pin=pin, interval=INTERVAL
        )
        return _ended(part, call, started, GOOD)

    def _start(self, part: Part) -> tuple[Call, datetime]:
        """Have a plug-in run until it is stopped; it holds the session when this returns."""
        plug_in, started = self.company.plug_ins[part], utc_now()
        call = plug_in.start(
            self.company.pin_map_id, timeout=RUN_SECONDS, count=ENDLESS, interval=INTERVAL
        )
        self._wait_told(
            lambda events: self._count_of(part, EventKind.ATTACHED, events) > 0, or_else=call.done
        )
        return call, started

    def _stop(self, part: Part, running: tuple[Call, datetime]) -> None:
        call, started = running
        call.cancel()
        future = self.company.pool.submit(_ended, part, call, started, STOPPED)
        self.runs.append(self.company.interruptions.result(future, WORK_SECONDS))
        self._wait_told(lambda events: self._count_of(part, EventKind.RELEASED, events) > 0)

    def _count_of(self, part: Part, kind: EventKind, events: Sequence[SessionEvent]) -> int:
        holders = [event.attachment for event in events if event.kind is kind]
        names = [self.company.names.get(one.holder.process_id) for one in holders if one]
        return names.count(part.value)

    def _wait_told(self, condition: Condition, or_else: Callable[[], bool] = lambda: False) -> bool:
        timeline = self.company.timeline
        return self.company.interruptions.wait(
            lambda seconds: timeline.wait(condition, self._mark, seconds) or or_else(),
            TELL_SECONDS,
        )


def _count(events: Sequence[SessionEvent], kind: EventKind) -> int:
    return [event.kind for event in events].count(kind)


def _ended(part: Part, call: Call, started: datetime, wanted: str) -> Run:
    """Wait for the end of a run; a failure is a result like any other."""
    status, text = GOOD, ""
    outputs: Mapping[str, Any] = {}
    try:
        outputs = call.result(RUN_SECONDS)
    except grpc.RpcError as failure:
        told = isinstance(failure, grpc.Call)
        status = failure.code().name if told else "UNKNOWN"
        text = failure.details() or "" if told else str(failure)
    return Run(
        plugin=part,
        behavior=Behavior.AUTO,
        serial_number="",
        readings=0,
        wanted=Wanted(wanted),
        status=status,
        text=text,
        outputs=outputs,
        started=started,
        ended=utc_now(),
    )
