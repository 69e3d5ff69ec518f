"""What the chart of a scene has to show: a lane for the session, and one for each of the cast."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from demo.scenes.steps import CLEANUP, DEMO, SETUP, Plugin
from demo.told.performance import Performance
from demo.told.spans import holds, openings

SESSION = "session"
"""The name of the lane that shows how long the session of the shared log was open."""


class Fill(Enum):
    """What a part of a lane shows."""

    RUNNING = "measures or waits"
    OPEN = "open"
    PENDING = "close pending"
    RESERVED = "has the reservation"
    HELD = "holds the session"
    REFUSED = "refused"


@dataclass(frozen=True)
class Span:
    """A time during which a lane shows something."""

    since: datetime
    until: datetime
    fill: Fill


@dataclass
class Lane:
    """One row of the chart; a later span covers an earlier one."""

    name: str
    spans: list[Span] = field(default_factory=list)


def lanes(performance: Performance) -> list[Lane]:
    """Return the lanes of a scene in which something is to be seen."""
    cast = (DEMO, SETUP, *(plugin.value for plugin in Plugin), CLEANUP)
    names = (SESSION, performance.scene.way.shared.other.word, *cast)
    rows = {name: Lane(name) for name in names}
    spans = (_of_sessions, _of_reservations, _of_runs, _of_holds, _of_refusals)
    for name, span in (found for part in spans for found in part(performance)):
        rows.setdefault(name, Lane(name)).spans.append(span)
    return [lane for lane in rows.values() if lane.spans]


def _of_sessions(performance: Performance) -> Iterator[tuple[str, Span]]:
    other = performance.scene.way.shared.other.word
    for name, events in ((SESSION, performance.events), (other, performance.other_events)):
        for opening in openings(events):
            until = opening.until or _end(performance)
            yield name, Span(opening.since, until, Fill.OPEN)
            if opening.pending is not None:
                yield name, Span(opening.pending, until, Fill.PENDING)


def _of_reservations(performance: Performance) -> Iterator[tuple[str, Span]]:
    for reservation in performance.reservations:
        yield DEMO, Span(reservation.since, reservation.until, Fill.RESERVED)


def _of_runs(performance: Performance) -> Iterator[tuple[str, Span]]:
    for run in performance.runs:
        yield run.plugin.value, Span(run.started, run.ended, Fill.RUNNING)


def _of_holds(performance: Performance) -> Iterator[tuple[str, Span]]:
    for hold in holds(performance.events, performance.names):
        yield hold.who, Span(hold.since, hold.until or _end(performance), Fill.HELD)


def _of_refusals(performance: Performance) -> Iterator[tuple[str, Span]]:
    for run in performance.runs:
        if not run.held:
            yield run.plugin.value, Span(run.ended, run.ended, Fill.REFUSED)


def _end(performance: Performance) -> datetime:
    """Return the last moment that was told of: what never ended is drawn up to there."""
    return max(event.at for event in (*performance.events, *performance.other_events))
