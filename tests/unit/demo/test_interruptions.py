"""Ctrl-C: noted at once, acted on in a wait."""

from __future__ import annotations

import signal
from concurrent.futures import Future

import pytest

from demo.interruptions import Interruptions


def test_waits_end_when_it_is_done() -> None:
    """A wait that is fulfilled, or that takes too long, says so."""
    with Interruptions() as interruptions:
        assert interruptions.wait(lambda _: True, 10.0)
        assert not interruptions.wait(lambda _: False, 0.0)
        future: Future[int] = Future()
        with pytest.raises(TimeoutError):
            interruptions.result(future, 0.0)
        future.set_result(7)
        assert interruptions.result(future, 0.0) == 7


def test_interruptions_wait_for_a_wait() -> None:
    """Ctrl-C interrupts nothing but a wait, so that nothing is left half done."""
    with Interruptions() as interruptions:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGTERM)
        assert interruptions.asked
        with pytest.raises(KeyboardInterrupt):
            interruptions.wait(lambda _: True, 10.0)


def test_signals_are_given_back() -> None:
    """Afterwards Ctrl-C is what it was before."""
    before = signal.getsignal(signal.SIGINT)
    with Interruptions():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
