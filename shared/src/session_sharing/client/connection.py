"""One process's connection to one service, which looks for the service again when it is lost."""

from __future__ import annotations

import copy
import logging
import os
import threading
import time

import grpc

from session_sharing.client.connector import Connector
from session_sharing.client.encryption import trouble_of
from session_sharing.client.failures import (
    away_since,
    broken_off,
    connecting_defect,
    explain_connecting,
    may_come,
    not_inherited,
)
from session_sharing.client.link import Link, no_answer
from session_sharing.client.owed import OwedReleases
from session_sharing.client.patience import LOOK_SECONDS, Patience, pauses
from session_sharing.client.place import ServicePlace
from session_sharing.discovery.address import shared_spelling
from session_sharing.errors import SharingError
from session_sharing.information import ClientIdentity
from session_sharing.utc import utc_now
from session_sharing.wire.status import error_from_call

_log = logging.getLogger(__name__)


class Connection:
    """Keeps a link to a service: when its stream is lost, the service is looked for again.

    It comes back with its client id, so what it holds stays held. Where the service does not know
    that id any more, it gets a new one, and the service refuses what was held under the old.

    A thread named `session liveness` looks, connects, and reads the stream. It alone writes `link`
    and `address`, each as a whole, so anybody may read them. `_changed` guards all that is private
    and changes; under it nothing is sent, and nothing waited for but its own notice.

    Args:
        place: Where the service is looked for.
        address: host:port where it was found just now; empty to look for it.
        identity: This process.

    Attributes:
        identity: This process.
        address: host:port where the service was found last; empty if it never was.
        link: The latest link, which may be lost; None before the first.
        owed: The releases that could not be delivered.
    """

    def __init__(self, place: ServicePlace, address: str, identity: ClientIdentity) -> None:
        self.identity = identity
        self.address = address
        self.link: Link | None = None
        self.owed = OwedReleases(self)
        self._place = place
        self._connector = Connector(place, address, identity, self._show)
        self._process_id = os.getpid()
        self._changed = threading.Condition()
        self._connected = False
        self._opening: Link | None = None
        self._failure: SharingError | None = None
        self._away_since = utc_now()
        self._wanted = False
        self._ended = False
        threading.Thread(target=self._run, name="session liveness", daemon=True).start()

    @property
    def is_alive(self) -> bool:
        """Whether it is connected now."""
        with self._changed:
            return self._connected and not self._ended

    @property
    def is_ended(self) -> bool:
        """Whether it was closed, or never came about."""
        with self._changed:
            return self._ended

    @property
    def away(self) -> str:
        """Which service is away, and since when, as the beginning of a sentence."""
        with self._changed:
            since = utc_now() if self._connected else self._away_since
        return away_since(self.address or f"no known address ({self._place.service_class})", since)

    @property
    def trouble(self) -> str:
        """Which certificate keeps it from connecting again; empty if none does.

        It is waited for all the same, as a renewal may be under way.
        """
        with self._changed:
            return trouble_of(self._failure)

    def serves(self, place: ServicePlace, address: str) -> bool:
        """Tell whether it is the connection for a service.

        Args:
            place: Where the service is looked for.
            address: host:port where it was found just now; empty if it was not.
        """
        with self._changed:
            if self._ended or not self._place.is_same_search(place):
                return False
            # While it looks for the service, it will find what the other would.
            looks = not self._connected or not address
            return looks or shared_spelling(self.address) == shared_spelling(address)

    def connected(self, patience: Patience) -> Link:
        """Wait until it is connected, and return the link.

        Raises:
            SharingError: The service cannot be reached, or did not come in time.
        """
        link = self.next_link(patience)
        if link is None:
            raise self._why_not(patience)
        return link

    def next_link(
        self, patience: Patience, failed: Link | None = None, pause: float = 0.0
    ) -> Link | None:
        """Wait until it is connected; return the link, or None when nobody waits any more.

        Args:
            patience: How long to wait.
            failed: The link over which a call failed. It is returned only after the pause: mostly
                the failure of a call is seen an instant before that of its link.
            pause: How long to wait for another link, in seconds.
        """
        again_at = time.monotonic() + pause
        with self._changed:
            self._wanted = True
            self._changed.notify_all()
            while not self._ended:
                left, is_over = again_at - time.monotonic(), patience.is_over
                if self._connected and (
                    failed is None or (not is_over and (self.link is not failed or left <= 0))
                ):
                    return self.link
                if is_over:
                    return None
                limits = (LOOK_SECONDS, patience.remaining, left)
                self._changed.wait(min(limit for limit in limits if limit > 0))
        return None

    def refuse_after_fork(self) -> None:
        """Refuse use by a forked child: it would break the channel of its parent.

        Raises:
            PreconditionError: This is a forked child of the process that connected.
        """
        if os.getpid() != self._process_id:
            raise not_inherited(self._process_id)

    def close(self) -> None:
        """Close the link and look for none any more; calls under way are broken off."""
        if os.getpid() != self._process_id:
            return
        with self._changed:
            self._end()
            links = (self.link, self._opening)  # One that is shown later is closed there.
        for link in links:
            if link is not None:
                link.close()

    # What its thread does

    def _run(self) -> None:
        try:
            self._keep_connected()
        finally:
            self._end()

    def _end(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _keep_connected(self) -> None:
        between = pauses()
        while not self.is_ended:
            try:
                link = self._connector.connect(self.link)
            except (grpc.RpcError, SharingError) as failure:
                if not self._note_failure(failure):
                    return
            except Exception as defect:  # noqa: BLE001 - its users would never learn why
                if self.is_ended:
                    return  # No defect: the link was closed under it.
                _log.debug("Connecting failed by a defect", exc_info=True)
                if not self._note_failure(connecting_defect(defect)):
                    return
            else:
                self._note_connected(link)
                self._note_lost(link.read_to_end())
                between = pauses()
            self._pause(next(between))

    def _show(self, link: Link) -> None:
        """Let `close` close a link that is being opened."""
        with self._changed:
            self._opening = link
            ended = self._ended
        if ended:
            link.close()

    def _note_connected(self, link: Link) -> None:
        """Show the new link. The old one is not closed: calls that go over it still may end well.

        Its channel closes by itself when the last of them, and the last stub of it, is gone.
        """
        old = self.link  # Kept until the guard is free: its going may take a moment.
        with self._changed:
            again = old is not None or self._failure is not None
            self.link, self.address = link, link.address
            self._opening = self._failure = None
            self._connected = True
            self._changed.notify_all()
        if again:
            _log.info("Found the service at %s", link.address)

    def _note_lost(self, failure: grpc.RpcError | None) -> None:
        with self._changed:
            self._connected = False
            self._away_since = utc_now()
            if self._ended:
                return
        reason = error_from_call(failure).message if failure else "it ended the stream"
        _log.warning("Lost the service at %s (%s); looking for it", self.address, reason)

    def _note_failure(self, failure: grpc.RpcError | SharingError) -> bool:
        """Note why it could not be connected; return whether it makes sense to try again."""
        error = explain_connecting(failure, self._connector.tried)
        goes_on = self.link is not None or may_come(failure)
        trouble = trouble_of(error)
        is_new = trouble != self.trouble
        with self._changed:
            first = self.link is None and self._failure is None and not self._ended
            self._failure, self._opening = error, None
        if first and goes_on:
            _log.warning("Waiting for a service that is not there yet: %s", error.message)
        elif trouble and is_new and goes_on:
            _log.warning("Cannot connect again, and goes on trying: %s", error.message)
        return goes_on

    def _pause(self, seconds: float) -> None:
        """Wait before the next attempt, less when somebody wants to call."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended or self._wanted, seconds)
            self._wanted = False

    def _why_not(self, patience: Patience) -> SharingError:
        """Return why there is no link."""
        with self._changed:
            failure = self._failure
        if patience.is_broken_off:
            return broken_off(self.away, lambda: "initializing the session", maybe_done=False)
        if failure is None:
            return no_answer(self.address or "its address", patience.seconds)
        return copy.copy(failure)  # Each thread raises its own.
