"""Events and runs that tests make up, and a scene that went well, to be spoilt."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone

from demo.scenes.steps import STATION, Plugin, Runs, Scene, Way
from demo.told.performance import GOOD, STOPPED, Performance, Run, Wanted
from session_sharing import (
    AttachmentInformation,
    Behavior,
    ClientIdentity,
    Record,
    RecordContext,
    SessionInformation,
    SessionState,
)
from session_sharing.core import EventKind, SessionEvent

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
V, C = Plugin.VOLTAGE, Plugin.CURRENT
NAMES = {1: V.value, 2: C.value}
RUNS = Runs((V, C), Behavior.AUTO, 1)
FOUND = {V: {"mean": [3.3]}, C: {"currents": [0.001]}}


def at(milliseconds: float) -> datetime:
    """Return a moment of the scene."""
    return START + timedelta(milliseconds=milliseconds)


SESSION = SessionInformation(
    "abcd", "results.ndjson", "/results.ndjson", SessionState.OPEN, False, None, START, START
)


@dataclass
class Script:
    """Makes the events and the runs of a scene."""

    events: list[SessionEvent] = field(default_factory=list)
    session: SessionInformation = SESSION

    def tell(self, kind: EventKind, when: float, held: AttachmentInformation | None = None) -> None:
        """Add an event."""
        self.events.append(SessionEvent(kind, at(when), self.session, held))

    def attach(self, who: int, when: float, *, created: bool = False) -> AttachmentInformation:
        """Let a process attach; return its attachment."""
        holder = ClientIdentity(NAMES.get(who, "stranger"), process_id=who)
        public_id = f"{who}-{len(self.events)}"
        held = AttachmentInformation(public_id, 0, holder, at(when), created_session=created)
        self.session = replace(self.session, attachments=(*self.session.attachments, held))
        self.tell(EventKind.ATTACHED, when, held)
        return held

    def release(self, held: AttachmentInformation, when: float, records: int = 2) -> None:
        """Let an attachment go, with so many records stored."""
        others = tuple(one for one in self.session.attachments if one != held)
        self.session = replace(self.session, attachments=others)
        self.tell(EventKind.RELEASED, when, replace(held, last_record_number=records))


def run_of(plugin: Plugin, unit: str, since: float, until: float, **changes: object) -> Run:
    """Return a run that went well."""
    outputs = {
        "sites": [0],
        **FOUND[plugin],
        "passed": True,
        "logged": 2,
        "new_session": plugin is V,
        "log_session": "abcd",
    }
    run = Run(plugin, Behavior.AUTO, unit, 2, Wanted(), GOOD, "", outputs, at(since), at(until))
    return replace(run, **changes)


def records_of(plugin: Plugin, unit: str, count: int = 2) -> list[Record]:
    """Return the records of a run."""
    context = RecordContext(serial_number=unit, station=STATION, program=plugin.value)
    return [Record(plugin.value, {}, {"index": index}, START, context) for index in range(count)]


def good_scene() -> Performance:
    """Return a scene by aliases: one creates, the other joins, the creator leaves first."""
    script = Script()
    script.tell(EventKind.OPENED, 10)
    first = script.attach(1, 10, created=True)
    second = script.attach(2, 20)
    script.release(first, 30)
    script.session = replace(script.session, close_pending=True, closed_by=str(first.holder))
    script.tell(EventKind.CLOSE_PENDING, 30, first)
    script.release(second, 40)
    script.tell(EventKind.CLOSED, 45)
    stopped = {"status": STOPPED, "wanted": Wanted(STOPPED), "outputs": {}}
    return Performance(
        scene=Scene(Behavior.AUTO, Way.ALIASES, "A story.", (RUNS,), opens=1, pending=1),
        names=NAMES,
        runs=(run_of(V, "SN-1", 5, 32), run_of(C, "SN-2", 15, 42, **stopped)),
        events=tuple(script.events),
        records=(*records_of(V, "SN-1"), *records_of(C, "SN-2")),
    )


def good_scene_in_a_database() -> Performance:
    """Return that scene in a database, where the other logs to the file as well, to its end."""
    good = good_scene()
    script = Script(session=replace(SESSION, public_id="efgh"))
    script.tell(EventKind.OPENED, 18)
    held = script.attach(2, 18, created=True)
    script.release(held, 40)
    script.session = replace(script.session, closed_by=str(held.holder))
    script.tell(EventKind.CLOSED, 42)
    second = run_of(C, "SN-2", 15, 44)
    outputs = {**second.outputs, "log_session": "efgh, abcd", "new_session": True}
    return replace(
        good,
        scene=replace(good.scene, way=Way.DATABASE, other_opens=1),
        runs=(good.runs[0], replace(second, outputs=outputs)),
        other_events=tuple(script.events),
        copies=tuple(records_of(C, "SN-2")),
    )
