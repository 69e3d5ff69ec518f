"""Undoing what a call has done, with a task that sends its answer as gRPC does."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from local_station.session_management.delivery import undone_unless_sent

LIMIT = 20


class Call:
    """A call that is answered by a task, which keeps to itself how the sending ends."""

    def __init__(self):
        self.undone = 0
        self.sending = asyncio.get_running_loop().create_future()

    def _undo(self):
        self.undone += 1

    async def method(self, failure=None):
        """Return the answer, or fail."""
        with undone_unless_sent(self._undo):
            await asyncio.sleep(0)
            if failure is not None:
                raise failure
            return "answer"

    async def answer(self):
        """Send what the method returns."""
        assert await self.method() == "answer"
        with suppress(ConnectionError, asyncio.CancelledError):
            await self.sending

    async def end_without_sending(self):
        """Find that nothing can be sent."""
        await self.method()


def _run(scenario):
    asyncio.run(asyncio.wait_for(scenario(), LIMIT))


@pytest.mark.parametrize(
    ("end", "undone"),
    [
        (lambda sending: sending.set_result(None), 0),
        (lambda sending: sending.set_exception(ConnectionError()), 1),
        (lambda sending: sending.cancel(), 1),
    ],
)
def test_call_is_undone_if_its_answer_cannot_be_sent(end, undone):
    """Who gave up before its answer left has nothing; who got it keeps what it got."""

    async def scenario():
        call = Call()
        task = asyncio.create_task(call.answer(), name="answer")
        for _ in range(5):
            await asyncio.sleep(0)
        assert call.undone == 0
        end(call.sending)
        await task
        assert call.undone == undone

    _run(scenario)


def test_call_is_undone_if_nothing_is_sent():
    """A server that stops meanwhile sends no answer at all."""

    async def scenario():
        call = Call()
        await asyncio.create_task(call.end_without_sending(), name="end")
        await asyncio.sleep(0)
        assert call.undone == 1

    _run(scenario)


@pytest.mark.parametrize("failure", [ValueError(), asyncio.CancelledError()])
def test_call_that_fails_or_is_cancelled_is_undone_once(failure):
    """Nobody is told of what was done, so it is undone."""

    async def scenario():
        call = Call()
        with pytest.raises(type(failure)):
            await call.method(failure)
        await asyncio.sleep(0)
        assert call.undone == 1

    _run(scenario)
