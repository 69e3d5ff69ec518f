"""The servicer's reading: what a reader holds ends with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from json_logger.service.servicer import JsonLoggerServicer
from json_logger.wire import json_logger_pb2
from session_sharing.records import AckLevel


class Sessions:
    """A session of which is read without end.

    Attributes:
        source: What reads, kept so that nobody but its user closes it.
        closed: Whether it was.
    """

    def __init__(self) -> None:
        self.source: AsyncGenerator[bytes, None] | None = None
        self.closed = False

    async def _lines(self) -> AsyncGenerator[bytes, None]:
        try:
            while True:
                yield b"{}\n"
        finally:
            self.closed = True

    def read(self, last: int | None) -> AsyncGenerator[bytes, None]:
        """Read as a log is read."""
        self.source = self._lines()
        return self.source

    @asynccontextmanager
    async def use(self, attachment: object) -> AsyncGenerator[Sessions, None]:
        """Give the log, which is the same here."""
        yield self

    def until_closing(self, attachment: object, follow: object) -> AsyncGenerator[bytes, None]:
        """Read as a log is followed."""
        return self.read(None)


@pytest.mark.parametrize("follow", [False, True])
def test_reader_that_leaves_ends_the_reading(follow: bool) -> None:
    """When a reader leaves, what reads for it is closed by then, not some time later."""

    async def leave() -> bool:
        servicer: Any = JsonLoggerServicer(None, AckLevel.OS)  # type: ignore[arg-type]
        servicer._sessions = sessions = Sessions()
        request = json_logger_pb2.ReadRecordsRequest(follow=follow)
        responses = servicer.ReadRecords(request, None)
        assert (await anext(responses)).lines == b"{}\n"
        await responses.aclose()
        return sessions.closed

    assert asyncio.run(leave())
