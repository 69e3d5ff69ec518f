"""The connections of this process: one for each service, shared by all its sessions there."""

from __future__ import annotations

import os
import threading
from collections import Counter

from session_sharing.client.connection import Connection
from session_sharing.client.patience import Patience
from session_sharing.client.place import ServicePlace
from session_sharing.discovery.resolve import LOOK_UP_SECONDS
from session_sharing.errors import NoStationError, ServiceNotFoundError
from session_sharing.identity import this_client


class ConnectionPool:
    """Shares connections by service, and closes those that nobody uses any more.

    The spellings of this machine's loopback are one service, because services listen on all of it.
    A connection that has lost its service and looks for it is shared too, wherever it will find it.

    `_guard` guards all state and is never held while connecting: connections connect by themselves,
    and their users wait for that. A forked child starts with an empty pool.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything, as a forked child must: nothing of its parent's may be touched."""
        self._guard = threading.Lock()
        self._users: Counter[Connection] = Counter()

    def acquire(self, place: ServicePlace, patience: Patience) -> Connection:
        """Return the connection to a service, made if need be; give it back with `release`.

        Args:
            place: Where the service is looked for.
            patience: How long to wait for the service.

        Raises:
            InvalidRequestError: The address is none.
            SharingError: The service cannot be reached, or did not come in time.
        """
        connection = self._take(place, self._look_up(place, patience))
        try:
            connection.connected(patience)
        except BaseException:
            self.release(connection)
            raise
        return connection

    def _look_up(self, place: ServicePlace, patience: Patience) -> str:
        """Return where the service is now; nothing if it is not, as while it is started again.

        A discovery that is away hides no service to which this process has a connection.
        """
        try:
            return place.find(min(patience.seconds, LOOK_UP_SECONDS))
        except ServiceNotFoundError:
            return ""
        except NoStationError:
            if not self._has(place):
                raise
            return ""

    def _has(self, place: ServicePlace) -> bool:
        with self._guard:
            return any(known.serves(place, "") for known in self._users)

    def _take(self, place: ServicePlace, address: str) -> Connection:
        identity = this_client()  # It reads files.
        with self._guard:
            shared = (known for known in self._users if known.serves(place, address))
            connection = next(shared, None) or Connection(place, address, identity)
            self._users[connection] += 1
            return connection

    def release(self, connection: Connection) -> None:
        """Give a connection back; the last one to do so closes it."""
        with self._guard:
            self._users[connection] -= 1
            if self._users[connection] > 0:
                return
            del self._users[connection]
        connection.close()


CONNECTIONS = ConnectionPool()
"""The pool of this process."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=CONNECTIONS.reset)
