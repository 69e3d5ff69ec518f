"""Creating and destroying sessions, whatever their kind: in what order, and what if it fails."""

from __future__ import annotations

import atexit
import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from ni.measurementlink.sessionmanagement.v1.client import SessionInformation

from session_sharing.errors import NotFoundError, SharingError
from session_sharing.text import printable
from teststand_modules.arguments import Pattern
from teststand_modules.creations import Creation, Wish
from teststand_modules.errors import NothingToOpenError
from teststand_modules.kinds import Kind
from teststand_modules.ledger import Ledger
from teststand_modules.notes import Notes, noted_of
from teststand_modules.recovery import recover
from teststand_modules.registering import register, stale_of
from teststand_modules.shares import Shares
from teststand_modules.station import Station, warn_all

_log = logging.getLogger(__name__)

EXIT_SECONDS = 0.5
"""How long a reservation is waited for when the interpreter ends before Cleanup came."""


_Created = tuple["SessionModule", Creation[Any]]
_LEDGER: Ledger[_Created] = Ledger()


class SessionModule:
    """The sessions of one kind, created by Setup steps and destroyed by Cleanup steps.

    Methods may be called from any thread; what they share is in ledger and shares, which guard
    themselves. No call is made under a guard: at the services, the reservation is what keeps
    creating and destroying of the same sessions apart.

    Args:
        kind: The kind.
    """

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._shares: Shares[SessionInformation] = Shares()

    # Setup

    def note_failed(self, execution: str) -> None:
        """Note a Setup that failed before it began: its Cleanup will come all the same."""
        _LEDGER.add(self._kind.name, execution, None)

    def create(self, wish: Wish, notes: Notes) -> None:
        """Open all sessions that are wished for, and register them; or leave nothing behind.

        Args:
            wish: What is wished for.
            notes: Gets what was opened.

        Raises:
            SharingError: A session is reserved, or refused, or a service is away. The text says
                who holds what.
        """
        added = False
        try:
            with ExitStack() as keeps:
                station = keeps.enter_context(Station(wish.reserve_timeout))
                with station.reserved(wish.pin_map_id, wish.sites, wish.types) as infos:
                    creation = self._created(station, infos, wish, notes)
                    creation.owed = list(infos)
                    creation.keeps = keeps.pop_all()
                    _LEDGER.add(self._kind.name, wish.execution, (self, creation))
                    added = True
                creation.owed = []
        finally:
            if not added:
                self.note_failed(wish.execution)

    def _created(
        self, station: Station, infos: list[SessionInformation], wish: Wish, notes: Notes
    ) -> Creation[Any]:
        if not infos:
            types = " or ".join(map(repr, wish.types))
            raise NothingToOpenError(
                f"The pin map {wish.pin_map_id!r} connects no instrument of the type {types}, so "
                f"there are no {self._kind.name} to open. Add one to the pin map, or name its "
                "instrumentTypeId in the argument instrument_type."
            )
        with ExitStack() as undo:
            opened = self._kind.open(station, infos, wish, undo)
            creation = Creation(wish, opened, ExitStack())
            undo.callback(self._kind.give_up, creation)
            notes.add(noted_of(creation))
            undo.callback(notes.remove, creation.name)
            registered = register(station, creation, undo)
            self._kind.finish_setup(creation)
            self._join(creation, registered)
            undo.pop_all()
        return creation

    def _join(self, creation: Creation[Any], registered: Sequence[SessionInformation]) -> None:
        by_name = {info.session_name: info for info in registered}
        for each in creation.opened:
            name = each.info.session_name
            own = [(name, by_name[name])] if name in by_name else []
            self._shares.join(each.identity, creation.name, created=each.created, registered=own)

    # Cleanup

    def destroy(self, execution: str, reserve_timeout: float, notes: Notes) -> None:
        """Let go of what an execution created; that there is nothing is no error.

        Everything is tried, whatever fails before it, and also what an earlier call could not do.

        Args:
            execution: The execution; empty if it does not say: see `Ledger`.
            reserve_timeout: How long to wait for a reservation, in seconds.
            notes: What the execution opened, also in an interpreter that has ended.

        Raises:
            SharingError: The first failure; others are logged. The text says who holds what.
        """
        left_over = _LEDGER.take_left_over(self._kind.name)
        taken = _LEDGER.take(self._kind.name, execution)
        own = _let_go_each(taken, reserve_timeout, notes)
        old = _let_go_each(left_over, reserve_timeout, notes)
        if not any(creation.wish.execution == execution for _, creation in taken):
            own += self._recover(reserve_timeout, notes)
        failures = own if taken or own else old  # Nobody's Cleanup fails for another one's.
        warn_all([*own, *old][1:] if failures else old)
        if failures:
            raise failures[0]

    def _recover(self, reserve_timeout: float, notes: Notes) -> list[SharingError]:
        """Let go of what the execution opened in an interpreter that has ended since."""
        noted = notes.latest()
        if noted is None:
            return []
        failures = recover(self._kind, self._shares, noted, reserve_timeout)
        if not failures:
            notes.remove(noted.name)
        return failures

    def let_go(
        self, creation: Creation[Any], reserve_timeout: float, *, at_exit: bool = False
    ) -> list[SharingError]:
        """Let go of what a creation opened; return what went wrong.

        Args:
            creation: The creation.
            reserve_timeout: How long to wait for a reservation, in seconds.
            at_exit: Whether it must be let go of even under somebody who has it reserved.
        """
        failures: list[SharingError] = []
        with Station(reserve_timeout) as station, _trying(failures) as trying:
            reserved = self._reserved(station, creation, failures, trying)
            if self._kind.needs_reservation and reserved is None and not at_exit:
                _LEDGER.put_back(self._kind.name, (self, creation))
                return failures
            self._let_go(creation, station, reserved or [], failures)
        creation.keeps.close()
        return failures

    def _reserved(
        self,
        station: Station,
        creation: Creation[Any],
        failures: list[SharingError],
        trying: ExitStack,
    ) -> list[SessionInformation] | None:
        """Reserve what was opened; None, and a failure, if that cannot be."""
        wish = creation.wish
        try:
            station.unreserve(creation.owed)
            creation.owed = []
            return trying.enter_context(station.reserved(wish.pin_map_id, wish.sites, wish.types))
        except NotFoundError as failure:
            # The station started again and forgot the pin map, and with it who has what.
            _log.info("%s", printable(failure.message))
            return []
        except SharingError as failure:
            failures.append(failure)
            return None

    def _let_go(
        self,
        creation: Creation[Any],
        station: Station,
        reserved: Sequence[SessionInformation],
        failures: list[SharingError],
    ) -> None:
        identities = creation.identities
        closes = [each for each in identities if self._shares.leave(each, creation.name)]
        ended = self._kind.let_go(creation, station, closes, failures)
        if ended.open_still:
            _LEDGER.put_back(self._kind.name, (self, creation))
        stale = stale_of(self._shares, creation, ended, reserved)
        for identity in identities:
            self._shares.forget(identity)
        try:
            station.unregister(list({info.session_name: info for info in stale}.values()))
        except SharingError as failure:
            failures.append(failure)


def _let_go_each(
    each: Sequence[_Created], reserve_timeout: float, notes: Notes
) -> list[SharingError]:
    """Let go of creations; what is let go of is noted no more."""
    failures: list[SharingError] = []
    for module, creation in each:
        own = module.let_go(creation, reserve_timeout)
        if not own:
            notes.remove(creation.name)
        failures += own
    return failures


@contextmanager
def _trying(failures: list[SharingError]) -> Iterator[ExitStack]:
    """Have a stack; what fails when it is closed is one more failure."""
    try:
        with ExitStack() as stack:
            yield stack
    except SharingError as failure:
        failures.append(failure)


def _let_go_at_exit() -> None:
    """End what is held: the interpreter ends, and no Cleanup will come."""
    for module, creation in _LEDGER.take_all():
        if creation.wish.pattern is Pattern.HOLD:
            warn_all(module.let_go(creation, EXIT_SECONDS, at_exit=True))


atexit.register(_let_go_at_exit)
