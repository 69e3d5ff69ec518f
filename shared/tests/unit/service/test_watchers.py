"""Those who watch the sessions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timezone

import pytest

from session_sharing.core import EventKind, SessionEvent
from session_sharing.errors import ResourceExhaustedError
from session_sharing.service import watchers
from session_sharing.service.watchers import Watchers

NOW = datetime(2026, 1, 2, tzinfo=timezone.utc)


def event(number: int) -> SessionEvent:
    """Return an event that is told from others by its text."""
    return SessionEvent(EventKind.ATTACHED, NOW, text=str(number))


def test_every_watcher_is_told_everything_in_order():
    """Watchers get what was there first, then each event once, in order, until the stop."""

    async def texts(watch: AsyncIterator[SessionEvent]) -> list[str]:
        return [found.text async for found in watch]

    async def work() -> list[list[str]]:
        told = Watchers()
        watches = [told.watch([event(-1)]) for _ in range(2)]
        firsts = [await anext(watch) for watch in watches]
        for number in range(100):
            told.tell(event(number))
        told.stop()
        return [
            [first.text, *await texts(watch)] for first, watch in zip(firsts, watches, strict=True)
        ]

    expected = [str(number) for number in range(-1, 100)]
    assert asyncio.run(work()) == [expected, expected]


def test_watcher_that_lags_is_dropped_alone(monkeypatch):
    """Who lags behind reads what was kept, then is told that it was dropped; others go on."""
    monkeypatch.setattr(watchers, "CAPACITY", 3)

    async def work() -> None:
        told = Watchers()
        slow, quick = told.watch([event(-1)]), told.watch([event(-1)])
        await anext(slow)
        await anext(quick)
        for number in range(10):
            told.tell(event(number))
            assert (await anext(quick)).text == str(number)
        assert [(await anext(slow)).text for _ in range(3)] == ["0", "1", "2"]
        with pytest.raises(ResourceExhaustedError, match="lagged"):
            await anext(slow)
        assert len(told._queues) == 1

    asyncio.run(work())


def test_watch_after_the_stop_ends():
    """A watch that begins when all have ended is told what is there, and ends."""

    async def work() -> list[SessionEvent]:
        told = Watchers()
        told.stop()
        return await asyncio.wait_for(collect(told), 5)

    async def collect(told: Watchers) -> list[SessionEvent]:
        return [found async for found in told.watch([event(1)])]

    assert asyncio.run(work()) == [event(1)]
