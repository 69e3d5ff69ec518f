"""Releases that could not be delivered, and are owed to the service."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable

from session_sharing.client.patience import Patience, pauses
from session_sharing.client.repeating import FindsAgain
from session_sharing.errors import OutcomeUnknownError, SharingError, UnavailableError

MAXIMUM_OWED = 1_000

_log = logging.getLogger(__name__)


def is_undelivered(error: BaseException) -> bool:
    """Tell whether a release that failed so may not have reached the service.

    Args:
        error: What it failed with; one that was interrupted counts as well.
    """
    unreached = isinstance(error, (UnavailableError, OutcomeUnknownError))
    return unreached or not isinstance(error, Exception)


class OwedReleases:
    """Sends the releases again that were not delivered, until the service has answered each.

    Without them the service would hold for this process what nobody uses any more, as long as the
    process is connected for something else. A release may be repeated: it is known by its ids.

    `_guard` guards what is owed and whether the daemon thread `session releases` runs, which it
    does while something is owed. Nothing is sent under it.

    Args:
        connection: The connection to the service. When it ends, nothing is owed any more: the
            service notices that its client is gone.
    """

    def __init__(self, connection: FindsAgain) -> None:
        self._connection = connection
        self._guard = threading.Lock()
        self._owed: dict[str, Callable[[], object]] = {}
        self._runs = False

    def add(self, attachment_id: str, send: Callable[[], object]) -> None:
        """Send a release as soon as the service is there.

        Args:
            attachment_id: What is released. Of more than `MAXIMUM_OWED` the oldest is given up.
            send: Asks the service to release, with a time-out; raises `SharingError`.
        """
        with self._guard:
            self._owed[attachment_id] = send
            given_up = len(self._owed) > MAXIMUM_OWED
            if given_up:
                del self._owed[next(iter(self._owed))]
            starts, self._runs = not self._runs, True
        if given_up:
            _log.warning(
                "More than %d releases wait for a service that is away, so one is given up: what "
                "it was to release stays held until this process ends",
                MAXIMUM_OWED,
            )
        if starts:
            threading.Thread(target=self._run, name="session releases", daemon=True).start()

    def _run(self) -> None:
        between, failed, pause = pauses(), None, 0.0
        while True:
            link = self._connection.next_link(Patience(math.inf), failed, pause)
            if link is None:
                return  # The connection has ended.
            first = self._first()
            if first is None:
                return
            if self._deliver(*first):
                between, failed, pause = pauses(), None, 0.0
            else:
                failed, pause = link, next(between)

    def _first(self) -> tuple[str, Callable[[], object]] | None:
        """Return what is owed longest; None if nothing is, and the thread ends."""
        with self._guard:
            first = next(iter(self._owed.items()), None)
            self._runs = first is not None
            return first

    def _deliver(self, attachment_id: str, send: Callable[[], object]) -> bool:
        """Send a release; return whether it was answered. If not, the others come first."""
        try:
            send()
        except SharingError as error:
            if is_undelivered(error):
                with self._guard:
                    self._owed[attachment_id] = self._owed.pop(attachment_id, send)
                return False
            _log.debug("A release that was owed was refused: %s", error.message)
        with self._guard:
            self._owed.pop(attachment_id, None)
        return True
