"""The executor: does what the registry decided, on one event loop."""

from __future__ import annotations

import asyncio
import copy
import logging
from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime
from typing import Any, Generic, TypeVar

from session_sharing.core import (
    Answer,
    CloseResource,
    Effect,
    Initialized,
    OpenResource,
    Registry,
    Released,
    Tell,
)
from session_sharing.errors import InternalError, SharingError, UnavailableError
from session_sharing.service.driver import ResourceDriver, explain
from session_sharing.service.operations import OpenSession
from session_sharing.service.threads import NoThreadError, in_thread
from session_sharing.service.watchers import Watchers

H = TypeVar("H")
_log = logging.getLogger(__name__)


class EffectExecutor(Generic[H]):
    """Opens and closes resources, answers calls, tells watchers.

    All state belongs to one event loop; there are no locks. The methods of the driver run in
    threads of their own and touch nothing here: their results come back to the loop.

    Args:
        driver: Opens and closes the resources.
        registry: Is told how opening and closing went.
        clock: Tells the time.

    Attributes:
        sessions: The sessions that have an open handle, by session name.
        watchers: Those who are told of every change.
    """

    def __init__(
        self, driver: ResourceDriver[H], registry: Registry, clock: Callable[[], datetime]
    ) -> None:
        self._driver = driver
        self._registry = registry
        self._clock = clock
        self._tasks: set[asyncio.Task[Any]] = set()
        self._tickets: set[asyncio.Future[Any]] = set()
        self._stopping = False
        self.sessions: dict[str, OpenSession[H]] = {}
        self.watchers = Watchers()

    def new_ticket(self) -> asyncio.Future[Any]:
        """Return a ticket that is answered by an effect; at the latest when the service stops."""
        ticket: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._tickets.add(ticket)
        ticket.add_done_callback(self._tickets.discard)
        return ticket

    def carry_out(self, effects: Iterable[Effect]) -> None:
        """Carry out effects, in order."""
        for effect in effects:
            match effect:
                case Answer(ticket=asyncio.Future() as ticket, result=result):
                    _answer(ticket, result)
                case Tell(event=event):
                    self.watchers.tell(event)
                case OpenResource() as wanted:
                    self._task(self._open_resource(wanted), f"open {wanted.key}")
                case CloseResource(session_name=name):
                    session = self.sessions[name]
                    self._task(self._close_resource(session), f"close {session.key}")

    def _task(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _open_resource(self, wanted: OpenResource) -> None:
        name, key = wanted.session_name, wanted.key
        opening = in_thread(f"open {key}", lambda: self._driver.open(wanted.address))
        await asyncio.wait([opening])
        error = opening.exception()
        if error is None:
            self.sessions[name] = OpenSession(name, key, opening.result())
            self.carry_out(self._registry.opened(name, self._clock()))
            if self._stopping:  # The handles that were open in time are closed already.
                self._closing(self.sessions[name])
            return
        explained = self._explain(error, f"open {key!r}")
        self.carry_out(self._registry.open_failed(name, explained, self._clock()))

    async def _close_resource(self, session: OpenSession[H]) -> None:
        session.ending.set()
        error = await self._closing(session)
        del self.sessions[session.name]
        self.carry_out(self._registry.closed(session.name, error, self._clock()))
        session.closed.set()

    def _closing(self, session: OpenSession[H]) -> asyncio.Task[SharingError | None]:
        """Return the one task that closes the handle: a release and a stop may both want it."""
        if session.closing is None:
            session.closing = self._task(self._close_handle(session), f"close {session.key}")
        return session.closing

    async def _close_handle(self, session: OpenSession[H]) -> SharingError | None:
        error = await self._try_close(session)
        while isinstance(error, NoThreadError):  # Not begun: to forget the handle would leak it.
            await asyncio.sleep(error.retry_delay or 0.0)
            error = await self._try_close(session)
        return None if error is None else self._explain(error, f"close {session.key!r}")

    async def _try_close(self, session: OpenSession[H]) -> BaseException | None:
        closing = in_thread(f"close {session.key}", lambda: self._driver.close(session.handle))
        await asyncio.wait([closing])
        return closing.exception()

    def _explain(self, error: BaseException, what: str) -> SharingError:
        explained = explain(error, what)
        defect = isinstance(explained, InternalError)
        _log.log(
            logging.ERROR if defect else logging.WARNING,
            "%s",
            explained.message,
            exc_info=error if defect else None,
        )
        return explained

    async def shut_down(self, timeout: float) -> None:
        """Finish what was accepted, end streams, close all handles, answer who still waits.

        Args:
            timeout: How long each of these may take, in seconds.
        """
        await _finish(list(self._tasks), timeout)
        open_sessions = list(self.sessions.values())
        await _finish([self._task(held.idle.wait(), "drain") for held in open_sessions], timeout)
        self._stopping = True
        for session in self.sessions.values():
            session.ending.set()
            session.abort_operations("the service, which is stopping,")
        await _finish([self._closing(session) for session in self.sessions.values()], timeout)
        self.watchers.stop()
        for ticket in list(self._tickets):
            _answer(ticket, is_stopping())


async def _finish(tasks: list[asyncio.Task[Any]], timeout: float) -> None:
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=timeout)
    for task in late:
        _log.warning("%s did not end within %s s; going on without it", task.get_name(), timeout)


def is_stopping() -> UnavailableError:
    """Return what is told to those who come, or still wait, when the service stops."""
    return UnavailableError(
        "The service is stopping. Start it again, then initialize again.", retry_delay=1.0
    )


def _answer(ticket: asyncio.Future[Any], result: Initialized | Released | SharingError) -> None:
    if ticket.done():  # Its caller went away.
        return
    if isinstance(result, SharingError):
        ticket.set_exception(copy.copy(result))  # One error may go to many: each gets its own.
    else:
        ticket.set_result(result)
