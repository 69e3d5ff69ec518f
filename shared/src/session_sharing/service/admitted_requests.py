"""The requests of a client's stream: admitted one by one, and counted until they are answered."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any

from session_sharing.service.admission import Admission


class AdmittedRequests:
    """Iterates over the requests of a stream; each counts from when it came until it is answered.

    Not a generator: one that waits for a request cannot be closed, and a stream may end so. Used on
    one event loop only. One task at a time iterates; another may call `answered` and `close`.

    Args:
        requests: The requests, as they came over the wire.
        parse: Makes a message of one.
        admission: Counts them.
        peer: The connection that they come by.
    """

    def __init__(
        self,
        requests: AsyncIterator[bytes],
        parse: Callable[[bytes], Any],
        admission: Admission,
        peer: str,
    ) -> None:
        self._requests = requests
        self._parse = parse
        self._admission = admission
        self._peer = peer
        self._counted: deque[AbstractContextManager[object]] = deque()
        self._was_answered = asyncio.Event()

    def __aiter__(self) -> AdmittedRequests:
        return self

    async def __anext__(self) -> Any:  # noqa: ANN401 - any message
        data = await anext(self._requests)
        while self._counted and not self._admission.has_room(self._peer, len(data)):
            self._was_answered.clear()  # There is room when those before it are answered.
            await self._was_answered.wait()
        with ExitStack() as counted:
            counted.enter_context(self._admission.admit(self._peer, len(data)))
            async with self._admission.turn(self._peer, len(data)):
                message = self._parse(data)
            self._counted.append(counted.pop_all())
        return message

    def answered(self) -> None:
        """The oldest request was answered."""
        if self._counted:
            self._counted.popleft().__exit__(None, None, None)
        self._was_answered.set()

    def close(self) -> None:
        """Nothing is answered any more."""
        while self._counted:
            self.answered()
