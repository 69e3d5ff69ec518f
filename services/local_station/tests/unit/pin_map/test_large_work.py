"""Work beside the event loop."""

from __future__ import annotations

import asyncio
import threading

import pytest

from local_station.pin_map.large_work import LARGE, MOST_WAITING, LargeWork
from session_sharing.errors import ResourceExhaustedError

LIMIT = 20


def _run(scenario, limit=MOST_WAITING):
    asyncio.run(asyncio.wait_for(scenario(LargeWork(limit=limit)), LIMIT))


def test_large_work_is_done_in_order_beside_the_loop():
    """Others go on meanwhile; who comes later is done later."""
    begun, order = threading.Event(), []
    release = threading.Event()

    def first():
        begun.set()
        assert release.wait(LIMIT)
        order.append((1, threading.current_thread().name))

    async def scenario(large):
        one = asyncio.create_task(large.do("one", LARGE, first), name="one")
        two = asyncio.create_task(large.do("two", LARGE, lambda: order.append((2, ""))), name="two")
        assert await asyncio.to_thread(begun.wait, LIMIT)
        assert await large.do("small", LARGE - 1, lambda: "at once") == "at once"
        release.set()
        await asyncio.gather(one, two)

    _run(scenario)
    assert order == [(1, "one"), (2, "")]


@pytest.mark.parametrize("size", [0, LARGE])
def test_what_work_raises_is_raised_to_the_caller(size):
    """An error is told to the one who asked, wherever the work was done."""

    async def scenario(large):
        with pytest.raises(ZeroDivisionError):
            await large.do("wrong", size, lambda: 1 // 0)
        assert await large.do("right", size, lambda: 1) == 1

    _run(scenario)


def test_work_of_a_caller_who_went_away_is_ended_before_the_next():
    """Requests that are cancelled cannot have many threads at once, and leave room for others."""
    begun, release, order = threading.Event(), threading.Event(), []

    def first():
        begun.set()
        assert release.wait(LIMIT)
        order.append(1)

    async def scenario(large):
        gone = asyncio.create_task(large.do("gone", LARGE, first), name="gone")
        assert await asyncio.to_thread(begun.wait, LIMIT)
        gone.cancel()
        await asyncio.wait({gone})
        following = asyncio.create_task(large.do("next", LARGE, lambda: order.append(2)), name="x")
        await asyncio.sleep(0)
        with pytest.raises(ResourceExhaustedError, match="1 large requests are under way"):
            await large.do("refused", LARGE, lambda: order.append(3))
        release.set()
        await following

    _run(scenario, limit=1)
    assert order == [1, 2]
