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


@dataclass(frozen=True)
class Moment:
    """Something that happened, once or several times: then it tells of the first time."""

    at: datetime
    text: str
    count: int = 1


def moments(performance: Performance) -> list[Moment]:
    """Return what happened; what happened several times stands at its first time."""
    found: dict[str, Moment] = {}
    told = sorted([*_of_events(performance), *_of_runs(performance)], key=lambda one: one.at)
    for moment in told:
        first = found.get(moment.text)
        found[moment.text] = replace(first, count=first.count + 1) if first else moment
    return list(found.values())


def _of_events(performance: Performance) -> Iterator[Moment]:
    closing_names = _names_by_text(performance)
    for event in performance.events:
        session = event.session
        if session is None:
            continue
        who = name_of(event.attachment, performance.names) if event.attachment else ""
        text = _in_words(event, session, who, performance)
        if event.kind is EventKind.CLOSED:
            by = closing_names.get(session.closed_by, session.closed_by)
            text = f"closed, as {by} asked"
        if text:
            yield Moment(event.at, text)


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


def _names_by_text(performance: Performance) -> dict[str, str]:
    """Return the cast by the text by which the service names who asked to close."""
    held = [event.attachment for event in performance.events if event.attachment]
    return {str(one.holder): name_of(one, performance.names) for one in held}


def _of_runs(performance: Performance) -> Iterator[Moment]:
    explained: set[str] = set()
    for run in performance.runs:
        if not run.held:
            yield Moment(run.ended, _refusal(run, in_full=run.status not in explained))
            explained.add(run.status)
        elif run.status == STOPPED:
            yield Moment(run.ended, f"{run.plugin.value} is stopped in the middle, and lets go")


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
    lines: list[str] = []
    for moment in told:
        since = f"{(moment.at - start).total_seconds() * 1000:.0f} ms"
        times = f" ({moment.count} times)" if moment.count > 1 else ""
        lines += textwrap.wrap(
            moment.text + times,
            width,
            initial_indent=f"{since:>{TIME_WIDTH}}  ",
            subsequent_indent=" " * (TIME_WIDTH + 2),
            break_on_hyphens=False,
        )
    return lines
