"""The engine: carries out, on one event loop, what the registry decides."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Generic, TypeVar

from session_sharing.behavior import behavior_from_number
from session_sharing.core import (
    EventKind,
    Initialized,
    InitializeRequest,
    Outcome,
    Registry,
    Released,
    ReleaseRequest,
    SessionEvent,
)
from session_sharing.information import SessionInformation
from session_sharing.names import parse_resource_name
from session_sharing.service.clients import ClientStreams
from session_sharing.service.driver import Located, ResourceDriver, explain
from session_sharing.service.executor import EffectExecutor, is_stopping
from session_sharing.service.held_streams import HeldStreams
from session_sharing.service.operations import OpenSession
from session_sharing.service.threads import in_thread
from session_sharing.utc import utc_now

H = TypeVar("H")

GRACE_SECONDS = 5.0
"""How long a client whose stream was lost keeps its attachments, unless said otherwise."""

FORCE_SECONDS = 5.0
"""How long accepted operations may go on when their session is closed by force."""


def new_registry() -> Registry:
    """Return an empty registry with session names that cannot be guessed."""
    return Registry(lambda: secrets.token_urlsafe(24), lambda: secrets.token_hex(4))


class SessionEngine(Generic[H]):
    """Holds the sessions of one service.

    All state belongs to the event loop on which the engine is used; there are no locks. Between
    two awaits every step is whole: the registry decides and the executor carries out. An operation
    holds its session open by being counted.

    Args:
        driver: Opens and closes the resources.
        grace: How long a lost client keeps its attachments, in seconds.
        force: How long accepted operations may go on when their session is closed by force.
        registry: Decides; a new one by default.
        clock: Tells the time.
    """

    def __init__(
        self,
        driver: ResourceDriver[H],
        *,
        grace: float = GRACE_SECONDS,
        force: float = FORCE_SECONDS,
        registry: Registry | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._driver = driver
        self._registry = registry or new_registry()
        self._clock = clock
        self._force = force
        self._executor = EffectExecutor(driver, self._registry, clock)
        self.clients = ClientStreams(self._registry, grace, self._expire)
        self.stopping = asyncio.Event()
        self.streams = HeldStreams(self.stopping)

    # What clients ask for

    async def initialize(
        self, resource_name: str, behavior: int, *, client_id: str = "", attachment_id: str = ""
    ) -> Initialized:
        """Create or attach to a session, as the behaviour says.

        Args:
            resource_name: The resource, with an alias if there is one.
            behavior: The number of the initialization behaviour.
            client_id: The client; empty for one without identity, which makes no attachment.
            attachment_id: Made by the client; empty for a client without identity.

        Raises:
            SharingError: The session is refused, or the resource cannot be opened.
        """
        self.refuse_when_stopping()
        name, wanted = parse_resource_name(resource_name), behavior_from_number(behavior)
        located = await self._locate(name.resource)
        self.refuse_when_stopping()  # It may have begun to stop meanwhile.
        request = InitializeRequest(
            key=located.key,
            resource_name=name.resource,
            behavior=wanted,
            alias=name.alias,
            client_id=client_id,
            attachment_id=attachment_id,
            address=located.address,
        )
        ticket: asyncio.Future[Initialized] = self._executor.new_ticket()
        self._executor.carry_out(self._registry.initialize(ticket, request, self._clock()))
        try:
            return await ticket
        except asyncio.CancelledError:
            self._executor.carry_out(self._registry.abandon(ticket, request, self._clock()))
            raise

    async def release(self, request: ReleaseRequest, *, wait_closed: float = 0.0) -> Released:
        """Release an attachment; when that closes the session, return after it is closed.

        Args:
            request: What is released, and how.
            wait_closed: How long a pending close is waited for, in seconds.

        Raises:
            SharingError: There is nothing of that name, or closing failed.
        """
        ticket: asyncio.Future[Released] = self._executor.new_ticket()
        self._executor.carry_out(self._registry.release(ticket, request, self._clock()))
        released = await ticket
        session = self._executor.sessions.get(request.session_name)
        if released.outcome is not Outcome.CLOSE_PENDING or wait_closed <= 0 or not session:
            return released
        if await session.wait_closed(wait_closed):
            return Released(Outcome.CLOSED)
        return Released(released.outcome, self._registry.information(session.name))

    async def close_anonymously(self, session_name: str) -> Released:
        """Ask to close, for a client without identity.

        Raises:
            SharingError: There is no such session for it, or closing failed.
        """
        ticket: asyncio.Future[Released] = self._executor.new_ticket()
        self._executor.carry_out(
            self._registry.close_anonymously(ticket, session_name, self._clock())
        )
        return await ticket

    @asynccontextmanager
    async def use(
        self, session_name: str, attachment_id: str = "", *, anonymous: bool = False
    ) -> AsyncIterator[H]:
        """Use the handle of a session, which stays open until the block ends.

        Args:
            session_name: The session.
            attachment_id: By which attachment it is used.
            anonymous: The caller is a client without identity, which has no attachment.

        Raises:
            SharingError: The session is not open for this attachment, or was closed by force.
        """
        self.refuse_when_stopping()
        self._registry.begin_operation(
            session_name, attachment_id, self._clock(), anonymous=anonymous
        )
        session = self._executor.sessions[session_name]
        try:
            with session.operation():
                yield session.handle
        finally:
            self._executor.carry_out(self._registry.end_operation(session_name, self._clock()))

    def open_session(self, session_name: str) -> OpenSession[H]:
        """Return an open session, for a stream that reads from it and ends with its closing.

        Call it within `use`, which checks the attachment.
        """
        return self._executor.sessions[session_name]

    def stored(self, attachment_id: str, record_number: int) -> None:
        """Records up to this number are stored for an attachment."""
        self._registry.stored(attachment_id, record_number)

    # What operators ask for

    def sessions(self) -> list[SessionInformation]:
        """Return what is told of every session that is not closed."""
        return self._registry.sessions()

    def watch(self) -> AsyncIterator[SessionEvent]:
        """Yield the sessions as they are, then every change."""
        now = self._clock()
        present = [SessionEvent(EventKind.PRESENT, now, told) for told in self.sessions()]
        return self._executor.watchers.watch([*present, SessionEvent(EventKind.WATCHING, now)])

    async def force_close(self, public_id: str, by: str) -> SessionInformation:
        """Close a session under its holders; accepted operations get some seconds to finish.

        That also speeds up a session that is closing already and waits for its operations.

        Returns:
            What is told of the closed session.

        Raises:
            SharingError: There is no such session, or closing failed.
        """
        session_name = self._registry.name_of(public_id)
        ticket: asyncio.Future[Released] = self._executor.new_ticket()
        self._executor.carry_out(self._registry.force_close(ticket, public_id, by, self._clock()))
        session = self._executor.sessions[session_name]
        asyncio.get_running_loop().call_later(self._force, session.abort_operations, by)
        await ticket
        return self._registry.information(session_name)

    # Stopping

    def refuse_when_stopping(self) -> None:
        """Refuse new work once the service stops.

        Raises:
            UnavailableError: The service is stopping.
        """
        if self.stopping.is_set():
            raise is_stopping()

    async def shut_down(self, timeout: float) -> None:
        """Refuse new work, finish what was accepted, end streams, close all handles.

        Args:
            timeout: How long each of these may take, in seconds.
        """
        self.stopping.set()
        self.streams.stop()
        self.clients.stop()
        await self._executor.shut_down(timeout)

    async def _locate(self, resource: str) -> Located:
        try:
            return await in_thread("locate resource", lambda: self._driver.locate(resource))
        except OSError as error:
            raise explain(error, f"find {resource!r}") from error

    def _expire(self, client_id: str) -> None:
        self._executor.carry_out(self._registry.expire(client_id, self._clock()))
