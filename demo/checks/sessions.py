"""Checks what the service told: openings, holds, meetings, and that nothing is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from demo.checks.common import different
from demo.scenes.steps import Way
from demo.told.performance import Performance
from demo.told.spans import Hold, holds, meetings, openings
from session_sharing.core import EventKind, SessionEvent

_NEVER = (EventKind.EXPIRED, EventKind.OPEN_FAILED)


def session_faults(performance: Performance) -> Iterator[str]:
    """Yield what was wrong with the sessions of a scene."""
    scene, shared = performance.scene, performance.scene.way.shared
    yield from LogTold(shared.word, performance.events, performance.names).faults(
        scene.opens, scene.pending, scene.holds()
    )
    yield from LogTold(shared.other.word, performance.other_events, performance.names).faults(
        scene.other_opens, 0, scene.other_holds()
    )
    yield from meeting_faults(scene.way, holds(performance.events, performance.names))
    if performance.left:
        yield f"still reserved or registered with session management: {performance.left}"


@dataclass(frozen=True)
class LogTold:
    """What was told of one of the logs.

    Attributes:
        word: What it is called.
        events: What its service told.
        names: Who is who, by process id.
    """

    word: str
    events: Sequence[SessionEvent]
    names: Mapping[int, str]

    def faults(self, opens: int, pending: int, held: Counter[str]) -> Iterator[str]:
        """Yield what was wrong, if so much was expected of it."""
        yield from self._opening_faults(opens, pending)
        yield from self._hold_faults(held)
        for event in self.events:
            if event.kind in _NEVER:
                yield f"a session: {event.kind.value} ({event.text})"

    def _opening_faults(self, opens: int, pending: int) -> Iterator[str]:
        kinds = Counter(event.kind for event in self.events)
        yield from different(f"openings of the {self.word}", opens, kinds[EventKind.OPENED])
        yield from different(f"closings of the {self.word}", opens, kinds[EventKind.CLOSED])
        waited = kinds[EventKind.CLOSE_PENDING]
        yield from different(f"closes of the {self.word} that had to wait", pending, waited)
        for one, next_one in pairwise(openings(self.events)):
            if one.until is None or one.until > next_one.since:
                yield f"two sessions at once on one {self.word}: {one.session}, {next_one.session}"

    def _hold_faults(self, expected: Counter[str]) -> Iterator[str]:
        held = holds(self.events, self.names)
        counts = Counter(hold.who for hold in held)
        yield from different(f"holds of the {self.word}", dict(expected), dict(counts))
        for hold in held:
            if hold.until is None:
                yield f"{hold.who} still holds session {hold.session}"
        creators = Counter(hold.session for hold in held if hold.created)
        for one in openings(self.events):
            yield from different(f"creators of session {one.session}", 1, creators[one.session])


def meeting_faults(way: Way, held: list[Hold]) -> Iterator[str]:
    """With a pin each they must have met, with waiting they must not."""
    met = list(meetings(held))
    if way is Way.WAITING:
        for one, other, together in met:
            yield f"{one.who} and {other.who} held the session at once, for {together}"
    elif not met:
        yield "nobody held the session at the same moment as somebody else"
