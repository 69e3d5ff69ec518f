"""Checks what the service told: openings, holds, meetings, and that nothing is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from demo.checks.common import different
from demo.scenes.steps import Way
from demo.told.performance import Performance
from demo.told.spans import Hold, Opening, holds, meetings, openings
from session_sharing.core import EventKind

_NEVER = (EventKind.EXPIRED, EventKind.OPEN_FAILED)


def session_faults(performance: Performance) -> Iterator[str]:
    """Yield what was wrong with the sessions of a scene."""
    opened = openings(performance.events)
    held = holds(performance.events, performance.names)
    yield from _opening_faults(performance, opened)
    yield from _hold_faults(performance, held)
    yield from _meeting_faults(performance.scene.way, held)
    for event in performance.events:
        if event.kind in _NEVER:
            yield f"a session: {event.kind.value} ({event.text})"
    if performance.left:
        yield f"still reserved or registered with session management: {performance.left}"


def _opening_faults(performance: Performance, opened: list[Opening]) -> Iterator[str]:
    scene = performance.scene
    kinds = Counter(event.kind for event in performance.events)
    yield from different("openings of the file", scene.opens, kinds[EventKind.OPENED])
    yield from different("closings of the file", scene.opens, kinds[EventKind.CLOSED])
    yield from different("closes that had to wait", scene.pending, kinds[EventKind.CLOSE_PENDING])
    for one, next_one in pairwise(opened):
        if one.until is None or one.until > next_one.since:
            yield f"two sessions at once on one file: {one.session} and {next_one.session}"


def _hold_faults(performance: Performance, held: list[Hold]) -> Iterator[str]:
    counts = Counter(hold.who for hold in held)
    yield from different("holds", dict(performance.scene.holds()), dict(counts))
    for hold in held:
        if hold.until is None:
            yield f"{hold.who} still holds session {hold.session}"
    creators = Counter(hold.session for hold in held if hold.created)
    for opening in openings(performance.events):
        yield from different(f"creators of session {opening.session}", 1, creators[opening.session])


def _meeting_faults(way: Way, held: list[Hold]) -> Iterator[str]:
    """With aliases they must have met, with waiting they must not."""
    met = list(meetings(held))
    if way is Way.WAITING:
        for one, other, together in met:
            yield f"{one.who} and {other.who} held the session at once, for {together}"
    elif not met:
        yield "nobody held the session at the same moment as somebody else"
