"""Converting requests: small ones at once, big ones beside the loop and few at a time."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable

import pytest

from session_sharing.errors import InvalidRequestError, TooLargeError
from session_sharing.records import RecordLimits
from session_sharing.service.conversion import BIG_CONVERSIONS, INLINE_BYTES, Conversion

DEADLINE = 10.0  # seconds
BIG = INLINE_BYTES + 1


class Work:
    """Conversions that run until `gate` is opened; `_guard` guards the counts."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self._guard = threading.Lock()
        self.running = 0
        self.begun = 0

    def __call__(self) -> bytes:
        """Run as one of them."""
        with self._guard:
            self.running += 1
            self.begun += 1
        assert self.gate.wait(DEADLINE)
        with self._guard:
            self.running -= 1
        return b"done"


async def settle(condition: Callable[[], bool]) -> None:
    """Let the loop and the threads run until something holds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + DEADLINE
    while not condition():
        assert loop.time() < deadline
        await asyncio.sleep(0.001)


async def turns(times: int = 50) -> None:
    """Give everything that could go on the chance to."""
    for _ in range(times):
        await asyncio.sleep(0.001)


def test_big_requests_leave_the_loop_alone() -> None:
    """A request that is small is converted where it is; one byte more, and a thread does it."""

    def where() -> bytes:
        return threading.current_thread().name.encode()

    async def both() -> list[bytes]:
        conversion = Conversion()
        return [await conversion.run(size, where) for size in (INLINE_BYTES, BIG)]

    assert asyncio.run(both()) == [threading.current_thread().name.encode(), b"convert records"]


def test_request_over_the_limit_is_not_looked_at() -> None:
    """What is too big is refused by its size, before anything is done with it."""

    def convert() -> bytes:
        raise AssertionError("it was looked at")

    conversion = Conversion(RecordLimits(10, 20))
    with pytest.raises(TooLargeError) as caught:
        asyncio.run(conversion.run(21, convert))
    assert (caught.value.size, caught.value.limit) == (21, 20)
    with pytest.raises(TooLargeError) as caught:
        asyncio.run(conversion.run(16, convert, limit=15))
    assert (caught.value.size, caught.value.limit) == (16, 15)


def test_few_big_requests_are_converted_at_once() -> None:
    """The others wait for a slot; all are converted in the end."""

    async def run() -> list[bytes]:
        conversion, work = Conversion(), Work()
        calls = [asyncio.create_task(conversion.run(BIG, work)) for _ in range(7)]
        await settle(lambda: work.running == BIG_CONVERSIONS)
        await turns()
        assert work.begun == BIG_CONVERSIONS
        work.gate.set()
        return await asyncio.wait_for(asyncio.gather(*calls), DEADLINE)

    assert asyncio.run(run()) == [b"done"] * 7


def test_caller_that_gives_up_frees_no_slot_that_is_in_use() -> None:
    """Threads that nobody waits for any more count as long as they run; then others go on."""

    async def run() -> bytes:
        conversion, left, work = Conversion(), Work(), Work()
        gone = [asyncio.create_task(conversion.run(BIG, left)) for _ in range(4)]
        await settle(lambda: left.running == BIG_CONVERSIONS)
        for call in gone:
            call.cancel()
        assert {type(told) for told in await asyncio.gather(*gone, return_exceptions=True)} == {
            asyncio.CancelledError
        }
        after = asyncio.create_task(conversion.run(BIG, work))
        await turns()
        assert work.begun == 0
        left.gate.set()
        work.gate.set()
        return await asyncio.wait_for(after, DEADLINE)

    assert asyncio.run(run()) == b"done"


def test_refusals_free_their_slots_and_are_told_once() -> None:
    """A conversion that fails gives its slot back; if its caller is gone nobody complains."""
    complaints: list[dict[str, object]] = []
    gate = threading.Event()

    def refuse() -> bytes:
        assert gate.wait(DEADLINE)
        raise InvalidRequestError("no")

    async def run() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, told: complaints.append(told))
        conversion = Conversion()
        calls = [asyncio.create_task(conversion.run(BIG, refuse)) for _ in range(5)]
        await turns()
        calls[0].cancel()
        gate.set()
        told = await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), DEADLINE)
        assert [type(one) for one in told[1:]] == [InvalidRequestError] * 4
        del calls, told
        gc.collect()
        await turns()

    asyncio.run(run())
    assert complaints == []
