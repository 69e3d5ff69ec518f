"""What a service's servicer needs of sessions: its messages in, the engine, its messages out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Generic, TypeVar

from session_sharing.core import ReleaseRequest
from session_sharing.errors import InvalidRequestError
from session_sharing.service.driver import Located
from session_sharing.service.engine import SessionEngine
from session_sharing.wire.generated import session_pb2
from session_sharing.wire.session import initialized_to_wire, mode_from_wire, released_to_wire
from session_sharing.wire.times import seconds_from_wire

H = TypeVar("H")
T = TypeVar("T")

MAXIMUM_ID_LENGTH = 100


class SessionRpc(Generic[H]):
    """Serves the session messages that a service's requests embed.

    Args:
        engine: Holds the sessions.
    """

    def __init__(self, engine: SessionEngine[H]) -> None:
        self._engine = engine

    async def initialize(
        self,
        request: session_pb2.InitializeRequest,
        locate: Callable[[str], Located] | None = None,
    ) -> session_pb2.InitializeResponse:
        """Serve an Initialize call.

        Args:
            request: The message.
            locate: Finds the resource, where the service's own request has settings for it.

        Raises:
            SharingError: The session is refused, or the resource cannot be opened.
        """
        initialized = await self._engine.initialize(
            request.resource_name,
            request.initialization_behavior,
            client_id=_identifier(request.client_id, "client id"),
            attachment_id=_identifier(request.attachment_id, "attachment id"),
            take_over_orphan=request.take_over_orphan,
            locate=locate,
        )
        return initialized_to_wire(initialized)

    async def release(self, request: session_pb2.ReleaseRequest) -> session_pb2.ReleaseResponse:
        """Serve a Close call.

        Raises:
            SharingError: There is nothing of that name, or closing failed.
        """
        wanted = ReleaseRequest(
            client_id=_identifier(request.client_id, "client id"),
            attachment_id=_identifier(request.attachment.attachment_id, "attachment id"),
            session_name=request.attachment.session_name,
            mode=mode_from_wire(request.mode),
        )
        wait = seconds_from_wire(request.wait_closed)
        return released_to_wire(await self._engine.release(wanted, wait_closed=wait))

    def use(self, reference: session_pb2.AttachmentReference) -> AbstractAsyncContextManager[H]:
        """Use the handle of a session, which stays open until the `async with` block ends.

        Raises:
            SharingError: The session is not open for this attachment, or was closed by force.
        """
        return self._engine.use(reference.session_name, reference.attachment_id)

    async def until_closing(
        self,
        reference: session_pb2.AttachmentReference,
        follow: Callable[[H, asyncio.Event], AsyncIterator[T]],
    ) -> AsyncGenerator[T, None]:
        """Yield what comes of a handle, until its session closes or the service stops.

        Args:
            reference: The session, and by which attachment it is read.
            follow: Called with the handle and with an event that is set when the session closes;
                what it yields after that must be little, and soon.

        Raises:
            SharingError: The session is not open for this attachment.
        """
        async with self.use(reference) as handle:
            session = self._engine.open_session(reference.session_name)
        source = session.until_ending(follow(handle, session.ending))
        async with aclosing(source) as items:
            async for item in items:
                yield item
        self._engine.refuse_when_stopping()

    async def next_request(self, requests: AsyncIterator[T]) -> T | None:
        """Return the next request of a client's stream; None when it or the service ends it."""
        return await self._engine.streams.next(requests)

    def stored(self, reference: session_pb2.AttachmentReference, record_number: int) -> None:
        """Records up to this number are stored for an attachment."""
        self._engine.stored(reference.attachment_id, record_number)

    async def keep_context(
        self, reference: session_pb2.AttachmentReference, site: int | None, text: str
    ) -> None:
        """Keep what was set for a site, or for all, over a restart. Call it within `use`."""
        await self._engine.keep_context(reference.session_name, site, text)


def _identifier(text: str, what: str) -> str:
    if not text or len(text) > MAXIMUM_ID_LENGTH:
        raise InvalidRequestError(
            f"The {what} has {len(text)} characters. Give one of 1 to {MAXIMUM_ID_LENGTH}: the "
            "client id comes from SessionClients.Connect, the attachment id is made by the client."
        )
    return text
