"""How a run notices that it has to end."""

from __future__ import annotations

import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from measurement_support.interruption import Interruption
from plugins.measurement_support.tests.contexts import AbortedError, FakeContext
from session_sharing.errors import InvalidRequestError

ENDLESS = 9.2e18  # what grpc tells without a deadline


def waits(run: Interruption, seconds: float) -> float:
    """Wait, and return how long it took."""
    begin = time.monotonic()
    run.wait(seconds)
    return time.monotonic() - begin


def test_a_reading_takes_its_time():
    """A run that nobody interrupts waits as long as the instrument integrates."""
    assert waits(Interruption(FakeContext()), 0.02) >= 0.02


def test_cancelling_ends_a_wait_at_once():
    """A measurement that is cancelled does not finish its reading first."""
    context = FakeContext()
    run = Interruption(context)
    threading.Timer(0.02, context.cancel).start()
    begin = time.monotonic()
    with pytest.raises(AbortedError) as caught:
        run.wait(30.0)
    assert caught.value.code is grpc.StatusCode.CANCELLED
    assert time.monotonic() - begin < 10.0


def test_a_call_that_was_cancelled_before_it_began_is_noticed():
    """No callback comes for a call that is over already; the run ends all the same."""
    with pytest.raises(AbortedError) as caught:
        Interruption(FakeContext(active=False)).check()
    assert caught.value.code is grpc.StatusCode.CANCELLED


def test_a_wait_ends_with_the_callers_time():
    """A reading does not go on beyond the deadline, and the text says what was over."""
    context = FakeContext(time_remaining=0.0)
    with pytest.raises(AbortedError) as caught:
        Interruption(context).wait(30.0)
    assert caught.value.code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert "time" in caught.value.text


def test_a_plug_in_that_stops_tells_so():
    """A run that the plug-in ends itself tells its caller why."""
    run = Interruption(FakeContext())
    run.stop("The plug-in is stopping.")
    with pytest.raises(AbortedError) as caught:
        run.wait(30.0)
    assert caught.value.code is grpc.StatusCode.UNAVAILABLE
    assert caught.value.text == "The plug-in is stopping."


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        ({"a.log": 1}, "a.log acknowledged 1 record of this run: repeating"),
        ({"a.log": 37, "b.db": 37}, "a.log acknowledged 37 records, and b.db acknowledged 37 rec"),
        ({"a.log": 37, "b.db": 0}, "37 records, and b.db acknowledged no records of this run: re"),
    ],
)
def test_an_early_end_tells_what_is_logged(stored, words):
    """Who cancels in the middle learns how much of the run is logged, and where."""
    context = FakeContext()
    run = Interruption(context)
    run.stored.update(stored)
    context.cancel()
    with pytest.raises(AbortedError, match=words):
        run.check()


def test_an_early_end_does_not_speak_of_what_is_not_there():
    """Of a run that logged nothing yet, the caller is told why it ended, and nothing else."""
    run = Interruption(FakeContext())
    run.stored.update({"a.log": 0, "b.db": 0})
    assert run.told("Ended.") == "Ended."


@pytest.mark.parametrize(
    ("limit", "remaining", "expected"),
    [
        (60.0, ENDLESS, 60.0),
        (60.0, 600.0, 60.0),
        (60.0, 10.0, 9.0),
        (60.0, 1.0, 0.75),
        (0.0, 10.0, 0.0),
        (-1.0, 10.0, 9.0),
        (-1.0, ENDLESS, 3600.0),
        (math.inf, ENDLESS, 3600.0),
        (7200.0, 1e6, 3600.0),
    ],
)
def test_a_reservation_never_waits_beyond_the_deadline(limit, remaining, expected):
    """The time-out is the limit or what is left, less what telling the caller needs; or an hour."""
    run = Interruption(FakeContext(remaining))
    assert run.reserve_timeout(limit) == pytest.approx(expected)


def test_no_reservation_is_begun_for_nobody():
    """A run that was cancelled does not enter the queue any more."""
    context = FakeContext()
    run = Interruption(context)
    context.cancel()
    with pytest.raises(AbortedError):
        run.reserve_timeout(60.0)


def test_a_timeout_must_be_a_number():
    """NaN, which compares with nothing, is refused."""
    with pytest.raises(InvalidRequestError, match="reserve_timeout"):
        Interruption(FakeContext()).reserve_timeout(math.nan)


@pytest.mark.parametrize(
    ("remaining", "expected"), [(60.0, 30.0), (10.0, 9.0), (2.0, 1.5), (-1.0, 0.0)]
)
def test_a_log_is_never_waited_for_beyond_the_deadline(remaining, expected):
    """The time of a call is the limit or what is left, less what telling the caller needs."""
    run = Interruption(FakeContext(remaining))
    assert run.call_timeout(30.0) == pytest.approx(expected)


def test_the_last_of_the_time_is_for_telling():
    """Who waits for a log is told to give up before the deadline, so that the text arrives."""
    context = FakeContext(10.0)
    run = Interruption(context)
    context.time_remaining = 1.1
    assert not run.nearly_over.is_set()
    context.time_remaining = 0.9
    assert run.nearly_over.is_set()
    assert not run.asked.is_set()


def test_any_thread_may_see_that_the_time_is_nearly_over():
    """A client looks from threads of its own, in which the SDK knows nothing of the run."""
    context = FakeContext(10.0)
    run = Interruption(context)
    context.time_remaining = 0.5
    with ThreadPoolExecutor(1) as others:
        assert others.submit(run.nearly_over.is_set).result(10.0)
