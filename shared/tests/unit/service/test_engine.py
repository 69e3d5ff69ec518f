"""The engine on an event loop, with a driver in memory and without any connection."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from session_sharing.core import EventKind, Outcome, ReleaseMode, ReleaseRequest
from session_sharing.errors import (
    AccessDeniedError,
    AttachmentEndedError,
    InvalidRequestError,
    ResourceNameError,
    ServiceStoppingError,
    SessionAbortedError,
    SessionNotFoundError,
    UnavailableError,
)
from session_sharing.information import ClientIdentity
from session_sharing.service import SessionEngine
from session_sharing.testing.memory import MemoryDriver

LIMIT = 10.0
Engine = SessionEngine[list[str]]


def run(work: Callable[[Engine, MemoryDriver, str], Awaitable[None]], **options: float) -> None:
    """Run work with an engine that has one client."""

    async def main() -> None:
        driver = MemoryDriver()
        engine = SessionEngine(driver, **options)
        client_id = engine.clients.connect("", ClientIdentity("program"))
        try:
            await asyncio.wait_for(work(engine, driver, client_id), LIMIT)
        finally:
            driver.opening.open()
            driver.closing.open()

    asyncio.run(main())


def test_operation_uses_the_handle_that_the_driver_opened():
    """What an operation is given is the driver's handle, the same for all."""

    async def work(engine: Engine, driver: MemoryDriver, client_id: str) -> None:
        told = await engine.initialize("Data", 0, client_id=client_id, attachment_id="a")
        await engine.initialize("dATA?client=b", 0, client_id=client_id, attachment_id="b")
        name = told.session_name
        async with engine.use(name, "a") as first, engine.use(name, "b") as second:
            assert first is second
        assert first == ["data"]

    run(work)


def test_released_session_waits_for_the_close():
    """A release that closes the session returns when the driver has closed it."""

    async def work(engine: Engine, driver: MemoryDriver, client_id: str) -> None:
        told = await engine.initialize("data", 0, client_id=client_id, attachment_id="a")
        driver.closing.shut()
        releasing = asyncio.ensure_future(
            engine.release(ReleaseRequest(client_id, "a", told.session_name))
        )
        await asyncio.get_running_loop().run_in_executor(None, driver.closing.wait_for_one)
        assert not releasing.done()
        driver.closing.open()
        assert (await releasing).outcome is Outcome.CLOSED
        assert driver.closed == {"data": 1}

    run(work)


def test_pending_close_is_waited_for_as_long_as_asked():
    """A release with `wait_closed` answers early if the session closes, else that it is pending."""

    async def work(engine: Engine, driver: MemoryDriver, client_id: str) -> None:
        told = await engine.initialize("data", 0, client_id=client_id, attachment_id="a")
        await engine.initialize("data", 0, client_id=client_id, attachment_id="b")
        ask = ReleaseRequest(client_id, "a", told.session_name, ReleaseMode.ASK_TO_CLOSE)
        pending = await engine.release(ask, wait_closed=0.01)
        assert pending.outcome is Outcome.CLOSE_PENDING
        assert pending.session is not None
        assert len(pending.session.attachments) == 1
        waiting = asyncio.ensure_future(engine.release(ask, wait_closed=LIMIT))
        await asyncio.sleep(0)
        await engine.release(ReleaseRequest(client_id, "b", told.session_name))
        assert (await waiting).outcome is Outcome.CLOSED

    run(work)


def test_wait_for_a_pending_close_ends_while_the_closing_hangs():
    """Who waits for a pending close is answered in time, also if the last one goes and it hangs."""

    async def work(engine: Engine, driver: MemoryDriver, client_id: str) -> None:
        told = await engine.initialize("data", 0, client_id=client_id, attachment_id="a")
        await engine.initialize("data", 0, client_id=client_id, attachment_id="b")
        driver.closing.shut()
        ask = ReleaseRequest(client_id, "a", told.session_name)
        waiting = asyncio.ensure_future(engine.release(ask, wait_closed=0.05))
        await asyncio.sleep(0)
        last = ReleaseRequest(client_id, "b", told.session_name)
        releasing = asyncio.ensure_future(engine.release(last))
        pending = await waiting
        assert pending.outcome is Outcome.CLOSE_PENDING
        assert pending.session is not None
        assert pending.session.attachments == ()
        assert not releasing.done()
        driver.closing.open()
        assert (await releasing).outcome is Outcome.CLOSED

    run(work)


@pytest.mark.parametrize(
    ("resource", "behavior", "expected"),
    [
        ("", 0, ResourceNameError),
        ("data?other=x", 0, ResourceNameError),
        ("!", 0, ResourceNameError),
        ("data", 7, InvalidRequestError),
        ("data", 2, SessionNotFoundError),
    ],
)
def test_refusals_leave_nothing(resource, behavior, expected):
    """A request that is refused has opened nothing, and nothing is listed."""

    async def work(engine: Engine, driver: MemoryDriver, client_id: str) -> None:
        with pytest.raises(expected):
            await engine.initialize(resource, behavior, client_id=client_id, attachment_id="a")
        assert (driver.opened, engine.sessions()) == ({}, [])

    run(work)


def test_name_that_cannot_be_looked_up_is_told():
    """An OSError of `locate` becomes the error that fits."""

    async def work(engine: Engine, driver: MemoryDriver, client_id: str) -> None:
        def refuse(resource: str) -> None:
            raise PermissionError(13, "Permission denied")

        driver.locate = refuse  # type: ignore[method-assign,assignment]
        with pytest.raises(AccessDeniedError, match="find 'data': Permission denied"):
            await engine.initialize("data", 0, client_id=client_id, attachment_id="a")

    run(work)


def test_cancelled_initialize_is_taken_back():
    """Who stops waiting for its Initialize holds nothing, and may ask again."""

    async def work(engine: Engine, driver: MemoryDriver, client_id: str) -> None:
        driver.opening.shut()
        waiting = asyncio.ensure_future(
            engine.initialize("data", 0, client_id=client_id, attachment_id="a")
        )
        await asyncio.get_running_loop().run_in_executor(None, driver.opening.wait_for_one)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        driver.opening.open()
        async for event in engine.watch():
            if event.kind is EventKind.CLOSED:
                break
        told = await engine.initialize("data", 0, client_id=client_id, attachment_id="a")
        assert told.new_session
        assert driver.opened == {"data": 2}

    run(work)


def test_client_without_identity_comes_and_goes():
    """A client without identity makes no attachment; its close ends what nobody holds."""

    async def work(engine: Engine, driver: MemoryDriver, client_id: str) -> None:
        told = await engine.initialize("data", 0)
        async with engine.use(told.session_name, anonymous=True) as handle:
            handle.append("x")
        assert engine.sessions()[0].attachments == ()
        assert engine.sessions()[0].created_by is None
        assert (await engine.close_anonymously(told.session_name)).outcome is Outcome.CLOSED
        with pytest.raises(SessionNotFoundError):
            async with engine.use(told.session_name, anonymous=True):
                pytest.fail("the session is closed")

    run(work)


def test_force_close_gives_operations_their_time():
    """An operation that runs is aborted when its time is over; only then the handle is closed."""

    async def work(engine: Engine, driver: MemoryDriver, client_id: str) -> None:
        told = await engine.initialize("data", 0, client_id=client_id, attachment_id="a")

        async def operate() -> None:
            async with engine.use(told.session_name, "a"):
                try:
                    await asyncio.Event().wait()
                finally:
                    assert driver.closed == {}

        operating = asyncio.ensure_future(operate())
        await asyncio.sleep(0)
        closed = await engine.force_close(told.public_id, "operator, reason: it hangs")
        assert closed.closed_by == "operator, reason: it hangs"
        with pytest.raises(SessionAbortedError, match="it hangs"):
            await operating
        assert driver.closed == {"data": 1}

    run(work, force=0.01)


def test_stop_closes_what_is_open_and_answers_who_waits():
    """A stop finishes operations, closes every handle once, and answers calls that still wait."""

    async def work(engine: Engine, driver: MemoryDriver, client_id: str) -> None:
        told = await engine.initialize("data", 3, client_id=client_id, attachment_id="a")
        driver.opening.shut()
        waiting = asyncio.ensure_future(
            engine.initialize("slow", 0, client_id=client_id, attachment_id="b")
        )
        await asyncio.get_running_loop().run_in_executor(None, driver.opening.wait_for_one)
        await engine.shut_down(0.02)
        with pytest.raises(UnavailableError, match="is stopping"):
            await waiting
        with pytest.raises(UnavailableError, match="is stopping"):
            await engine.initialize("data", 0, client_id=client_id, attachment_id="c")
        with pytest.raises(UnavailableError, match="is stopping"):
            async with engine.use(told.session_name, "a"):
                pytest.fail("the service is stopping")
        assert driver.closed == {"data": 1}
        assert [event.kind async for event in engine.watch()][-1] is EventKind.WATCHING

    run(work)


def test_resource_that_opens_too_late_is_closed():
    """A resource that is open only when the stop has closed all others is closed as well."""

    async def work(engine: Engine, driver: MemoryDriver, client_id: str) -> None:
        driver.opening.shut()
        waiting = asyncio.ensure_future(
            engine.initialize("slow", 0, client_id=client_id, attachment_id="b")
        )
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, driver.opening.wait_for_one)
        await engine.shut_down(0.02)
        driver.closing.shut()
        driver.opening.open()
        await loop.run_in_executor(None, driver.closing.wait_for_one)
        assert isinstance(waiting.exception(), UnavailableError)

    run(work)


def test_stop_aborts_an_operation_that_hangs():
    """An operation that does not end in time is told so, before its handle is closed."""

    async def work(engine: Engine, driver: MemoryDriver, client_id: str) -> None:
        told = await engine.initialize("data", 0, client_id=client_id, attachment_id="a")

        async def operate() -> None:
            async with engine.use(told.session_name, "a"):
                await asyncio.Event().wait()

        operating = asyncio.ensure_future(operate())
        await asyncio.sleep(0)
        await engine.shut_down(0.02)
        with pytest.raises(ServiceStoppingError, match="could not wait longer") as caught:
            await operating
        assert caught.value.maybe_done
        assert driver.closed == {"data": 1}

    run(work)


def test_stored_numbers_are_told_to_who_repeats():
    """The highest stored record number of an attachment is told when it initializes again."""

    async def work(engine: Engine, driver: MemoryDriver, client_id: str) -> None:
        for number in (0, 7, 3):
            engine.stored("a", number)
            told = await engine.initialize("data", 0, client_id=client_id, attachment_id="a")
            engine.stored("a", number)
        assert told.last_record_number == 7
        assert engine.sessions()[0].attachments[0].last_record_number == 7

    run(work)


def test_expired_attachment_is_refused():
    """What a lost client held is released after the grace time, and refused from then on."""

    async def work(engine: Engine, driver: MemoryDriver, client_id: str) -> None:
        told = await engine.initialize("data", 3, client_id=client_id, attachment_id="a")
        watching = engine.watch()
        engine.clients.end(client_id)
        async for event in watching:
            if event.kind is EventKind.EXPIRED:
                break
        with pytest.raises(AttachmentEndedError, match="taken away"):
            async with engine.use(told.session_name, "a"):
                pytest.fail("the attachment is gone")

    run(work, grace=0.0)
