"""What operators see of the sessions of a service, and what they may do to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from session_sharing.core import EventKind, Registry, Released, SessionEvent
from session_sharing.information import SessionInformation, SessionState
from session_sharing.service.driver import BackloggedHandle
from session_sharing.service.executor import EffectExecutor
from session_sharing.service.operations import closed_under_it
from session_sharing.service.orphans import Orphans

H = TypeVar("H")

FORCE_SECONDS = 5.0
"""How long accepted operations may go on when their session is closed by force."""


class Overseeing(Generic[H]):
    """The operators' view of the sessions, and what they may do: a part of the engine.

    Args:
        registry: Decides.
        executor: Carries out.
        clock: Tells the time.
        force: How long accepted operations may go on when their session is closed by force.
        orphans: Finds out whose creators are dead.
    """

    def __init__(
        self,
        registry: Registry,
        executor: EffectExecutor[H],
        clock: Callable[[], datetime],
        force: float,
        orphans: Orphans,
    ) -> None:
        self._registry = registry
        self._executor = executor
        self._clock = clock
        self._force = force
        self._orphans = orphans

    def sessions(self) -> list[SessionInformation]:
        """Return what is told of every session that is not closed; orphans are not looked for."""
        return [self._with_backlog(session) for session in self._registry.sessions()]

    def _with_backlog(self, told: SessionInformation) -> SessionInformation:
        """Add what waits for the session's resource, if its handle can tell."""
        if told.state is SessionState.OPENING:
            return told
        session = self._executor.sessions.get(self._registry.name_of(told.public_id))
        handle = session.handle if session is not None and session.has_handle else None
        if not isinstance(handle, BackloggedHandle):
            return told
        return replace(told, backlog=handle.backlog())

    async def list_sessions(self) -> list[SessionInformation]:
        """Return what is told of every session that is not closed, with the orphans marked."""
        return await self._mark_orphans(self.sessions())

    async def _mark_orphans(
        self, sessions: Sequence[SessionInformation]
    ) -> list[SessionInformation]:
        return await self._orphans.mark(sessions, self._registry.creator_is_connected)

    async def watch(self) -> AsyncGenerator[SessionEvent, None]:
        """Yield the sessions as they are, then every change; orphans are marked."""
        now = self._clock()
        present = [SessionEvent(EventKind.PRESENT, now, told) for told in self.sessions()]
        begun = [*present, SessionEvent(EventKind.WATCHING, now)]
        async with aclosing(self._executor.watchers.watch(begun)) as events:
            async for event in events:
                if event.session is None or event.session.attachments:
                    yield event
                else:
                    (marked,) = await self._mark_orphans([event.session])
                    yield replace(event, session=marked)

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
        asyncio.get_running_loop().call_later(
            self._force, session.abort_operations, closed_under_it(by)
        )
        await ticket
        return self._registry.information(session_name)

    async def request_close(self, public_id: str, by: str) -> SessionInformation:
        """Ask to close a session: it closes when nobody holds it any more, at once if nobody does.

        One that a client without identity opened, of which it is not known whether it uses it
        still, stays open until such a client closes it.

        Returns:
            What is told of the session then: that it is closed, or who holds it.

        Raises:
            SharingError: There is no such session, or closing failed.
        """
        session_name = self._registry.name_of(public_id)
        ticket: asyncio.Future[Released] = self._executor.new_ticket()
        self._executor.carry_out(self._registry.request_close(ticket, public_id, by, self._clock()))
        await ticket
        return self._registry.information(session_name)

    def close_detached(self, after: float) -> None:
        """Close the sessions that nobody holds and nobody used for so many seconds.

        What a client without identity opened stays.
        """
        now = self._clock()
        before = now - timedelta(seconds=after)
        self._executor.carry_out(self._registry.close_detached(before, now))
