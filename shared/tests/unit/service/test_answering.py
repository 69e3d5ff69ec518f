"""Answering a stream: in order, with further requests begun, and nothing behind a refusal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

import pytest

from session_sharing.service.answering import MOST_BEGUN, Answering

DEADLINE = 20.0


class Stream:
    """Requests that a test gives; each is answered when the test lets it be."""

    def __init__(self, *requests: str, alone: str = "") -> None:
        self.requests: asyncio.Queue[str | None] = asyncio.Queue()
        for request in requests:
            self.requests.put_nowait(request)
        self.alone = alone
        self.begun: list[str] = []
        self.cancelled: list[str] = []
        self.may_end: dict[str, asyncio.Event] = {}
        self.began = asyncio.Semaphore(0)

    async def answer(self, request: str) -> str:
        """Answer a request, as soon as it may be."""
        self.begun.append(request)
        self.may_end.setdefault(request, asyncio.Event())
        self.began.release()
        try:
            await self.may_end[request].wait()
        except asyncio.CancelledError:
            self.cancelled.append(request)
            raise
        return request.upper()

    def let(self, *requests: str) -> None:
        """Let requests be answered."""
        for request in requests:
            self.may_end.setdefault(request, asyncio.Event()).set()

    def answering(self) -> Answering[str, str]:
        """Answer them; those named alone say that nothing follows, and `X` is the last answer."""
        return Answering(
            self.requests.get,
            self.answer,
            lambda request: request not in self.alone,
            lambda answer: answer == "X",
        )


def played(story: Callable[[], Awaitable[Any]]) -> Any:
    """Play a story on an event loop."""
    return asyncio.run(asyncio.wait_for(story(), DEADLINE))  # type: ignore[arg-type]


async def answers_of(stream: Stream) -> list[str]:
    """Return all answers."""
    return [answer async for answer in stream.answering().answers()]


def test_answers_come_in_order() -> None:
    """However long each takes, answers come in the order of the requests."""

    async def story() -> list[str]:
        stream = Stream("a", "b", "c")
        stream.requests.put_nowait(None)
        answering = asyncio.ensure_future(answers_of(stream))
        for _ in "abc":
            await stream.began.acquire()
        assert stream.begun == ["a", "b", "c"], "each is begun before the first is answered"
        stream.let("c", "b")
        await asyncio.sleep(0)
        assert not answering.done()
        stream.let("a")
        return await answering

    assert played(story) == ["A", "B", "C"]


def test_request_that_stands_alone_is_answered_in_place() -> None:
    """While nothing is begun it is not given to a task, and nothing is read meanwhile."""

    async def story() -> None:
        stream = Stream("a", "b", alone="ab")
        async with aclosing(stream.answering().answers()) as answers:
            first = asyncio.ensure_future(anext(answers))
            await stream.began.acquire()
            assert stream.requests.qsize() == 1
            stream.let("a", "b")
            assert await first == "A"
            assert await anext(answers) == "B"

    played(story)


def test_an_answer_waits_for_no_further_request() -> None:
    """A client that sends no more for now gets its answers."""

    async def story() -> None:
        stream = Stream("a")
        async with aclosing(stream.answering().answers()) as answers:
            stream.let("a")
            assert await anext(answers) == "A"

    played(story)


def test_how_many_are_begun_is_bounded() -> None:
    """A client that sends without end fills no memory: what comes behind is not read."""

    async def story() -> int:
        stream = Stream(*(chr(ord("a") + number) for number in range(2 * MOST_BEGUN)))
        async with aclosing(stream.answering().answers()) as answers:
            first = asyncio.ensure_future(anext(answers))
            for _ in range(MOST_BEGUN):
                await stream.began.acquire()
            stream.let("a")
            await first
            return stream.requests.qsize()

    assert played(story) >= MOST_BEGUN - 1


@pytest.mark.parametrize("ends", ["refused", "left"])
def test_nothing_goes_on_behind_the_end(ends: str) -> None:
    """After the last answer, or when the client leaves, what was begun is given up."""

    async def story() -> None:
        stream = Stream("x" if ends == "refused" else "a", "b", "c")
        answers = stream.answering().answers()
        first = asyncio.ensure_future(anext(answers))
        for _ in range(3):
            await stream.began.acquire()
        stream.let("a", "x")
        await first
        if ends == "refused":
            assert [answer async for answer in answers] == []
        else:
            await answers.aclose()
        await asyncio.sleep(0)
        assert stream.cancelled == ["b", "c"]

    played(story)


def test_failure_to_read_waits_for_the_answers_before_it() -> None:
    """What was begun before a request that cannot be read is answered; then the failure is told."""

    async def story() -> None:
        stream = Stream("a", "b")

        async def read() -> str | None:
            if stream.requests.empty():
                raise LookupError("no such request")
            return await stream.requests.get()

        answering: Answering[str, str] = Answering(
            read, stream.answer, lambda request: True, lambda answer: False
        )
        stream.let("a", "b")
        answers = answering.answers()
        assert [await anext(answers), await anext(answers)] == ["A", "B"]
        with pytest.raises(LookupError):
            await anext(answers)

    played(story)
