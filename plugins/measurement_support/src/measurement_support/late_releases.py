"""Reservations that could not be given back in their time: they are given back later.

A station that is stopped and started again within seconds takes over the reservations of programs
that live. So one that was to be released in between would stay held as long as its program lives.
And a grant may be on its way to a run that waits for it no more.

NI's interface frees a session whoever has it. So each reservation carries a mark of its own among
its annotations, and only what still has that mark is freed: never what is somebody else's by then.
A session that is registered with the annotations of its reservation would keep the mark, so who
registers sessions within a reservation leaves the mark out.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

import grpc
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2 as messages
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2_grpc as stubs

from session_sharing.discovery import resolve_address
from session_sharing.discovery.address import channel_options
from session_sharing.errors import SharingError
from session_sharing.text import printable

MARK = "session_sharing/reservation"
"""The annotation that tells reservations apart."""

CALL_SECONDS = 1.0
"""How long a call to session management may take that nobody waits for."""

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 10.0

_INTERFACE = "ni.measurementlink.sessionmanagement.v1.SessionManagementService"
_AWAY = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.CANCELLED,
}
_log = logging.getLogger(__name__)


def is_undelivered(failure: grpc.RpcError) -> bool:
    """Tell whether a call may not have reached session management."""
    return isinstance(failure, grpc.Call) and failure.code() in _AWAY


@dataclass(frozen=True)
class LateRelease:
    """A reservation that is to be given back.

    Attributes:
        mark: What the reservation is known by.
        pins: What was reserved, in words.
    """

    mark: str
    pins: str

    def is_over(self) -> bool:
        """Give back what is still reserved under the mark; return whether nothing is left to do."""
        try:
            address = resolve_address(_INTERFACE, _INTERFACE, timeout=CALL_SECONDS)
            # A channel of its own: one that has failed for long tries again only after minutes.
            options = [*channel_options(address), ("grpc.max_receive_message_length", -1)]
            with grpc.insecure_channel(address, options) as channel:
                self._give_back(stubs.SessionManagementServiceStub(channel))
        except SharingError as error:  # The station is away, or is being started.
            _log.debug("%s", printable(error.message))
            return False
        except grpc.RpcError as failure:
            if is_undelivered(failure):
                return False
            _log.warning(
                "Session management does not tell whether %s is still reserved, so it was not "
                "given back again: %s",
                printable(self.pins),
                printable(str(failure)),
            )
        return True

    def _give_back(self, management: stubs.SessionManagementServiceStub) -> None:
        known = management.GetSessions(messages.GetSessionsRequest(), timeout=CALL_SECONDS).sessions
        ours = [
            one for one in known if one.session_reserved and one.annotations.get(MARK) == self.mark
        ]
        if ours:
            request = messages.UnreserveSessionsRequest(sessions=ours)
            management.UnreserveSessions(request, timeout=CALL_SECONDS)
            _log.info("The reservation of %s is given back", printable(self.pins))


class LateReleases:
    """Tries until each release is delivered, or the process ends, with pauses that grow.

    Methods may be called from any thread. A daemon thread, `late releases`, is there while there is
    something to do; `_changed` guards all there is, and is not held while it is done.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[LateRelease] = []
        self._thread: threading.Thread | None = None
        self._stopping = False

    def add(self, release: LateRelease) -> None:
        """Have a release delivered, soon."""
        with self._changed:
            self._waiting.append(release)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._deliver, name="late releases", daemon=True
                )
                self._thread.start()

    def stop(self, timeout: float) -> None:
        """Try everything one last time, within so many seconds."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(timeout)

    def _deliver(self) -> None:
        pause, is_going_on = FIRST_PAUSE, True
        while is_going_on:
            with self._changed:
                is_last = self._changed.wait_for(lambda: self._stopping, pause)
                waiting = list(self._waiting)
            over = [release for release in waiting if release.is_over()]
            is_going_on = self._keep_all_but(over, is_last=is_last)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _keep_all_but(self, over: list[LateRelease], *, is_last: bool) -> bool:
        """Forget what is over; return whether to go on."""
        with self._changed:
            self._waiting = [release for release in self._waiting if release not in over]
            if self._waiting and not is_last:
                return True
            self._thread = None
            return False


LATE_RELEASES = LateReleases()
"""The late releases of this process."""
