"""Cancelling what runs."""

from __future__ import annotations

from teststand_runner.interpreters import Cancellation


def test_only_what_runs_is_told():
    """An action runs once, within its block alone."""
    told, cancellation = [], Cancellation()
    with cancellation.on_cancel(lambda: told.append("over")):
        pass
    with cancellation.on_cancel(lambda: told.append("running")):
        cancellation.cancel()
        cancellation.cancel()
    assert told == ["running"]
    assert cancellation.is_set


def test_what_begins_after_it_is_told_at_once():
    """Nothing escapes between the cancellation and its beginning."""
    told, cancellation = [], Cancellation()
    cancellation.cancel()
    with cancellation.on_cancel(lambda: told.append("late")):
        assert told == ["late"]


def test_an_action_may_use_the_cancellation():
    """No lock is held while actions run."""
    cancellation = Cancellation()
    with cancellation.on_cancel(cancellation.cancel):
        cancellation.cancel()
    assert cancellation.is_set
