"""Closing sessions that nobody holds, again and again."""

from __future__ import annotations

import asyncio

from session_sharing.service import detached
from session_sharing.service.detached import DetachedCloser

LIMIT = 10.0


def test_it_looks_until_it_is_stopped(monkeypatch):
    """With a time it looks again and again, with that time; after the stop no more."""
    monkeypatch.setattr(detached, "SHORTEST", 0.001)

    async def main() -> None:
        looks: asyncio.Queue[float] = asyncio.Queue()
        closer = DetachedCloser(looks.put_nowait, 0.01)
        closer.start()
        (task,) = asyncio.all_tasks() - {asyncio.current_task()}
        for _ in range(3):
            assert await asyncio.wait_for(looks.get(), LIMIT) == 0.01
        closer.stop()
        await asyncio.wait({task}, timeout=LIMIT)
        assert task.cancelled()

    asyncio.run(main())


def test_failure_ends_nothing(monkeypatch, caplog):
    """A look that fails is logged, and another follows."""
    monkeypatch.setattr(detached, "SHORTEST", 0.001)

    async def main() -> None:
        looks: asyncio.Queue[float] = asyncio.Queue()

        def fail(after: float) -> None:
            looks.put_nowait(after)
            raise RuntimeError("a defect")

        closer = DetachedCloser(fail, 0.01)
        closer.start()
        for _ in range(2):
            await asyncio.wait_for(looks.get(), LIMIT)
        closer.stop()

    asyncio.run(main())
    assert "a defect" in caplog.text


def test_without_a_time_it_never_looks():
    """Where the operator chose nothing, no task is there that could close anything."""

    async def main() -> None:
        closer = DetachedCloser(lambda after: None, None)
        closer.start()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        closer.stop()

    asyncio.run(main())
