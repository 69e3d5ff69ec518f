"""How long a service that is away is waited for."""

from __future__ import annotations

from itertools import islice

from session_sharing.client.patience import Patience, pauses


def test_time_runs_from_the_making_on():
    """What is left shrinks with the clock, and is never negative."""
    now = [100.0]
    patience = Patience(30.0, clock=lambda: now[0])
    now[0] = 129.0
    assert (patience.remaining, patience.is_over) == (1.0, False)
    now[0] = 131.0
    assert (patience.remaining, patience.is_over) == (0.0, True)


def test_who_breaks_off_waits_no_more():
    """A call that nobody wants any more is over, whatever time it has."""
    wanted = [True]
    patience = Patience(30.0, lambda: not wanted[0])
    assert not patience.is_over
    wanted[0] = False
    assert patience.is_over
    assert patience.is_broken_off
    assert patience.remaining > 0


def test_pauses_double_to_a_second():
    """A service is looked for soon at first, and at least once a second for as long as it takes."""
    assert list(islice(pauses(), 7)) == [0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0]
