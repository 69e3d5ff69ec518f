"""An open session with its operations and streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from session_sharing.errors import SessionAbortedError
from session_sharing.service import operations
from session_sharing.service.operations import OpenSession, closed_under_it

LIMIT = 5.0


def session() -> OpenSession[str]:
    """Return an open session."""
    return OpenSession("name", "key", "handle")


def test_idle_only_between_operations():
    """A session is idle when no operation runs, also where one task nests two."""

    async def work() -> None:
        held = session()
        assert held.idle.is_set()
        with held.operation():
            with held.operation():
                assert not held.idle.is_set()
            assert not held.idle.is_set()
        assert held.idle.is_set()

    asyncio.run(work())


def test_abort_ends_running_operations_with_the_reason():
    """Operations that run are ended by an abort, and say by whom; later ones are untouched."""

    async def operate(held: OpenSession[str]) -> None:
        with held.operation():
            await asyncio.Event().wait()

    async def work() -> None:
        held = session()
        tasks = [asyncio.create_task(operate(held)) for _ in range(2)]
        await asyncio.sleep(0)
        held.abort_operations(closed_under_it("somebody"))
        for task in tasks:
            with pytest.raises(SessionAbortedError, match="closed by somebody while this call ran"):
                await asyncio.wait_for(task, LIMIT)
        assert held.idle.is_set()

    asyncio.run(work())


def test_call_that_is_cancelled_is_no_abort():
    """An operation whose caller goes away is cancelled, as ever."""

    async def work() -> None:
        held = session()

        async def operate() -> None:
            with held.operation():
                await asyncio.Event().wait()

        task = asyncio.create_task(operate())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert held.idle.is_set()

    asyncio.run(work())


def test_operation_that_fails_keeps_its_error():
    """What an operation raises by itself is not hidden."""

    async def work() -> None:
        with pytest.raises(ZeroDivisionError), session().operation():
            raise ZeroDivisionError

    asyncio.run(work())


async def numbers(count: int, *, then_wait: bool) -> AsyncIterator[int]:
    """Yield numbers, then end or wait for ever."""
    for number in range(count):
        yield number
    if then_wait:
        await asyncio.Event().wait()


@pytest.mark.parametrize("then_wait", [False, True])
def test_stream_ends_with_its_source_or_with_the_session(then_wait):
    """A stream yields all its source has, and ends with the source or with the session."""

    async def work() -> list[int]:
        held, found = session(), []
        async for number in held.until_ending(numbers(3, then_wait=then_wait)):
            found.append(number)
            if number == 2:
                held.ending.set()
        return found

    assert asyncio.run(asyncio.wait_for(work(), LIMIT)) == [0, 1, 2]


def test_stream_of_a_source_that_fails_fails():
    """What the source of a stream raises reaches who reads it."""

    async def failing() -> AsyncIterator[int]:
        yield 1
        raise OSError("gone")

    async def work() -> list[int]:
        return [number async for number in session().until_ending(failing())]

    with pytest.raises(OSError, match="gone"):
        asyncio.run(work())


def test_busy_source_cannot_hold_up_the_end(monkeypatch):
    """A source that always has more does not keep a stream from ending with its session."""
    monkeypatch.setattr(operations, "LEFTOVER_SECONDS", 0.05)

    async def endless() -> AsyncIterator[int]:
        number = 0
        while True:
            yield number
            number += 1

    async def work() -> None:
        held = session()
        async for number in held.until_ending(endless()):
            if number == 5:
                held.ending.set()

    asyncio.run(asyncio.wait_for(work(), LIMIT))


def test_source_may_yield_what_is_left_when_the_session_closes():
    """What was acknowledged before the closing still reaches who follows; then the stream ends."""

    async def work() -> list[str]:
        held = session()

        async def leftovers() -> AsyncIterator[str]:
            yield "before"
            await held.ending.wait()
            for _ in range(5):  # To read what is left takes a while.
                await asyncio.sleep(0)
            yield "left"

        got = []
        async for item in held.until_ending(leftovers()):
            got.append(item)
            held.ending.set()
        return got

    assert asyncio.run(asyncio.wait_for(work(), LIMIT)) == ["before", "left"]


@pytest.mark.parametrize("then_wait", [False, True])
@pytest.mark.parametrize("end", ["reader leaves", "reader is cancelled", "session closes"])
def test_source_is_closed_when_its_stream_is(monkeypatch, end, then_wait):
    """However a stream ends, what its source holds, a file for example, is given back by then."""
    monkeypatch.setattr(operations, "LEFTOVER_SECONDS", 0.05)
    given_back = []

    async def source() -> AsyncIterator[int]:
        try:
            async for number in numbers(2, then_wait=then_wait):
                yield number
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            given_back.append(True)

    kept = source()  # Kept, so that nothing but the stream closes it.

    async def read(held: OpenSession[str], read_first: asyncio.Event) -> None:
        async with aclosing(held.until_ending(kept)) as stream:
            async for number in stream:
                if number == 1:
                    read_first.set()
                    if end == "reader leaves":
                        return

    async def work() -> None:
        held, read_first = session(), asyncio.Event()
        reading = asyncio.create_task(read(held, read_first))
        await read_first.wait()
        await asyncio.sleep(0)
        if end == "reader is cancelled":
            reading.cancel()
        elif end == "session closes":
            held.ending.set()
        await asyncio.wait({reading}, timeout=LIMIT)
        assert reading.done()
        assert given_back == [True]

    asyncio.run(work())


def test_wait_closed_tells_whether_it_happened():
    """Waiting for the end of a session returns at once when it comes, else after its time."""

    async def work() -> tuple[bool, bool]:
        held = session()
        early = await held.wait_closed(0.01)
        asyncio.get_running_loop().call_soon(held.closed.set)
        return early, await held.wait_closed(LIMIT)

    assert asyncio.run(work()) == (False, True)
