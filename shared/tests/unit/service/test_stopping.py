"""The steps of a stop: each has a limit, and none keeps the others from being run."""

from __future__ import annotations

import asyncio
import logging

import pytest

from session_sharing.service.stopping import within


def test_step_that_ends_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """A stop without trouble leaves no warning in the log."""
    ran = []

    async def step() -> None:
        ran.append(1)

    asyncio.run(within(5, step(), "drain"))
    assert ran == [1]
    assert caplog.records == []


def test_step_that_hangs_is_left_behind(caplog: pytest.LogCaptureFixture) -> None:
    """A step that hangs and ignores its cancellation costs its limit, no more, and is logged."""

    async def stop() -> float:
        release = asyncio.Event()

        async def deaf() -> None:
            while not release.is_set():
                try:
                    await release.wait()
                except asyncio.CancelledError:
                    continue

        loop = asyncio.get_running_loop()
        before = loop.time()
        await within(0.1, deaf(), "drain")
        took = loop.time() - before
        release.set()  # so that the loop can end
        return took

    assert asyncio.run(stop()) < 2
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "drain did not end within 0.1 s" in caplog.text


def test_step_that_fails_is_logged_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    """The error of a step is in the log with its traceback, and the stop goes on."""

    async def step() -> None:
        raise ValueError("the disk is gone")

    asyncio.run(within(5, step(), "drain"))
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "drain failed" in caplog.text
    assert "ValueError: the disk is gone" in caplog.text


def test_step_that_cancels_itself_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """A step that ends cancelled does not cancel the stop."""

    async def step() -> None:
        raise asyncio.CancelledError

    asyncio.run(within(5, step(), "drain"))
    assert "drain was cancelled" in caplog.text
