"""Plays the scenes with the company."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import grpc

from demo.cast.company import Company
from demo.cast.measurements import ENDLESS, Measurement, Order
from demo.scenes.steps import (
    TO_BOTH,
    Cleanup,
    Log,
    Plugin,
    Refused,
    Runs,
    Scene,
    Setup,
    Start,
    Step,
    Stop,
)
from demo.told.performance import STOPPED, Performance, Reservation, Run, Wanted
from session_sharing import Behavior, SharingError
from session_sharing.core import EventKind, SessionEvent
from session_sharing.utc import utc_now


class BrokenSceneError(Exception):
    """A step did not do what the next one needs."""


_FAILURES = (BrokenSceneError, grpc.RpcError, SharingError, TimeoutError, ValueError)
"""What NI's clients and ours raise besides: the scene breaks off, and its faults say why."""


def play(scene: Scene, company: Company) -> Performance:
    """Play a scene to its end, or until a step breaks it; return how it went.

    Raises:
        KeyboardInterrupt: Somebody asked to end.
        SharingError: The service tells no more, or its log cannot be read.
    """
    player = Player(scene, company)
    left: list[str] = []
    broken: list[str] = []
    try:
        left = player.play()
    except _FAILURES as failure:
        broken.append(f"the scene broke off: {_reason(failure)}")
    finally:
        player.stop_all()
    if not broken:  # Else nobody knows what there is to wait for.
        player.wait_over()
    shared = scene.way.shared
    return Performance(
        scene=scene,
        names=company.names,
        runs=player.runs,
        reservations=player.reservations,
        events=player.events(shared),
        records=company.new_records(shared),
        other_events=player.events(shared.other),
        copies=company.new_records(shared.other) if TO_BOTH[scene.way] else (),
        left=left,
        broken=broken,
    )


def _reason(failure: Exception) -> str:
    if isinstance(failure, grpc.RpcError) and isinstance(failure, grpc.Call):
        return f"{failure.code().name}: {failure.details()}"
    return str(failure)


class Player:
    """One scene while it is played, by the main thread.

    Attributes:
        runs: The runs that have ended.
        reservations: When it had the log reserved itself, and did nothing with it.
    """

    def __init__(self, scene: Scene, company: Company) -> None:
        self._scene = scene
        self._company = company
        self._pin_map_id = company.pin_maps[scene.way]
        self._pins = scene.pins
        self._log = scene.way.shared
        self._started: dict[Plugin, Measurement] = {}
        self._marks = {log: timeline.mark() for log, timeline in company.timelines.items()}
        self.runs: list[Run] = []
        self.reservations: list[Reservation] = []

    def play(self) -> list[str]:
        """Play all steps; return what session management knows of sessions after them."""
        for step in self._scene.steps:
            self._take(step)
        return self._company.do(partial(self._company.sequence.left, self._pin_map_id))[0]

    def stop_all(self) -> None:
        """Stop what still measures."""
        for measurement in self._started.values():
            measurement.stop()

    def wait_over(self) -> None:
        """Wait until both services told all that must come of the scene."""
        shared = self._scene.way.shared
        self._wait_told(shared, self._scene.holds(), self._scene.opens)
        self._wait_told(shared.other, self._scene.other_holds(), self._scene.other_opens)

    def _wait_told(self, log: Log, holds: Counter[str], opens: int) -> None:
        def is_over(events: Sequence[SessionEvent]) -> bool:
            kinds = [event.kind for event in events]
            return (
                kinds.count(EventKind.RELEASED) >= holds.total()
                and kinds.count(EventKind.CLOSED) >= opens
            )

        self._company.wait_told(log, is_over, self._marks[log])

    def events(self, log: Log) -> list[SessionEvent]:
        """Return what the service of a log told since the scene began."""
        return self._company.timelines[log].since(self._marks[log])

    def _take(self, step: Step) -> None:
        sequence = self._company.sequence
        match step:
            case Runs():
                self._run(step)
            case Start():
                self._start(step)
            case Stop():
                self._stop(step.plugin)
            case Refused():
                self._be_refused(step)
            case Setup():
                self._company.do(partial(sequence.set_up, self._pin_map_id, self._pins))
            case Cleanup():
                self._company.do(sequence.clean_up)

    def _order(self, plugin: Plugin, behavior: Behavior) -> Order:
        unit = next(self._company.measurements.serial_numbers)
        return Order(plugin, self._scene.way, self._pin_map_id, behavior, unit, Wanted())

    def _run(self, step: Runs) -> None:
        work = [
            partial(
                self._one_by_one, [self._order(plugin, step.behavior) for _ in range(step.count)]
            )
            for plugin in step.plugins
        ]
        for runs in self._company.do(*work):
            self.runs += runs

    def _one_by_one(self, orders: Sequence[Order]) -> list[Run]:
        return [self._company.measurements.start(order).result() for order in orders]

    def _be_refused(self, step: Refused) -> None:
        order = self._order(step.plugin, step.behavior)
        order = replace(order, wanted=Wanted(step.status, step.says))
        if step.reserved:
            order = replace(order, reserve_timeout=0.0)
            [(run, reservation)] = self._company.do(partial(self._run_while_reserved, order))
            self.runs.append(run)
            self.reservations.append(reservation)
        else:
            self.runs += self._company.do(self._company.measurements.start(order).result)

    def _run_while_reserved(self, order: Order) -> tuple[Run, Reservation]:
        with self._company.sequence.reserved(self._pin_map_id, self._pins):
            since = utc_now()
            run = self._company.measurements.start(order).result()
            return run, Reservation(since, utc_now())

    def _start(self, step: Start) -> None:
        attached = self._count(EventKind.ATTACHED, step.plugin, self.events(self._log))
        order = self._order(step.plugin, step.behavior)
        order = replace(order, wanted=Wanted(STOPPED), readings=ENDLESS)
        measurement = self._company.measurements.start(order)
        self._started[step.plugin] = measurement

        def holds(events: Sequence[SessionEvent]) -> bool:
            return self._count(EventKind.ATTACHED, step.plugin, events) > attached

        self._company.wait_told(
            self._log, holds, self._marks[self._log], or_else=lambda: measurement.ended
        )
        if not holds(self.events(self._log)):
            self._stop_started(step.plugin)
            raise BrokenSceneError(f"{step.plugin.value} did not come to hold the session")

    def _stop(self, plugin: Plugin) -> None:
        self._stop_started(plugin)

        def let_go(events: Sequence[SessionEvent]) -> bool:
            attached = self._count(EventKind.ATTACHED, plugin, events)
            return self._count(EventKind.RELEASED, plugin, events) == attached

        if not self._company.wait_told(self._log, let_go, self._marks[self._log]):
            raise BrokenSceneError(f"{plugin.value} was stopped, but still holds the session")

    def _stop_started(self, plugin: Plugin) -> None:
        measurement = self._started.pop(plugin)
        measurement.stop()
        self.runs += self._company.do(measurement.result)

    def _count(self, kind: EventKind, plugin: Plugin, events: Sequence[SessionEvent]) -> int:
        """Count what happened to attachments of a plug-in."""
        holders = [
            event.attachment.holder for event in events if event.kind is kind and event.attachment
        ]
        return sum(self._company.names.get(one.process_id) == plugin.value for one in holders)
