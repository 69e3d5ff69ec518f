"""The moments of a scene in words."""

from __future__ import annotations

from dataclasses import replace

from demo.show.moments import moments, tell
from demo.told.performance import Performance
from session_sharing.core import EventKind, SessionEvent
from tests.unit.demo.story import (
    NAMES,
    SESSION,
    C,
    Script,
    V,
    at,
    good_scene_in_a_database,
    run_of,
)


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


def test_the_second_log_is_told_apart() -> None:
    """What happens to the file, where the story is that of the database, says so."""
    lines = [line[11:] for line in told(good_scene_in_a_database())]
    assert [line for line in lines if line.startswith("file: ")] == [
        "file: created by supply_current",
        "file: left open by supply_current, nobody holds it",
        "file: closed, as supply_current asked",
    ]
    assert "created by output_voltage" in lines


def test_what_happens_again_is_counted(good: Performance) -> None:
    """What comes again has its first and its last time, and whether other things came between."""
    script = Script()
    script.attach(1, 0)
    for time in (2, 4, 6):
        script.release(script.attach(2, time), time + 1)
    assert told(replace(good, events=script.events, runs=())) == [
        "     0 ms  output_voltage attaches",
        "   2-6 ms  supply_current attaches (3 times)",
    ]


def test_what_alternates_is_told_so(good: Performance) -> None:
    """Sessions that come in turns do not read as if one row of them came after the other.

    The last close stands alone: nobody has to guess how the story ends.
    """
    script = Script()
    for who, time in ((1, 0), (2, 10), (1, 20), (2, 30), (2, 1000)):
        one_session(script, who, time)
    assert told(replace(good, events=script.events, runs=())) == [
        "   0-20 ms  created by output_voltage (2 times, others in between)",
        "   5-25 ms  closed, as output_voltage asked (2 times, others in between)",
        "10-1000 ms  created by supply_current (3 times, others in between)",
        "  15-35 ms  closed, as supply_current asked (2 times, others in between)",
        "   1005 ms  closed, as supply_current asked",
    ]


def one_session(script: Script, who: int, time: float) -> None:
    """Let a process create a session, and close it 5 ms later."""
    held = script.attach(who, time, created=True)
    name = f"session {time}"
    script.session = replace(SESSION, public_id=name, closed_by=str(held.holder))
    script.tell(EventKind.CLOSED, time + 5)


def test_nothing_is_counted_over_a_turn(good: Performance) -> None:
    """What happens after a stop, a refusal or a pending close has a line of its own."""
    script = Script()
    for time in (50, 60):
        one_session(script, 1, time)
    later = replace(good, events=[*good.events, *script.events])
    assert told(later)[-4:] == [
        "    45 ms  closed, as output_voltage asked",
        " 50-60 ms  created by output_voltage (2 times, others in between)",
        "    55 ms  closed, as output_voltage asked",
        "    65 ms  closed, as output_voltage asked",
    ]
    attaches = Script()
    for time in (20, 40):
        attaches.attach(2, time)
    refused = run_of(V, "SN-3", 0, 30, status="NOT_FOUND", text="None.", outputs={})
    assert [line[:9] for line in told(replace(good, events=attaches.events, runs=(refused,)))] == [
        "    20 ms",
        "    30 ms",
        "    40 ms",
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
