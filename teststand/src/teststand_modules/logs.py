"""Log sessions, files and databases: opened in Setup, held or left open, let go in Cleanup."""

from __future__ import annotations

import logging
from collections.abc import Collection
from contextlib import ExitStack
from typing import Any

from ni.measurementlink.sessionmanagement.v1.client import SessionInformation

from session_sharing import Behavior
from session_sharing.client import RecordingClient
from session_sharing.core import Outcome
from session_sharing.errors import NotFoundError, SharingError
from teststand_modules.arguments import Pattern
from teststand_modules.creations import Creation, Ended, Opened, Wish
from teststand_modules.log_clients import (
    GONE,
    leave_open,
    note_failure,
    released,
    undo_opening,
)
from teststand_modules.log_recovery import end_noted, ending_behavior
from teststand_modules.notes import Noted
from teststand_modules.record_contexts import Entry, RecordContexts
from teststand_modules.shares import Shares
from teststand_modules.station import Station, warn_all

_log = logging.getLogger(__name__)

LogOpened = Opened[RecordingClient]


class LogKind:
    """Opens and lets go of the sessions of one logging service.

    It keeps nothing but the contexts, which guard themselves.

    Args:
        name: What is opened, in the plural.
        client_type: The service's client.
    """

    needs_reservation = False
    """Letting go harms nobody: the service closes when nobody holds the session any more."""

    def __init__(self, name: str, client_type: type[RecordingClient]) -> None:
        self.name = name
        self._client_type = client_type
        self._contexts = RecordContexts()

    # Setup

    def open(
        self, station: Station, infos: list[SessionInformation], wish: Wish, undo: ExitStack
    ) -> list[LogOpened]:
        """Open a session for each entry; `undo` closes what this has opened.

        Raises:
            SharingError: One of them cannot be opened; the text says who holds it.
        """
        clients = [self._opened(info, wish, undo) for info in infos]
        created = {client.session_name for client in clients if client.new_session}
        return [
            Opened(info, client, client.session_name, client.session_name in created)
            for info, client in zip(infos, clients, strict=True)
        ]

    def _opened(self, info: SessionInformation, wish: Wish, undo: ExitStack) -> RecordingClient:
        holds = wish.pattern is Pattern.HOLD
        behavior = Behavior.AUTO if holds else Behavior.INITIALIZE_SESSION_THEN_DETACH
        client = self._client(info, behavior, wish)
        undo.callback(undo_opening, client, wish)
        return client

    def finish_setup(self, creation: Creation[RecordingClient]) -> None:
        """Set what records inherit; leave the sessions open if that is the pattern.

        Raises:
            SharingError: The context is refused, or the service is away.
        """
        for identity in creation.identities:
            first = next(each for each in creation.opened if each.identity == identity)
            context = self._contexts.join(self._entry(creation, first))
            first.session.set_context(context)
        if creation.wish.pattern is Pattern.DETACH_AND_CLOSE:
            for each in creation.opened:
                leave_open(each.session)

    def give_up(self, creation: Creation[RecordingClient]) -> None:
        """Take back what records inherit because of a Setup that failed after all."""
        creation.wish.hurry.set()
        failures: list[SharingError] = []
        for identity in creation.identities:
            first = next(each for each in creation.opened if each.identity == identity)
            self._withdraw(creation, identity, first.session, failures)
        warn_all(failures)

    def _entry(self, creation: Creation[RecordingClient], first: LogOpened) -> Entry:
        wish, identity = creation.wish, first.identity
        foreign = not first.created and not self._contexts.knows(identity)
        return Entry(identity, creation.name, wish.execution, wish.context, foreign)

    # Cleanup

    def let_go(
        self,
        creation: Creation[RecordingClient],
        station: Station,
        closes: Collection[str],
        failures: list[SharingError],
    ) -> Ended:
        """Release or close what a creation opened, and nothing else.

        A service that was waited for in vain is not waited for again.

        Args:
            creation: The creation.
            station: NI's services; not needed here.
            closes: Of which this is the last user here; the service decides what that means.
            failures: Gets what went wrong; the rest is done all the same.
        """
        ended = Ended()
        creation.wish.hurry.clear()
        for identity in creation.identities:
            own = [each for each in creation.opened if each.identity == identity]
            if creation.wish.pattern is Pattern.HOLD:
                self._release(creation, own, ended, failures)
            else:
                self._close(creation, own, ended, failures)
        return ended

    def _release(
        self,
        creation: Creation[RecordingClient],
        own: list[LogOpened],
        ended: Ended,
        failures: list[SharingError],
    ) -> None:
        gone = self._withdraw(creation, own[0].identity, own[0].session, failures)
        outcomes = [released(each.session, creation.wish, failures) for each in reversed(own)]
        if gone:
            self._note_gone(own[0], creation.wish, ended, failures)
        elif Outcome.CLOSED in outcomes:
            ended.closed.append(own[0].identity)
        elif Outcome.CLOSE_PENDING not in outcomes:
            ended.left.append(own[0].identity)

    def _close(
        self,
        creation: Creation[RecordingClient],
        own: list[LogOpened],
        ended: Ended,
        failures: list[SharingError],
    ) -> None:
        """Attach to a session that was left open, and close it, if it is still the same."""
        identity = own[0].identity
        try:
            client = self._client(own[0].info, Behavior.ATTACH_TO_SESSION_THEN_CLOSE, creation.wish)
        except SharingError as failure:
            self._contexts.leave(identity, creation.name)
            ended.closed.append(identity)  # Its registration would else stay for ever.
            if not isinstance(failure, NotFoundError):
                note_failure(failure, creation.wish, failures)
                ended.open_still = True
            return
        if client.session_name != identity:
            self._contexts.leave(identity, creation.name)
            ended.foreign.append(identity)
            leave_open(client)
            return
        self._withdraw(creation, identity, client, failures)
        released(client, creation.wish, failures)
        ended.closed.append(identity)

    def _note_gone(
        self, first: LogOpened, wish: Wish, ended: Ended, failures: list[SharingError]
    ) -> None:
        """A session was closed under its holder: see whether somebody opened another one."""
        _log.info("The session on %r was gone already", first.info.resource_name)
        try:
            other = self._client(first.info, Behavior.ATTACH_TO_SERVER_SESSION, wish)
        except NotFoundError:
            ended.closed.append(first.identity)
        except SharingError as failure:
            note_failure(failure, wish, failures)
        else:
            ended.foreign.append(first.identity)
            leave_open(other)

    def _withdraw(
        self,
        creation: Creation[RecordingClient],
        identity: str,
        client: RecordingClient,
        failures: list[SharingError],
    ) -> bool:
        """Take back what records inherit; return whether the session turned out to be gone."""
        contexts = self._contexts.leave(identity, creation.name)
        try:
            for context in contexts:
                client.set_context(context)
        except GONE:
            return True
        except SharingError as failure:
            note_failure(failure, creation.wish, failures)
        return False

    def _client(self, info: SessionInformation, behavior: Behavior, wish: Wish) -> RecordingClient:
        options: dict[str, Any] = {
            "wait": wish.service_timeout,
            "take_over_orphan": True,
            "give_up": wish.hurry,
        }
        if behavior is Behavior.ATTACH_TO_SESSION_THEN_CLOSE:
            options["wait_closed"] = wish.close_timeout
        return self._client_type(info.resource_name, behavior, **options)

    def end(
        self,
        own: list[Opened[None]],
        noted: Noted,
        station: Station,
        shares: Shares[SessionInformation],
        failures: list[SharingError],
    ) -> str:
        """See to the end of a session that an interpreter opened which has ended.

        Args:
            own: Its entries, none of which somebody else registered by now.
            noted: What they are a part of.
            station: NI's services; not needed here.
            shares: What the executions of this interpreter have open.
            failures: Gets what went wrong.

        Returns:
            The session, if others have it still and need its registration; else nothing.
        """
        holds = noted.wish.pattern is Pattern.HOLD
        try:
            client = self._client(own[0].info, ending_behavior(noted.wish), noted.wish)
        except SharingError as failure:
            if not isinstance(failure, NotFoundError):
                note_failure(failure, noted.wish, failures)
            return ""
        is_left = end_noted(client, own[0], noted, self._contexts, failures) and holds
        is_used = own[0].created or shares.is_used(client.session_name)
        return client.session_name if is_left and is_used else ""
