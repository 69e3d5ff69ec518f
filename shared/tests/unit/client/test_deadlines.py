"""Deadlines: what takes too long is ended, once; what does not is left alone."""

from __future__ import annotations

import threading

import pytest

from session_sharing.client.deadlines import Deadlines

DEADLINE = 10.0  # seconds


def test_block_that_takes_too_long_is_ended() -> None:
    """A block that waits for ever is ended when its time is up, and knows why."""
    ended = threading.Event()
    with Deadlines().within(0.0, ended.set) as deadline:
        assert ended.wait(DEADLINE)
    assert deadline.is_over


def test_block_that_ends_in_time_is_left_alone() -> None:
    """A block that ended is never ended any more, however many are watched after it."""
    deadlines = Deadlines()
    ended, other = threading.Event(), threading.Event()
    with deadlines.within(0.05, ended.set) as deadline:
        pass
    with deadlines.within(0.06, other.set):
        assert other.wait(DEADLINE)
    assert not ended.is_set()
    assert not deadline.is_over


def test_errors_pass() -> None:
    """What the block raises passes, and nothing stays behind to be watched."""
    deadlines = Deadlines()
    with pytest.raises(KeyError), deadlines.within(DEADLINE, lambda: None):
        raise KeyError
    assert not deadlines._watched


def test_nobody_is_woken_while_nothing_is_watched() -> None:
    """The thread ends when it was not needed for a while, and comes back when it is."""
    deadlines = Deadlines(idle_seconds=0.0)
    for _ in range(2):
        ended = threading.Event()
        with deadlines.within(0.0, ended.set):
            thread = deadlines._thread
            assert thread is not None
            assert ended.wait(DEADLINE)
        thread.join(DEADLINE)
        assert not thread.is_alive()


def test_thread_that_is_about_to_end_stays_for_who_counts_on_it() -> None:
    """A block that is entered while the thread decides to end is watched all the same."""
    deadlines = Deadlines()
    with deadlines.within(DEADLINE, lambda: None):
        thread = deadlines._thread
        assert not deadlines._may_end()
        assert deadlines._thread is thread
    assert deadlines._may_end()
