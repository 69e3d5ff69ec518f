"""The health of a service: what its driver's check says, and when it is late."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence

import pytest

from session_sharing.service import health
from session_sharing.service.health import DriverCheck, ServiceHealth
from session_sharing.testing.memory import MemoryDriver

LIMIT = 10.0


class CheckedDriver:
    """A driver that does whatever a test wants when it is checked."""

    def __init__(self, work: Callable[[], Sequence[str]]) -> None:
        self.work = work
        self.checks = 0

    def check(self) -> Sequence[str]:
        """Check."""
        self.checks += 1
        return self.work()


def checked(work: Callable[[], Sequence[str]]) -> list[str]:
    """Return what one check of a driver says."""

    async def check() -> list[str]:
        return await DriverCheck(CheckedDriver(work)).problems()

    return asyncio.run(check())


def test_driver_without_a_check_is_well() -> None:
    """Checking is an option for drivers."""

    async def check() -> list[str]:
        return await DriverCheck(MemoryDriver()).problems()

    assert asyncio.run(check()) == []


def test_problems_of_a_driver_are_told() -> None:
    """What a driver says is wrong is told as it is."""
    assert checked(lambda: ("The disk is full.", "The database is away.")) == [
        "The disk is full.",
        "The database is away.",
    ]


def test_failing_check_is_a_problem(caplog: pytest.LogCaptureFixture) -> None:
    """A check that fails is a problem; if it is a defect, the log holds where it is."""

    def denied() -> Sequence[str]:
        raise PermissionError(13, "Permission denied")

    def defect() -> Sequence[str]:
        raise ZeroDivisionError

    (told,) = checked(denied)
    assert "check what the sessions are stored on: Permission denied" in told
    assert not caplog.records
    assert "defect" in checked(defect)[0]
    assert caplog.records[0].exc_info is not None


def test_hanging_check_is_a_problem_and_is_not_begun_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A check that hangs is told, costs one thread however often it is asked, and may recover."""
    goes_on = threading.Event()

    def hang() -> Sequence[str]:
        goes_on.wait(LIMIT)
        return ()

    async def check() -> None:
        driver = CheckedDriver(hang)
        checks = DriverCheck(driver)
        for limit in (0.05, LIMIT * 2, LIMIT * 2):  # It is late once, and then known to be.
            monkeypatch.setattr(health, "CHECK_LIMIT", limit)
            (told,) = await asyncio.wait_for(checks.problems(), LIMIT)
            assert "does not answer" in told
        assert driver.checks == 1
        goes_on.set()
        assert checks._running is not None
        await asyncio.wait({checks._running}, timeout=LIMIT)
        assert await checks.problems() == []

    asyncio.run(check())


def test_each_problem_is_logged_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The log tells a problem when it comes, not as long as it stays, and that all are over."""
    monkeypatch.setattr(health, "CHECK_SECONDS", 0.0)
    caplog.set_level(logging.WARNING)
    ended = asyncio.Event()
    told = iter([["away"], ["away"], ["away", "full"], [], []])

    def others() -> list[str]:
        problems = next(told, None)
        if problems is None:
            ended.set()
        return problems or []

    async def follow() -> None:
        following = ServiceHealth(DriverCheck(MemoryDriver()), others)
        await following.start()
        await asyncio.wait_for(ended.wait(), LIMIT)
        await following.stop()

    asyncio.run(follow())
    assert [record.getMessage() for record in caplog.records] == [
        "NOT_SERVING: away",
        "NOT_SERVING: full",
        "SERVING again: nothing is wrong any more",
    ]


def test_failure_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A look that fails by a defect is logged, and another follows."""
    monkeypatch.setattr(health, "CHECK_SECONDS", 0.001)

    async def work() -> None:
        looks: asyncio.Queue[None] = asyncio.Queue()

        def fail() -> Sequence[str]:
            looks.put_nowait(None)
            raise RuntimeError("a defect")

        following = ServiceHealth(DriverCheck(object()), fail)
        await following.start()
        for _ in range(2):
            await asyncio.wait_for(looks.get(), 10.0)
        await following.stop()

    asyncio.run(work())
    assert "a defect" in caplog.text
