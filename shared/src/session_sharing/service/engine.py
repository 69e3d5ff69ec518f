"""The engine: carries out, on one event loop, what the registry decides."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from session_sharing.behavior import behavior_from_number
from session_sharing.core import (
    Initialized,
    InitializeRequest,
    Outcome,
    Registry,
    Released,
    ReleaseRequest,
)
from session_sharing.errors import SharingError
from session_sharing.names import parse_resource_name
from session_sharing.service.calling import CALLER
from session_sharing.service.driver import EndingDriver, Located, ResourceDriver, explain
from session_sharing.service.executor import EffectExecutor
from session_sharing.service.lifetime import GRACE_SECONDS, RECOVERY_GRACE_SECONDS, Lifetime
from session_sharing.service.operations import OpenSession
from session_sharing.service.orphans import Orphans
from session_sharing.service.overseeing import FORCE_SECONDS, Overseeing
from session_sharing.service.threads import in_thread
from session_sharing.utc import utc_now

H = TypeVar("H")


def new_registry() -> Registry:
    """Return an empty registry with session names that cannot be guessed."""
    return Registry(lambda: secrets.token_urlsafe(24), lambda: secrets.token_hex(4))


class SessionEngine(Lifetime[H], Overseeing[H]):
    """Holds the sessions of one service.

    All state belongs to the event loop on which the engine is used; there are no locks. Between
    two awaits every step is whole: the registry decides and the executor carries out. An operation
    holds its session open by being counted. Whose certificate a call came with is not asked of its
    servicer, which could forget it: it is that of the running call.

    Args:
        driver: Opens and closes the resources.
        grace: How long a lost client keeps its attachments, in seconds.
        recovery_grace: How long a client of the last run keeps them when the service is back.
        force: How long accepted operations may go on when their session is closed by force.
        registry: Decides; a new one by default.
        clock: Tells the time.
        orphans: Finds out whose creators are dead.
    """

    def __init__(
        self,
        driver: ResourceDriver[H],
        *,
        grace: float = GRACE_SECONDS,
        recovery_grace: float = RECOVERY_GRACE_SECONDS,
        force: float = FORCE_SECONDS,
        registry: Registry | None = None,
        clock: Callable[[], datetime] = utc_now,
        orphans: Orphans | None = None,
    ) -> None:
        registry = registry or new_registry()
        executor = EffectExecutor(driver, registry, clock)
        Lifetime.__init__(self, registry, executor, clock, grace, recovery_grace)
        Overseeing.__init__(self, registry, executor, clock, force, orphans or Orphans())
        self._driver = driver

    @property
    def driver(self) -> ResourceDriver[H]:
        """What opens and closes the resources."""
        return self._driver

    async def end_driver(self, timeout: float) -> None:
        """Have the driver end what it does beside its handles, when all are closed.

        Args:
            timeout: How long that may take, in seconds.
        """
        driver = self._driver
        if isinstance(driver, EndingDriver):
            await asyncio.wait({in_thread("end driver", driver.end)}, timeout=timeout)

    # What clients ask for

    async def initialize(
        self,
        resource_name: str,
        behavior: int,
        *,
        client_id: str = "",
        attachment_id: str = "",
        take_over_orphan: bool = False,
        locate: Callable[[str], Located] | None = None,
    ) -> Initialized:
        """Create or attach to a session, as the behaviour says.

        Args:
            resource_name: The resource, with an alias if there is one.
            behavior: The number of the initialization behaviour.
            client_id: The client; empty for one without identity, which makes no attachment.
            attachment_id: Made by the client; empty for a client without identity.
            take_over_orphan: Close a session first that is in the way and is an orphan.
            locate: Finds the resource with the settings of this call; by default the driver's
                `locate` finds it. Called in a thread.

        Raises:
            SharingError: The session is refused, or the resource cannot be opened.
        """
        self.refuse_when_stopping()
        name, wanted = parse_resource_name(resource_name), behavior_from_number(behavior)
        located = await _locate(locate or self._driver.locate, name.resource)
        orphan = await self._orphan_on(located.key) if take_over_orphan else ""
        self.refuse_when_stopping()  # It may have begun to stop meanwhile.
        request = InitializeRequest(
            key=located.key,
            resource_name=name.resource,
            behavior=wanted,
            alias=name.alias,
            client_id=client_id,
            attachment_id=attachment_id,
            address=located.address,
            take_over=orphan,
            settings=located.settings,
            subject=CALLER.get().subject,
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
        request = replace(request, subject=CALLER.get().subject)
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
            self._registry.close_anonymously(
                ticket, session_name, self._clock(), subject=CALLER.get().subject
            )
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
            SharingError: The session is not open for this attachment, cannot be used after a
                restart of the service, or was closed by force.
        """
        self.refuse_when_stopping()
        try:
            self._registry.begin_operation(
                session_name,
                attachment_id,
                self._clock(),
                anonymous=anonymous,
                subject=CALLER.get().subject,
            )
        except SharingError:
            await self.all_kept()
            raise
        session = self._executor.sessions[session_name]
        try:
            with session.operation():
                yield session.handle if session.has_handle else await self._executor.reopen(session)
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

    async def keep_context(self, session_name: str, site: int | None, text: str) -> None:
        """Keep what records inherit over a restart; return when it is in the journal.

        Call it within `use`. An `InheritingHandle` is given it when the resource is opened again.

        Args:
            session_name: The session.
            site: The site for which it was set; None for all.
            text: What was set; empty if nothing is inherited from there any more.
        """
        self._executor.carry_out(
            self._registry.context_set(session_name, site, text, self._clock())
        )
        await self._executor.keeping.all_kept()

    async def _orphan_on(self, key: str) -> str:
        """Return the name of the session on a resource if it is an orphan; else nothing."""
        session_name = self._registry.session_on(key)
        if not session_name:
            return ""
        (marked,) = await self._mark_orphans([self._registry.information(session_name)])
        return session_name if marked.orphan else ""


async def _locate(locate: Callable[[str], Located], resource: str) -> Located:
    try:
        return await in_thread("locate resource", lambda: locate(resource))
    except OSError as error:
        raise explain(error, f"find {resource!r}") from error
