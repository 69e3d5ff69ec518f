"""The executor: opening, closing and answering, as the registry wants it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone

import pytest

from session_sharing.core import Answer, CloseResource, OpenResource, Registry, ReopenResource
from session_sharing.errors import InternalError, SharingError, UnavailableError
from session_sharing.service import handles
from session_sharing.service.executor import EffectExecutor
from session_sharing.service.threads import NoThreadError, in_thread
from session_sharing.testing.memory import MemoryDriver

LIMIT = 10.0
NOW = datetime(2026, 1, 2, tzinfo=timezone.utc)


class RecordingRegistry(Registry):
    """A registry that is told how things went, and wants nothing done."""

    def __init__(self) -> None:
        super().__init__(lambda: "", lambda: "")
        self.told: asyncio.Queue[tuple[str, str, SharingError | None]] = asyncio.Queue()

    def opened(self, session_name, now):
        """Note it."""
        self.told.put_nowait(("opened", session_name, None))
        return []

    def open_failed(self, session_name, error, now):
        """Note it."""
        self.told.put_nowait(("open failed", session_name, error))
        return []

    def closed(self, session_name, error, now):
        """Note it."""
        self.told.put_nowait(("closed", session_name, error))
        return []


def run(work) -> None:
    """Run work with an executor."""

    async def main() -> None:
        driver, registry = MemoryDriver(), RecordingRegistry()
        executor = EffectExecutor(driver, registry, lambda: NOW)
        await asyncio.wait_for(work(executor, driver, registry), LIMIT)

    asyncio.run(main())


def test_open_and_close_are_reported():
    """What the registry wants opened and closed is, and the registry is told when it happened."""

    async def work(executor, driver, registry):
        executor.carry_out([OpenResource("s", "data", "Data")])
        assert await registry.told.get() == ("opened", "s", None)
        assert executor.sessions["s"].handle == ["data"]
        ending = executor.sessions["s"].ending
        assert not ending.is_set()
        executor.carry_out([CloseResource("s")])
        assert await registry.told.get() == ("closed", "s", None)
        assert ending.is_set(), "streams end with the closing"
        assert (executor.sessions, driver.closed) == ({}, {"data": 1})

    run(work)


@pytest.mark.parametrize("error", [ValueError("secret"), SystemExit(1), StopIteration()])
def test_driver_that_breaks_is_reported(error, caplog):
    """Whatever a driver raises, the registry is told an error, and the log holds the details."""

    async def work(executor, driver, registry):
        driver.open_error = error
        executor.carry_out([OpenResource("s", "data", "data")])
        kind, name, told = await registry.told.get()
        assert (kind, name, type(told)) == ("open failed", "s", InternalError)
        assert "secret" not in told.message
        assert executor.sessions == {}

    run(work)
    assert any(record.exc_info for record in caplog.records)


def test_failing_close_frees_the_session():
    """A close that fails is reported with its error, and the session is gone all the same."""

    async def work(executor, driver, registry):
        executor.carry_out([OpenResource("s", "data", "data")])
        await registry.told.get()
        driver.close_error = OSError("the share is away")
        executor.carry_out([CloseResource("s")])
        kind, _, error = await registry.told.get()
        assert (kind, type(error)) == ("closed", UnavailableError)
        assert executor.sessions == {}

    run(work)


def test_one_error_for_many_is_one_for_each():
    """Calls that fail for one reason each get an error of their own: tracebacks grow in them."""

    async def work(executor, driver, registry):
        error = UnavailableError("away", retry_delay=1.0)
        tickets = [executor.new_ticket() for _ in range(3)]
        executor.carry_out([Answer(ticket, error) for ticket in tickets])
        raised = [ticket.exception() for ticket in tickets]
        assert len({id(each) for each in [error, *raised]}) == 4
        assert all(vars(each) == vars(error) for each in raised)

    run(work)


def test_answer_to_who_went_away_is_dropped():
    """An answer for a call that was cancelled meanwhile does no harm to the others."""

    async def work(executor, driver, registry):
        gone, there = executor.new_ticket(), executor.new_ticket()
        gone.cancel()
        executor.carry_out([Answer(gone, UnavailableError("x")), Answer(there, "answer")])
        assert await there == "answer"

    run(work)


def test_stop_shares_a_close_that_is_under_way():
    """A handle that is being closed when the stop comes is closed once, and waited for."""

    async def work(executor, driver, registry):
        executor.carry_out([OpenResource("s", "data", "data")])
        await registry.told.get()
        driver.closing.shut()
        stopping = asyncio.ensure_future(executor.shut_down(LIMIT))
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, driver.closing.wait_for_one)
        executor.carry_out([CloseResource("s")])
        await asyncio.sleep(0)
        assert not stopping.done()
        driver.closing.open()
        await stopping
        assert (await registry.told.get())[0] == "closed"
        assert driver.closed == {"data": 1}

    run(work)


def test_close_that_finds_no_thread_is_tried_again(monkeypatch):
    """Where no thread can be started the handle stays open, and is closed when one can."""
    refusals = iter([NoThreadError("none left", retry_delay=0.001)] * 3)

    def scarce(name, work):
        refusal = next(refusals, None) if name.startswith("close") else None
        if refusal is None:
            return in_thread(name, work)
        future = asyncio.get_running_loop().create_future()
        future.set_exception(refusal)
        return future

    monkeypatch.setattr(handles, "in_thread", scarce)

    async def work(executor, driver, registry):
        executor.carry_out([OpenResource("s", "data", "Data")])
        await registry.told.get()
        executor.carry_out([CloseResource("s")])
        assert await registry.told.get() == ("closed", "s", None)
        assert driver.closed == {"data": 1}
        assert next(refusals, None) is None

    run(work)


def test_handle_that_comes_after_the_stop_is_closed():
    """A resource that opens again only when the stop has given up waiting is closed at once."""

    async def work(executor, driver, registry):
        driver.opening.shut()
        executor.carry_out([ReopenResource("s", "data", "data")])
        await executor.shut_down(0.01)
        (reopening,) = executor._tasks
        driver.opening.open()
        await reopening
        assert (driver.opened, driver.closed) == ({"data": 1}, {"data": 1})

    run(work)
