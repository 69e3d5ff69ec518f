"""Answering the requests of a stream in order, while further ones are begun."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from typing import Any, Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")

MOST_BEGUN = 16
"""How many requests of one stream are begun at once; what comes behind waits in the transport."""


class Answering(Generic[Q, A]):
    """Answers the requests of one stream, each when those before it are answered.

    A request that says that more follows is begun in a task, `answer`, and the next one is read
    meanwhile; one that stands alone is answered in place, which costs less. It belongs to the task
    that iterates.

    Args:
        read: Returns the next request; None at the end.
        answer: Answers one. Begun in their order; it sees to it itself that what it does takes
            place in that order.
        goes_on: Tells whether the client sends more without waiting for the answer.
        is_last: Tells whether nothing is answered behind an answer.
    """

    def __init__(
        self,
        read: Callable[[], Awaitable[Q | None]],
        answer: Callable[[Q], Coroutine[Any, Any, A]],
        goes_on: Callable[[Q], bool],
        is_last: Callable[[A], bool],
    ) -> None:
        self._read = read
        self._answer = answer
        self._goes_on = goes_on
        self._is_last = is_last
        self._begun: deque[asyncio.Task[A]] = deque()
        self._reading: asyncio.Future[Q | None] | None = None
        self._is_ended = False
        self._failure: Exception | None = None

    async def answers(self) -> AsyncGenerator[A, None]:
        """Yield the answers, until the requests end or the last answer is given."""
        try:
            while (coming := await self._next_answer()) is not None:
                answer = await coming
                yield answer
                if self._is_last(answer):
                    return
        finally:
            self._end()

    async def _next_answer(self) -> Awaitable[A] | None:
        """Return what the next answer comes from; None if there is none any more."""
        while self._begun or not self._is_ended:
            if self._begun and not await self._is_read_first():
                return self._begun.popleft()
            request = await self._next_request()
            if request is None:
                self._is_ended = True
            elif self._begun or self._goes_on(request):
                self._begun.append(asyncio.create_task(self._answer(request), name="answer"))
            else:
                return self._answer(request)
        if self._failure is not None:
            raise self._failure
        return None

    async def _is_read_first(self) -> bool:
        """Return whether there is a further request before the oldest begun one is answered."""
        oldest = self._begun[0]
        if self._is_ended or len(self._begun) >= MOST_BEGUN or oldest.done():
            return False
        if self._reading is None:
            self._reading = asyncio.ensure_future(self._read())
        first: set[asyncio.Future[Any]] = {self._reading, oldest}
        await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        return not oldest.done()

    async def _next_request(self) -> Q | None:
        """Return the next request; a failure to read it waits until what was begun is answered."""
        reading, self._reading = self._reading, None
        try:
            return await (self._read() if reading is None else reading)
        except Exception as failure:  # noqa: BLE001 - raised when the answers before it are given
            self._failure = failure
            return None

    def _end(self) -> None:
        """Give up what was begun and is not answered: nobody waits for it."""
        for task in self._begun:
            task.cancel()
        if self._reading is not None:
            self._reading.cancel()
