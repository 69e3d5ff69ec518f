"""What a servicer needs of sessions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

from session_sharing.service.operations import OpenSession
from session_sharing.service.rpc import SessionRpc
from session_sharing.wire.generated import session_pb2


class Engine:
    """Holds one open session."""

    def __init__(self) -> None:
        self.session = OpenSession("name", "key", "handle")

    @asynccontextmanager
    async def use(self, session_name: str, attachment_id: str) -> AsyncIterator[str]:
        """Lend the handle."""
        yield self.session.handle

    def open_session(self, session_name: str) -> OpenSession[str]:
        """Return the session."""
        return self.session

    def refuse_when_stopping(self) -> None:
        """Refuse nothing."""


def test_what_follows_a_session_is_closed_with_its_stream():
    """When a reader leaves, whatever was opened for it is given back before its call ends."""
    given_back = []

    async def follow(handle: str, ending: asyncio.Event) -> AsyncIterator[str]:
        try:
            while True:
                yield handle
        finally:
            await asyncio.sleep(0)
            given_back.append(handle)

    async def work() -> None:
        reference = session_pb2.AttachmentReference(session_name="name", attachment_id="id")
        async with aclosing(SessionRpc(Engine()).until_closing(reference, follow)) as stream:
            assert await anext(stream) == "handle"
        assert given_back == ["handle"]

    asyncio.run(work())
