"""Turns: fair, one at a time, and not stopped by who gives up."""

from __future__ import annotations

import threading

import pytest

from session_sharing.client.turns import Turns

LIMIT = 10


def test_one_at_a_time_in_order_of_arrival() -> None:
    """Callers have their turn alone, and in the order in which they came."""
    turns, order, inside = Turns(), [], []
    entered, proceed = threading.Event(), threading.Event()

    def first() -> None:
        with turns.take():
            entered.set()
            proceed.wait(LIMIT)

    def later(number: int) -> None:
        with turns.take():
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
    with pytest.raises(ValueError, match="mine"), turns.take():
        raise ValueError("mine")
    with turns.take():
        pass


def test_who_gives_up_before_its_turn_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupted wait neither enters early nor stops those behind it."""
    turns = Turns()

    def interrupted(*_: object) -> bool:
        raise KeyboardInterrupt

    with turns.take():
        with monkeypatch.context() as patched:
            patched.setattr(turns._changed, "wait_for", interrupted)
            with pytest.raises(KeyboardInterrupt), turns.take():
                pytest.fail("it was not its turn")
        assert turns._serving == 0, "the turn is still ours"
        done = threading.Event()

        def behind() -> None:
            with turns.take():
                done.set()

        waiting = threading.Thread(target=behind)
        waiting.start()
        assert not done.is_set()
    assert done.wait(LIMIT)
    waiting.join(LIMIT)
