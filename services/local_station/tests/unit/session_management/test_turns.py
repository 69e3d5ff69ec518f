"""Taking turns on the event loop."""

from __future__ import annotations

import asyncio

from local_station.session_management.turns import Turns

LIMIT = 20


def test_others_go_on_between_the_turns_of_many():
    """Of many requests that end in one moment, the last does not wait with all others behind it."""
    order = []

    async def take_turn(turns, number):
        await turns.next()
        order.append(number)

    async def scenario():
        turns = Turns()
        tasks = [asyncio.create_task(take_turn(turns, n), name=f"turn {n}") for n in range(9)]
        for _ in range(5):
            await asyncio.sleep(0)
        order.append("another")
        await asyncio.gather(*tasks)

    asyncio.run(asyncio.wait_for(scenario(), LIMIT))
    assert [each for each in order if each != "another"] == list(range(9))
    assert 0 < order.index("another") < 8
