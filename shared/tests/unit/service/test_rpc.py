"""What a servicer needs of sessions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest

from session_sharing.errors import InvalidRequestError
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


@pytest.mark.parametrize("name", ["client_id", "attachment_id"])
@pytest.mark.parametrize("size", [0, 101, 1_000_000])
def test_ids_are_neither_empty_nor_long(name: str, size: int) -> None:
    """What the service keeps for each client and attachment is short, whatever is sent."""
    ids = {"client_id": "c" * 100, "attachment_id": "a" * 100, name: "x" * size}
    held = {"session_name": "name", "attachment_id": ids["attachment_id"]}
    request = session_pb2.ReleaseRequest(client_id=ids["client_id"], attachment=held)
    with pytest.raises(InvalidRequestError, match=f"has {size} characters. Give one of 1 to 100"):
        asyncio.run(SessionRpc(Engine()).release(request))
