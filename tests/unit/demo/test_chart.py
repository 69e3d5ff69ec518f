"""The chart of a scene: what is drawn is what was told, and nothing seems to be that was not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.show.chart import ASCII, BLOCKS, Scale, draw, fills_for
from demo.show.lanes import Fill, lanes
from demo.told.performance import Performance, Reservation
from session_sharing.core import EventKind
from tests.unit.demo.story import C, at, good_scene_in_a_database, run_of

TIMES = st.lists(st.floats(0, 1000), min_size=1, max_size=60)


def chart(performance: Performance, width: int = 60) -> list[str]:
    return draw(lanes(performance), width, ASCII)


def test_who_holds_the_session_when_is_seen(good: Performance) -> None:
    """The lanes show who runs, who holds, how long the session is open, and since when pending."""
    assert chart(good) == [
        "session             ----------------------~~~~~~~~~~~~~~~~~",
        "output_voltage .....######################..",
        "supply_current            .....######################..",
        "               0                                       40 ms",
    ]


def test_a_second_log_has_a_lane_of_its_own() -> None:
    """In a scene of the database the file shows how long it was open, below the shared session."""
    rows = chart(good_scene_in_a_database())
    assert [row.split()[0] for row in rows[:2]] == ["session", "file"]
    assert 0 < rows[1].count("-") < rows[0].count("-") + rows[0].count("~")


def test_refusals_are_seen(good: Performance) -> None:
    """A run that was refused shows where, and holds nothing."""
    refused = run_of(C, "SN-3", 0, 3, status="NOT_FOUND", outputs={})
    row = chart(replace(good, runs=(*good.runs, refused)))[2]
    assert row.startswith("supply_current ..x")
    assert row.count("x") == 1


def test_who_else_has_the_reservation_is_seen(good: Performance) -> None:
    """While the demonstration itself has the log reserved, it has a lane of its own."""
    scene = replace(good, reservations=(Reservation(at(0), at(4)),))
    row = next(line for line in chart(scene) if line.startswith("demo "))
    assert row.startswith("demo           ===")
    assert not any(line.startswith("demo ") for line in chart(good))


def test_what_never_ends_is_drawn_to_the_end(good: Performance) -> None:
    """A hold without a release, and a session that is not closed, last to the last event."""
    kinds = (EventKind.RELEASED, EventKind.CLOSED)
    events = [event for event in good.events if event.kind not in kinds]
    rows = lanes(replace(good, events=events, runs=()))
    assert [row.spans[0].until for row in rows] == [events[-1].at] * 3


def test_scenes_in_which_nothing_happened_have_no_chart(good: Performance) -> None:
    """A scene that broke off at once is no error of the chart's."""
    assert chart(replace(good, events=(), runs=())) == []


@given(TIMES, st.integers(60, 200))
def test_different_moments_have_different_columns(times: list[float], width: int) -> None:
    """What happened one after the other is never drawn at the same place, nor the other way."""
    moments = sorted({at(time) for time in times})
    scale = Scale(moments, width)
    columns = [scale.column(moment) for moment in moments]
    assert columns == sorted(set(columns))
    assert 0 <= columns[0] <= columns[-1] < width


@given(TIMES, st.integers(2, 200), st.floats(0, 1000))
def test_other_moments_lie_between(times: list[float], width: int, other: float) -> None:
    """A moment that need not be told apart lies between its neighbours, however narrow it is."""
    moments = [at(time) for time in times]
    scale = Scale(moments, width)
    column = scale.column(at(other))
    assert all(scale.column(moment) <= column for moment in moments if moment <= at(other))
    assert all(column <= scale.column(moment) for moment in moments if moment >= at(other))
    assert 0 <= column < max(scale.width, 1)


@pytest.mark.parametrize(
    ("encoding", "fills"),
    [("utf-8", BLOCKS), ("ascii", ASCII), ("latin-1", ASCII), (None, ASCII), ("strange", ASCII)],
)
def test_signs_are_those_of_the_encoding(encoding: str | None, fills: dict[Fill, str]) -> None:
    """Where blocks cannot be written, the chart is drawn in ASCII."""
    assert fills_for(encoding) == fills
