"""Session management on the event loop: requests wait here until they are granted, or give up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from local_station.keeping import Entry
from local_station.session_management.holders import Holders
from local_station.session_management.kept import Freed, Held, is_kept
from local_station.session_management.limits import RequestLimit
from local_station.session_management.model import Caller, Session
from local_station.session_management.refusals import asked_of, left_behind, not_in_time, stopping
from local_station.session_management.registrations import Registrations
from local_station.session_management.requests import Reservation, Wait, Wanted
from local_station.session_management.reservations import Reservations
from local_station.session_management.room import MAX_TOLD, Room
from local_station.session_management.turns import Turns
from local_station.session_management.watch import Watch
from session_sharing.errors import ResourceExhaustedError, UnavailableError
from session_sharing.utc import utc_now

logger = logging.getLogger(__name__)


class SessionManager:
    """Who has which session, and which sessions are registered.

    It lives on one event loop, and changes between awaits only; so no lock guards it.

    Args:
        now: Tells the time, in UTC.
        limit: Bounds the requests that wait.
        changed: Called with each change of what is to be kept for the next run.
        most_told: How much there may be to tell of sessions, in bytes.
    """

    def __init__(
        self,
        now: Callable[[], datetime] = utc_now,
        limit: RequestLimit | None = None,
        changed: Callable[[Entry], None] = lambda entry: None,
        most_told: int = MAX_TOLD,
    ) -> None:
        self._now = now
        self._registrations = Registrations()
        self._multiplexers = Registrations()
        self._reservations = Reservations(self._registrations, self._keep_freed)
        parts = (self._registrations, self._multiplexers, self._reservations)
        self._room = Room(parts, most_told)
        self._limit = limit or RequestLimit()
        self._holders = Holders()
        self._changed = changed
        self._watch = Watch(
            self._holders, self._reservations.all, self._free_left_behind, self._keep_held
        )
        self._turns = Turns()
        self._signals: dict[Wait, asyncio.Future[None]] = {}
        self._stopping = False

    async def reserve(self, wanted: Wanted, caller: Caller, timeout: float | None) -> Reservation:
        """Reserve all the sessions that are wanted, in the order in which requests come.

        A caller that is cancelled leaves nothing behind, not even if it was granted just then.

        Args:
            wanted: Which sessions; none is no error.
            caller: Who asks.
            timeout: For how many seconds to wait: 0 for not at all, None for as long as it takes.

        Raises:
            UnavailableError: It was not granted in time, or the station stops. The text says who
                holds the sessions, since when, and what to do.
            ResourceExhaustedError: Too many requests wait already, of this connection or of all; or
                there would be too much to tell of all that is reserved and registered.
        """
        if self._stopping:
            raise stopping()
        with self._limit.one_more(caller.peer):
            return await self._reserved(Wait(wanted, caller, self._now()), timeout)

    def give_back(self, reservation: Reservation) -> None:
        """Free what a reservation still has; what somebody else has by now stays as it is."""
        self._let_go(self._reservations.release(reservation, self._now()))

    def unreserve(self, names: Iterable[str]) -> bool:
        """Free sessions, whoever has them; that nobody has one is no error.

        Returns:
            Whether one of them was kept for the next run, and so would be taken over there until
            that has been written down.
        """
        names = list(names)
        holders = map(self._reservations.holder, names)
        was_kept = any(one is not None and one.process is not None for one in holders)
        self._let_go(self._reservations.unreserve(names, self._now()))
        return was_kept

    def register(self, sessions: Sequence[Session]) -> None:
        """Register all sessions, or none; whether they are reserved does not matter.

        Raises:
            InvalidRequestError: A session has no name, or is named twice.
            AlreadyExistsError: One of them is registered; the text says by whom and since when.
            ResourceExhaustedError: There would be too much to tell of all sessions.
        """
        self._room.check(sessions)
        # Nobody is let go by that: a request for all that is registered just wants more now.
        self._registrations.register(sessions, self._now())

    def unregister(self, names: Sequence[str]) -> None:
        """Remove registered sessions; that one is not registered is no error."""
        self._registrations.unregister(names)
        self._let_go(self._reservations.unregistered(names, self._now()))

    def register_multiplexers(self, sessions: Sequence[Session]) -> None:
        """Register all multiplexer sessions, or none; these are never reserved.

        Raises:
            InvalidRequestError: A session has no name, or is named twice.
            AlreadyExistsError: One of them is registered; the text says by whom and since when.
            ResourceExhaustedError: There would be too much to tell of all sessions.
        """
        self._room.check(sessions)
        self._multiplexers.register(sessions, self._now())

    def unregister_multiplexers(self, names: Iterable[str]) -> None:
        """Remove registered multiplexer sessions; that one is not registered is no error."""
        self._multiplexers.unregister(names)

    def registered(self, name: str) -> Session | None:
        """Return a registered session; None if it is not registered."""
        return self._registrations.get(name)

    def registered_multiplexer(self, name: str) -> Session | None:
        """Return a registered multiplexer session; None if it is not registered."""
        return self._multiplexers.get(name)

    def all_registered(self, type_id: str) -> list[Session]:
        """Return the registered sessions of a type; all of them for the empty one."""
        return self._registrations.of(type_id)

    def all_registered_multiplexers(self, type_id: str) -> list[Session]:
        """Return the registered multiplexer sessions of a type; all of them for the empty one."""
        return self._multiplexers.of(type_id)

    def holder(self, name: str) -> Reservation | None:
        """Return the reservation that has a session; None if it is free."""
        return self._reservations.holder(name)

    def all_known(self, type_id: str) -> list[Session]:
        """Return the sessions of a type that are registered, or reserved, or both."""
        known = {session.name: session for session in self._reservations.reserved()}
        known.update({session.name: session for session in self._registrations.of("")})
        return [session for session in known.values() if session.is_of(type_id)]

    @property
    def waiting(self) -> int:
        """How many requests wait."""
        return len(self._reservations.waiting())

    def stop(self) -> None:
        """End all waiting, and refuse what comes later: the station stops."""
        self._stopping = True
        self._watch.stop()
        self._reservations.withdraw_all()
        for signal in self._signals.values():
            if not signal.done():
                signal.set_exception(stopping())

    def kept(self) -> list[Held]:
        """Return what is to be kept for the next run: reservations of known holders."""
        known = [one for one in self._reservations.all() if one.process is not None]
        left = [(one, self._reservations.left(one)) for one in known]
        return [Held.of(one, sessions) for one, sessions in left if is_kept(sessions)]

    def restore(self, reservation: Reservation) -> None:
        """Take over a reservation of an earlier run, before anything is requested."""
        self._reservations.restore(reservation)
        self._watch.begin()

    async def find_holders(self) -> None:
        """Find out whose the reservations are of which that is not known yet."""
        await self._watch.look_now()

    def _keep_held(self, reservation: Reservation) -> None:
        left = self._reservations.left(reservation)
        if left and is_kept(left):  # It may have been freed while its process was looked up.
            self._changed(Held.of(reservation, left))

    def _keep_freed(self, names: Sequence[str]) -> None:
        self._changed(Freed(tuple(names)))

    async def _reserved(self, wait: Wait, timeout: float | None) -> Reservation:
        try:
            self._let_go(self._reservations.request(wait, self._now()))
            await self._granted_or_over(wait, timeout)
            if wait.reservation is None:
                await self._turns.next()
        except BaseException:
            self._let_go(self._reservations.withdraw(wait, self._now()))
            raise
        if wait.reservation is None:
            raise await self._refusal(wait)
        self._check_granted(wait.reservation)
        return wait.reservation

    def _check_granted(self, reservation: Reservation) -> None:
        """Give a reservation back with which there is too much to tell.

        What it takes is known only now: who wants all that is registered gets what is by now.
        """
        try:
            self._room.check()
        except ResourceExhaustedError:
            self.give_back(reservation)
            raise

    async def _granted_or_over(self, wait: Wait, timeout: float | None) -> None:
        if wait.reservation is not None or timeout == 0:
            return
        signal = self._signals[wait] = asyncio.get_running_loop().create_future()
        try:
            # Not wait_for: before Python 3.12 it returns if it is cancelled in the last moment.
            await asyncio.wait({signal}, timeout=timeout)
        finally:
            del self._signals[wait]
        if signal.done():
            signal.result()

    async def _refusal(self, wait: Wait) -> UnavailableError:
        if self._stopping:
            return stopping()
        obstacles, now = self._reservations.obstacles(wait), self._now()
        self._let_go(self._reservations.withdraw(wait, now))
        seen = await self._holders.look_up(asked_of(obstacles))
        await self._turns.next()
        return not_in_time(wait, obstacles, seen, now)

    def _free_left_behind(self, reservation: Reservation) -> None:
        logger.warning("%s", left_behind(reservation))
        self.give_back(reservation)

    def _let_go(self, granted: Iterable[Wait]) -> None:
        if self._reservations.all() and not self._stopping:
            self._watch.begin()
        for wait in granted:
            signal = self._signals.get(wait)
            if signal is not None and not signal.done():
                signal.set_result(None)
