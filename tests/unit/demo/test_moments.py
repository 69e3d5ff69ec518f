"""The moments of a scene in words."""

from __future__ import annotations

from dataclasses import replace

from demo.show.moments import moments, tell
from demo.show.stage import excerpt, summary
from demo.told.performance import Performance
from session_sharing.core import EventKind, SessionEvent
from tests.unit.demo.story import NAMES, C, Script, V, at, records_of, run_of


def told(performance: Performance) -> list[str]:
    return tell(moments(performance), at(0), 100)


def test_moments_tell_the_story(good: Performance) -> None:
    """Who created, attached, asked to close and closed is told in the order of time."""
    assert told(good) == [
        "    10 ms  created by output_voltage",
        "    20 ms  supply_current attaches",
        "    30 ms  output_voltage asks to close: pending, supply_current still holds it",
        "    42 ms  supply_current is stopped in the middle, and lets go",
        "    45 ms  closed, as output_voltage asked",
    ]


def test_what_happens_again_is_counted(good: Performance) -> None:
    """A moment that comes again makes no line of its own."""
    script = Script()
    for time in (1, 5):
        script.release(script.attach(2, time), time + 2)
    scene = replace(good, events=script.events, runs=())
    assert told(scene) == [
        "     1 ms  supply_current attaches (2 times)",
        "     3 ms  left open by supply_current, nobody holds it (2 times)",
    ]


def test_setup_and_cleanup_are_told_apart(good: Performance) -> None:
    """Who plays Setup and Cleanup is called by what it does: behaviour 4 cleans up."""
    script = Script()
    held = replace(script.attach(9, 1), behavior=4)
    script.session = replace(script.session, attachments=(held,))
    script.events = []
    script.tell(EventKind.ATTACHED, 2, held)
    script.tell(EventKind.ATTACHED, 1, replace(held, behavior=3, created_session=True))
    scene = replace(good, events=script.events, runs=(), names={**NAMES, 9: "Setup"})
    assert [line[11:] for line in told(scene)] == ["created by Setup", "Cleanup attaches"]


def test_what_was_taken_away_is_told(good: Performance) -> None:
    """That a client was taken for dead is told, with the service's words."""
    script = Script()
    held = script.attach(1, 1)
    gone = SessionEvent(EventKind.EXPIRED, at(9), script.session, held, "It died.")
    scene = replace(good, events=[*script.events, gone], runs=())
    assert told(scene)[1] == "     9 ms  taken away from output_voltage: It died."


def test_refusals_are_explained_once(good: Performance) -> None:
    """The text of a refusal is shown in full, and not again for the next one of its status."""
    refused = {"status": "NOT_FOUND", "text": "There is none.", "outputs": {}}
    runs = (run_of(V, "SN-3", 0, 3, **refused), run_of(C, "SN-4", 0, 4, **refused))
    assert told(replace(good, events=(), runs=runs)) == [
        "     3 ms  output_voltage with AUTO is refused, NOT_FOUND: There is none.",
        "     4 ms  supply_current with AUTO is refused too, NOT_FOUND",
    ]


def test_lines_are_no_wider_than_the_terminal(good: Performance) -> None:
    """Long texts go on below their beginning."""
    refused = run_of(V, "SN-3", 0, 3, status="NOT_FOUND", text="so long " * 30, outputs={})
    lines = tell(moments(replace(good, runs=(refused,))), at(0), 60)
    assert max(map(len, lines)) <= 60
    assert sum(line.startswith(" " * 11 + "so long") for line in lines) >= 3


def test_summary_tells_what_was_shared(good: Performance) -> None:
    """A row of the summary counts runs, openings, the time together, and records."""
    numbers = ("AUTO", "aliases", "2", "1", "10 ms", "4")
    assert summary(good, []) == (*numbers, "right")
    assert summary(good, ["a fault"]) == (*numbers, "WRONG")


def test_excerpt_shows_both_writers() -> None:
    """Of the log those lines are shown where one writer follows the other."""
    records = [*records_of(V, "SN-1", 9), *records_of(C, "SN-2", 9)]
    assert excerpt(records) == records[6:12]
    assert excerpt(records[:3]) == records[:3]
    assert excerpt([]) == []
