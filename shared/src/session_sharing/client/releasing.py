"""Releasing an attachment: once, by whoever comes first, and with a word on who still holds it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from session_sharing.behavior import Behavior
from session_sharing.client.owed import is_undelivered
from session_sharing.client.pending import asked_to_close, insists_on_close, pends_on_others
from session_sharing.core import Outcome, Released, ReleaseMode
from session_sharing.errors import ClosePendingError, SessionNotFoundError
from session_sharing.information import ClientIdentity
from session_sharing.wire.generated import session_pb2
from session_sharing.wire.session import mode_to_wire, released_from_wire
from session_sharing.wire.times import seconds_to_wire

_log = logging.getLogger(__name__)

Call = Callable[[session_pb2.ReleaseRequest, float], session_pb2.ReleaseResponse]
"""Calls the service's Close with a request, waiting for so many seconds."""


@dataclass(frozen=True)
class Terms:
    """What a release goes by.

    Attributes:
        behavior: The behaviour of the client.
        own: This process.
        wait: How long to wait for the service, in seconds.
        wait_closed: How long to wait for other processes, in seconds; None to warn at once.
    """

    behavior: Behavior
    own: ClientIdentity
    wait: float
    wait_closed: float | None


class AttachmentRelease:
    """Releases one attachment, once; who comes later gets the first answer.

    A release that was not delivered is no answer: who comes after it tries again. Methods may be
    called from any thread. `_guard` guards who is first; no call is made under it. `_asking` is the
    threads that ask, each of which adds and removes itself.
    `attachment` and `client_id` are filled in by the thread that initializes, before anybody else
    can know of them.

    Args:
        attachment: What is released.
        terms: What the release goes by.
        call: Calls the service.

    Attributes:
        attachment: What is released.
        client_id: The id under which the service knew this process when the attachment was made;
            empty before that was tried.
    """

    def __init__(
        self, attachment: session_pb2.AttachmentReference, terms: Terms, call: Call
    ) -> None:
        self.attachment = attachment
        self._terms = terms
        self._call = call
        self._guard = threading.Lock()
        self._answer: Future[Released] | None = None
        self._asking: set[int] = set()
        self.client_id = ""

    @property
    def begun(self) -> bool:
        """Whether the attachment was, or is being, released."""
        return self._answer is not None  # It never is again, so it needs no guard.

    @property
    def is_asked_here(self) -> bool:
        """Whether it is this thread that asks the service to release right now."""
        return threading.get_ident() in self._asking

    @property
    def released(self) -> Released | None:
        """What became of the session; None as long as that is not known."""
        answer = self._answer
        if answer is None or not answer.done() or answer.exception() is not None:
            return None
        return answer.result()

    def release(
        self, mode: ReleaseMode, *, created: bool, connected: AbstractContextManager[None]
    ) -> Released:
        """Release, or return what the first release was answered.

        Args:
            mode: What is asked for.
            created: Whether the attachment created the session.
            connected: Entered while the service is asked; not if it was before.

        Raises:
            ClosePendingError: Other processes still held the session after `wait_closed` seconds.
            SharingError: The service cannot be reached, or closing failed.
        """
        with self._guard:
            answer = self._answer
            first = answer is None or _came_to_nothing(answer)
            if answer is None or first:
                answer = self._answer = Future()
        if not first:
            return answer.result()
        asked = asked_to_close(mode, self._terms.behavior, created=created)
        try:
            with self._asks(), connected:
                released = self._release_and_wait(mode, asked=asked)
        except BaseException as error:
            answer.set_exception(error)
            raise
        answer.set_result(released)
        if asked:
            self._report_pending(released, mode)
        return released

    def ask(self, mode: ReleaseMode, timeout: float) -> Released:
        """Ask the service to release, whatever was asked before.

        Args:
            mode: What is asked for.
            timeout: How long to wait for the service, in seconds.

        Raises:
            SharingError: The service cannot be reached, or closing failed.
        """
        with self._asks():
            return self._ask(mode, 0.0, timeout)

    @contextmanager
    def _asks(self) -> Iterator[None]:
        self._asking.add(threading.get_ident())
        try:
            yield
        finally:
            self._asking.discard(threading.get_ident())

    def _ask(self, mode: ReleaseMode, wait_closed: float, timeout: float) -> Released:
        """Ask the service to release; a session that is gone already counts as closed."""
        request = session_pb2.ReleaseRequest(
            attachment=self.attachment,
            client_id=self.client_id,
            mode=mode_to_wire(mode),
            wait_closed=seconds_to_wire(wait_closed),
        )
        try:
            return released_from_wire(self._call(request, wait_closed + timeout))
        except SessionNotFoundError as error:
            _log.info("The session was gone already: %s", error.message)
            return Released(Outcome.CLOSED)

    def _release_and_wait(self, mode: ReleaseMode, *, asked: bool) -> Released:
        """Release; if others keep open what was to be closed, ask again and wait for them."""
        released = self._ask(mode, 0.0, self._terms.wait)
        if self._terms.wait_closed and asked and pends_on_others(released, self._terms.own):
            return self._ask(mode, self._terms.wait_closed, self._terms.wait)
        return released

    def _report_pending(self, released: Released, mode: ReleaseMode) -> None:
        """Say that others hold what was to be closed: as an error if it was waited for."""
        session = released.session
        if session is None or not pends_on_others(released, self._terms.own):
            return
        text = f"The close is pending: {session}. {session.how_to_close()}"
        if self._terms.wait_closed is not None:
            raise ClosePendingError(text, resource_name=session.resource_name, session=session)
        if insists_on_close(mode, self._terms.behavior):
            _log.warning("%s", text)


def _came_to_nothing(answer: Future[Released]) -> bool:
    """Tell whether a release has failed without having been delivered for certain."""
    error = answer.exception() if answer.done() else None
    return error is not None and is_undelivered(error)
