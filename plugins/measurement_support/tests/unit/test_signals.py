"""Requests to stop a plug-in."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from measurement_support.signals import StopRequests
from session_sharing.signals import stop_signals


@pytest.fixture
def before() -> Iterator[dict[signal.Signals, object]]:
    """Return what the signals do, and let them do it again afterwards."""
    before = {number: signal.getsignal(number) for number in stop_signals()}
    yield before
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", stop_signals())
def test_every_signal_that_asks_to_stop_is_taken(number, before):
    """Ctrl-C, SIGTERM and the end of the terminal stop a plug-in in good order; none kills it."""
    requests = StopRequests()
    assert signal.getsignal(number) != before[number]
    signal.raise_signal(number)
    assert requests.wait() == number.name
