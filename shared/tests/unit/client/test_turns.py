"""Turns: fair, one at a time, and not stopped by who gives up."""

from __future__ import annotations

import threading
import time

import pytest

from session_sharing.client.patience import Patience
from session_sharing.client.turns import Turns
from session_sharing.errors import UnavailableError

LIMIT = 10


def test_one_at_a_time_in_order_of_arrival() -> None:
    """Callers have their turn alone, and in the order in which they came."""
    turns, order, inside = Turns(), [], []
    entered, proceed = threading.Event(), threading.Event()

    def first() -> None:
        with turns.take(Patience(LIMIT), str):
            entered.set()
            proceed.wait(LIMIT)

    def later(number: int) -> None:
        with turns.take(Patience(LIMIT), str):
            inside.append(number)
            assert inside == [number]
            order.append(number)
            inside.remove(number)

    threads = [threading.Thread(target=first)]
    threads[0].start()
    assert entered.wait(LIMIT)
    for number in range(20):
        threads.append(threading.Thread(target=later, args=(number,)))
        threads[-1].start()
        drawn = threading.Event()
        while turns._next < number + 2:  # It has drawn its number before the next one comes.
            drawn.wait(0.001)
    proceed.set()
    for thread in threads:
        thread.join(LIMIT)
    assert order == list(range(20))


def test_failure_gives_the_turn_on() -> None:
    """Who fails during its turn does not keep the turn."""
    turns = Turns()
    with pytest.raises(ValueError, match="mine"), turns.take(Patience(LIMIT), str):
        raise ValueError("mine")
    with turns.take(Patience(LIMIT), str):
        pass


def test_who_gives_up_before_its_turn_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupted wait neither enters early nor stops those behind it."""
    turns = Turns()

    def interrupted(*_: object) -> bool:
        raise KeyboardInterrupt

    with turns.take(Patience(LIMIT), str):
        with monkeypatch.context() as patched:
            patched.setattr(turns._changed, "wait", interrupted)
            with pytest.raises(KeyboardInterrupt), turns.take(Patience(LIMIT), str):
                pytest.fail("it was not its turn")
        assert turns._serving == 0, "the turn is still ours"
        done = threading.Event()

        def behind() -> None:
            with turns.take(Patience(LIMIT), str):
                done.set()

        waiting = threading.Thread(target=behind)
        waiting.start()
        assert not done.is_set()
    assert done.wait(LIMIT)
    waiting.join(LIMIT)


@pytest.mark.parametrize(
    ("seconds", "is_broken_off", "words"),
    [(0.05, False, "did not come to its turn in 0.1 s"), (LIMIT, True, "was broken off")],
)
def test_wait_for_a_turn_has_an_end(seconds: float, is_broken_off: bool, words: str) -> None:
    """Who is out of patience before its turn is told that nothing was sent; others go on."""
    turns, began = Turns(), time.monotonic()
    with turns.take(Patience(LIMIT), str):
        with (
            pytest.raises(UnavailableError, match="Logging 3 records was not done") as told,
            turns.take(Patience(seconds, lambda: is_broken_off), lambda: "logging 3 records"),
        ):
            pytest.fail("it was not its turn")
        assert time.monotonic() - began < LIMIT / 2
        assert words in told.value.message
        assert "nothing was sent" in told.value.message
    with turns.take(Patience(LIMIT), str):
        pass


def test_free_turn_needs_no_patience() -> None:
    """Who gives the service no time at all has its turn where nobody else wants it."""
    with Turns().take(Patience(0.0), str):
        pass
