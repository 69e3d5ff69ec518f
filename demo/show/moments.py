"""The moments that matter, in words: created, attached, refused, close pending, closed."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from demo.told.performance import STOPPED, Performance, Run
from demo.told.spans import name_of
from session_sharing.core import EventKind, SessionEvent
from session_sharing.information import SessionInformation

TIME_WIDTH = 9
"""How wide the times are at least, in characters."""

_TURNS = (EventKind.CLOSE_PENDING, EventKind.EXPIRED)


@dataclass(frozen=True)
class Moment:
    """Something that happened, once or several times.

    Attributes:
        at: When, for the first time.
        text: What, in words.
        turn: Whether the story takes a turn with it. It stands alone, and what happens again after
            it is not counted with what happened before.
        last: When it happened for the last time; None if that was the first time, too.
        count: How often it happened.
        mixed: Whether something else happened in between.
    """

    at: datetime
    text: str
    turn: bool = False
    last: datetime | None = None
    count: int = 1
    mixed: bool = False


def moments(performance: Performance) -> list[Moment]:
    """Return what happened; what happened again before the next turn is counted at its first."""
    both = [*_of_shared(performance), *_of_other(performance)]
    told = sorted([*both, *_of_runs(performance)], key=lambda one: one.at)
    found: dict[tuple[int, str], Moment] = {}
    turns, before = 0, ""
    for moment in told:
        turns += moment.turn
        key = turns, moment.text
        first = found.get(key)
        found[key] = _again(first, moment, before) if first else moment
        turns += moment.turn
        before = moment.text
    return list(found.values())


def _again(first: Moment, moment: Moment, before: str) -> Moment:
    mixed = first.mixed or before != moment.text
    return replace(first, last=moment.at, count=first.count + 1, mixed=mixed)


def _of_shared(performance: Performance) -> Iterator[Moment]:
    yield from _of_events(performance.events, performance)
    yield from _of_closes(performance.events, performance)


def _of_other(performance: Performance) -> Iterator[Moment]:
    """Tell of the other log: its story is none of the scene's, so it has no turns."""
    events, word = performance.other_events, performance.scene.way.shared.other.word
    for moment in (*_of_events(events, performance), *_of_closes(events, performance)):
        yield replace(moment, text=f"{word}: {moment.text}", turn=False)


def _of_events(events: Sequence[SessionEvent], performance: Performance) -> Iterator[Moment]:
    for event in events:
        session = event.session
        if session is not None and event.kind is not EventKind.CLOSED:
            who = name_of(event.attachment, performance.names) if event.attachment else ""
            text = _in_words(event, session, who, performance)
            if text:
                yield Moment(event.at, text, event.kind in _TURNS)


def _of_closes(events: Sequence[SessionEvent], performance: Performance) -> Iterator[Moment]:
    """Tell of closes: one that had to wait is a turn, and so is the end of the story."""
    names = _names_by_text(events, performance)
    closes = [event for event in events if event.kind is EventKind.CLOSED]
    waited = {
        event.session.public_id
        for event in events
        if event.session and event.kind is EventKind.CLOSE_PENDING
    }
    for event in closes:
        if event.session:
            by = names.get(event.session.closed_by, event.session.closed_by)
            turn = event is closes[-1] or event.session.public_id in waited
            yield Moment(event.at, f"closed, as {by} asked", turn)


def _in_words(
    event: SessionEvent, session: SessionInformation, who: str, performance: Performance
) -> str:
    others = _holders(session, performance)
    if event.kind is EventKind.ATTACHED and event.attachment is not None:
        return f"created by {who}" if event.attachment.created_session else f"{who} attaches"
    if event.kind is EventKind.CLOSE_PENDING:
        return f"{who} asks to close: pending, {others} still holds it"
    if event.kind is EventKind.EXPIRED:
        return f"taken away from {who}: {event.text}"
    if event.kind is EventKind.RELEASED and not others and not session.close_pending:
        return f"left open by {who}, nobody holds it"
    return ""


def _holders(session: SessionInformation, performance: Performance) -> str:
    names = [name_of(held, performance.names) for held in session.attachments]
    return " and ".join(dict.fromkeys(names))


def _names_by_text(events: Sequence[SessionEvent], performance: Performance) -> dict[str, str]:
    """Return the cast by the text by which the service names who asked to close."""
    held = [event.attachment for event in events if event.attachment]
    return {str(one.holder): name_of(one, performance.names) for one in held}


def _of_runs(performance: Performance) -> Iterator[Moment]:
    explained: set[str] = set()
    for run in performance.runs:
        if not run.held:
            in_full = run.status not in explained
            yield Moment(run.ended, _refusal(run, in_full=in_full), turn=True)
            explained.add(run.status)
        elif run.status == STOPPED:
            text = f"{run.plugin.value} is stopped in the middle, and lets go"
            yield Moment(run.ended, text, turn=True)


def _refusal(run: Run, *, in_full: bool) -> str:
    """Tell of a refusal; the text of a status is long, and shown once."""
    what = f"{run.plugin.value} with {run.behavior.name} is refused"
    return f"{what}, {run.status}: {run.text}" if in_full else f"{what} too, {run.status}"


def tell(told: Sequence[Moment], start: datetime, width: int) -> list[str]:
    """Write moments as lines.

    Args:
        told: The moments.
        start: What their times count from.
        width: How wide a line may be, in characters.
    """
    times = [_when(moment, start) for moment in told]
    room = max([TIME_WIDTH, *map(len, times)])
    lines: list[str] = []
    for moment, when in zip(told, times, strict=True):
        lines += textwrap.wrap(
            moment.text + _how_often(moment),
            width,
            initial_indent=f"{when:>{room}}  ",
            subsequent_indent=" " * (room + 2),
            break_on_hyphens=False,
        )
    return lines


def _when(moment: Moment, start: datetime) -> str:
    """Return the time of a moment, or the first and the last one."""
    ends = (moment.at, moment.last or moment.at)
    times = [f"{(end - start).total_seconds() * 1000:.0f}" for end in ends]
    return f"{'-'.join(dict.fromkeys(times))} ms"


def _how_often(moment: Moment) -> str:
    if moment.count == 1:
        return ""
    mixed = ", others in between" if moment.mixed else ""
    return f" ({moment.count} times{mixed})"
