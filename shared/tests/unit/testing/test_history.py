"""The recorder of histories, and what is told of them."""

from __future__ import annotations

import itertools

import pytest

from session_sharing.testing.history import UNANSWERED, Operation, Recorder, average_in_flight


def test_calls_are_recorded_in_the_order_in_which_they_were_sent() -> None:
    """A history says of each call who made it, when, and what came back."""
    recorder = Recorder(clock=itertools.count(100.0).__next__)
    first, second = recorder.call("a", "one"), recorder.call("b", "two")
    recorder.end(second, "done")
    recorder.end(first, "late")
    assert recorder.history() == [
        Operation("a", "one", "late", 1.0, 4.0),
        Operation("b", "two", "done", 2.0, 3.0),
    ]


def test_running_calls_count_but_are_no_history_yet() -> None:
    """A call that has not ended is counted, and not in the history."""
    recorder = Recorder()
    recorder.call("a", "one")
    assert (len(recorder), recorder.history()) == (1, [])


def test_a_call_without_an_answer_may_happen_at_any_later_time() -> None:
    """That its client gave up does not mean that the call will have no effect."""
    lost = Operation("a", "one", UNANSWERED, 1.0, 2.0)
    assert (lost.answered, lost.happened_by) == (False, float("inf"))
    assert Operation("a", "one", None, 1.0, 2.0).happened_by == 2.0


def test_an_empty_answer_is_an_answer() -> None:
    """Only `UNANSWERED` stands for no answer."""
    assert Operation("a", "one", None, 1.0, 2.0).answered


@pytest.mark.parametrize(
    ("spans", "average"),
    [
        ([], 0.0),
        ([(0, 1)], 1.0),
        ([(0, 2), (1, 3)], 4 / 3),
        ([(0, 1), (3, 4)], 0.5),
        ([(1, 1)], 1.0),
    ],
)
def test_calls_in_flight_are_averaged_over_the_whole_history(
    spans: list[tuple[float, float]], average: float
) -> None:
    """How concurrent a history was is computed from the calls themselves, pauses included."""
    history = [Operation("a", "x", "y", called, ended) for called, ended in spans]
    assert average_in_flight(history) == pytest.approx(average)
