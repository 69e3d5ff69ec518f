"""The executor: does what the registry decided, on one event loop."""

from __future__ import annotations

import asyncio
import copy
import logging
from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypeVar

from session_sharing.core import (
    Answer,
    CloseResource,
    Effect,
    Initialized,
    Keep,
    OpenResource,
    Registry,
    Released,
    ReopenResource,
    Tell,
)
from session_sharing.errors import ServiceStoppingError, SharingError
from session_sharing.service.driver import CountingHandle, InheritingHandle, ResourceDriver
from session_sharing.service.handles import Handles
from session_sharing.service.keeping import Keeping
from session_sharing.service.operations import OpenSession
from session_sharing.service.reopening import Reopening
from session_sharing.service.watchers import Watchers

H = TypeVar("H")
R = TypeVar("R")
_log = logging.getLogger(__name__)

CLOSE_PATIENCE = 1.0
"""How long closing waits for a handle that is being opened again, in seconds."""

FLUSH_SECONDS = 0.25
"""How long the stop waits for what is to be in the journal before calls are answered."""


class EffectExecutor(Generic[H]):
    """Opens and closes resources, has things kept, answers calls, tells watchers.

    No answer goes out before everything that was to be kept up to then is in the journal.

    All state belongs to one event loop; there are no locks. The methods of the driver run in
    threads of their own and touch nothing here: their results come back to the loop.

    Args:
        driver: Opens and closes the resources.
        registry: Is told how opening and closing went.
        clock: Tells the time.

    Attributes:
        sessions: The sessions that are open, by session name. Only one that an earlier run of the
            service opened may lack its handle.
        watchers: Those who are told of every change.
        keeping: The way into the journal.
    """

    def __init__(
        self, driver: ResourceDriver[H], registry: Registry, clock: Callable[[], datetime]
    ) -> None:
        self._handles = Handles(driver)
        self._registry = registry
        self._clock = clock
        self._tasks: set[asyncio.Task[Any]] = set()
        self._tickets: set[asyncio.Future[Any]] = set()
        self._stopping = False
        self._reopening: dict[str, Reopening[H]] = {}
        self._leftovers: dict[str, asyncio.Task[SharingError | None]] = {}
        self.sessions: dict[str, OpenSession[H]] = {}
        self.watchers = Watchers()
        self.keeping = Keeping(registry.snapshot)

    def new_ticket(self) -> asyncio.Future[Any]:
        """Return a ticket that is answered by an effect; at the latest when the service stops."""
        ticket: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._tickets.add(ticket)
        ticket.add_done_callback(self._tickets.discard)
        return ticket

    def carry_out(self, effects: Iterable[Effect]) -> None:
        """Carry out effects, in order."""
        effects = list(effects)
        self.keeping.keep([effect.entry for effect in effects if isinstance(effect, Keep)])
        for effect in effects:
            match effect:
                case Answer(ticket=asyncio.Future() as ticket, result=result):
                    self.keeping.when_kept(partial(_answer, ticket, result))
                case Tell(event=event):
                    self.watchers.tell(event)
                case OpenResource() as wanted:
                    self._task(self._open_resource(wanted), f"open {wanted.key}")
                case ReopenResource() as wanted:
                    self._reopen_resource(wanted)
                case CloseResource(session_name=name):
                    session = self.sessions[name]
                    self._task(self._close_resource(session), f"close {session.key}")

    def _task(self, work: Coroutine[Any, Any, R], name: str) -> asyncio.Task[R]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _open_resource(self, wanted: OpenResource) -> None:
        name, key = wanted.session_name, wanted.key
        leftover = self._leftovers.get(key)
        if leftover is not None:  # Never two of open and close at once for one key.
            await asyncio.wait({leftover})
        opened = await self._handles.open(key, wanted.address)
        if isinstance(opened, SharingError):
            self.carry_out(self._registry.open_failed(name, opened, self._clock()))
            return
        self.sessions[name] = OpenSession(name, key, opened)
        self.carry_out(self._registry.opened(name, self._clock()))
        if self._stopping:  # The handles that were open in time are closed already.
            self._closing(self.sessions[name])

    def _reopen_resource(self, wanted: ReopenResource) -> None:
        """Open in the background what an earlier run had open."""
        session: OpenSession[H] = OpenSession(wanted.session_name, wanted.key)
        self.sessions[session.name] = session
        reopening = Reopening(
            session,
            lambda: self._task(self._reopen(session, wanted.address), f"reopen {session.key}"),
        )
        self._reopening[session.name] = reopening
        reopening.begin()

    async def _reopen(self, session: OpenSession[H], address: str) -> SharingError | None:
        opened = await self._handles.reopen(session.key, address)
        if isinstance(opened, SharingError):
            self.carry_out(self._registry.broke(session.name, opened.message, self._clock()))
            return opened
        session.take(opened)
        self._hand_over(session.name, opened)
        self.carry_out(self._registry.mended(session.name, self._clock()))
        if self._stopping or session.name not in self.sessions:  # It came too late.
            await self._closing(session)
        return None

    def _hand_over(self, session_name: str, handle: H) -> None:
        """Have the numbers of stored records again, and give back what records inherit.

        The numbers are kept with the records alone, what they inherit in the journal alone.
        """
        if isinstance(handle, InheritingHandle):
            handle.take_contexts(self._registry.contexts(session_name))
        if isinstance(handle, CountingHandle):
            for attachment_id in self._registry.attachment_ids(session_name):
                self._registry.stored(attachment_id, handle.last_number(attachment_id))

    async def reopen(self, session: OpenSession[H]) -> H:
        """Return the handle of an open session that may lack it, and have it opened if need be.

        Raises:
            ResourceReplacedError: What it held before is gone.
            UnavailableError: It cannot be opened now; the text says why.
        """
        await self._reopening[session.name].ready()
        return session.handle

    async def _close_resource(self, session: OpenSession[H]) -> None:
        session.ending.set()
        await self._settle_reopening(session)
        error = await self._closing(session) if session.has_handle else None
        del self.sessions[session.name]
        self.carry_out(self._registry.closed(session.name, error, self._clock()))
        session.closed.set()

    async def _settle_reopening(self, session: OpenSession[H]) -> None:
        """Wait a little for a handle that is being opened; one that comes later is closed then."""
        reopening = self._reopening.pop(session.name, None)
        attempt = reopening.under_way if reopening else None
        if attempt is not None:
            _, late = await asyncio.wait({attempt}, timeout=CLOSE_PATIENCE)
            if late:
                self._leftovers[session.key] = attempt
                attempt.add_done_callback(lambda _: self._leftovers.pop(session.key, None))

    def _closing(self, session: OpenSession[H]) -> asyncio.Task[SharingError | None]:
        """Return the one task that closes the handle: a release and a stop may both want it."""
        if session.closing is None:
            session.closing = self._task(
                self._handles.close(session.key, session.handle), f"close {session.key}"
            )
        return session.closing

    async def shut_down(self, timeout: float) -> None:
        """Finish what was accepted, end streams, close all handles, answer who still waits.

        No session ends by it: those that are kept come back when the service does.

        Args:
            timeout: How long each of these may take, in seconds.
        """
        await _finish(list(self._tasks), timeout)
        open_sessions = list(self.sessions.values())
        await _finish([self._task(held.idle.wait(), "drain") for held in open_sessions], timeout)
        self._stopping = True
        for session in self.sessions.values():
            session.ending.set()
            session.abort_operations(_cut_off())
        opened = [session for session in self.sessions.values() if session.has_handle]
        await _finish([self._closing(session) for session in opened], timeout)
        self.watchers.stop()
        await self.keeping.all_kept(FLUSH_SECONDS)
        for ticket in list(self._tickets):
            _answer(ticket, is_stopping())


async def _finish(tasks: list[asyncio.Task[Any]], timeout: float) -> None:
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=timeout)
    for task in late:
        _log.warning("%s did not end within %s s; going on without it", task.get_name(), timeout)


def is_stopping() -> ServiceStoppingError:
    """Return what is told to those who come, or still wait, when the service stops."""
    return ServiceStoppingError(
        "The service is stopping. Its sessions stay: start it again, then repeat the call.",
        retry_delay=1.0,
    )


def _cut_off() -> ServiceStoppingError:
    """Return what an operation is told that does not end within the time of the stop."""
    error = ServiceStoppingError(
        "The service is stopping, and could not wait longer for this call; what it was to do may "
        "have happened, or not. Its sessions stay: start it again, then repeat the call.",
        retry_delay=1.0,
    )
    error.maybe_done = True
    return error


def _answer(ticket: asyncio.Future[Any], result: Initialized | Released | SharingError) -> None:
    if ticket.done():  # Its caller went away.
        return
    if isinstance(result, SharingError):
        ticket.set_exception(copy.copy(result))  # One error may go to many: each gets its own.
    else:
        ticket.set_result(result)
