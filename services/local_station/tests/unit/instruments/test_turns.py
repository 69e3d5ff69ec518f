"""Turns of calls for many readings."""

from __future__ import annotations

import asyncio
import time

from local_station.instruments.turns import LARGE, LargeTurns

WORK_SECONDS = 0.01


def test_large_calls_leave_half_of_the_time_to_others():
    """However many large calls come at once, a small one waits for one of them at most."""
    turns, began, small = LargeTurns(), [], []

    async def call():
        async with turns.one(LARGE):
            began.append(time.monotonic())
            time.sleep(WORK_SECONDS)  # noqa: ASYNC251 - work on the event loop

    async def small_call():
        async with turns.one(LARGE - 1):
            small.append(len(began))

    async def scenario():
        await asyncio.gather(*(call() for _ in range(3)), small_call())

    asyncio.run(scenario())
    first, second, third = began
    assert min(second - first, third - second) > 1.9 * WORK_SECONDS
    assert small == [1]
