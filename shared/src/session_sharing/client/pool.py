"""The connections of this process: one for each service, shared by all its sessions there."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from concurrent.futures import Future, TimeoutError  # noqa: A004 - the builtin one from 3.11 on

from session_sharing.client.connection import Connection
from session_sharing.discovery.address import shared_spelling
from session_sharing.errors import OutcomeUnknownError


class ConnectionPool:
    """Shares connections by service, and closes those that nobody uses any more.

    The spellings of this machine's loopback are one service, because services listen on all of it.

    `_guard` guards all state and is never held while connecting: who connects first leaves a
    future, and whoever wants the same service meanwhile waits for that. A forked child starts
    with an empty pool.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything, as a forked child must: nothing of its parent's may be touched."""
        self._guard = threading.Lock()
        self._connections: dict[str, Future[Connection]] = {}
        self._users: Counter[Connection] = Counter()

    def acquire(self, address: str, wait: float) -> Connection:
        """Return the connection to a service, made if need be; give it back with `release`.

        Args:
            address: host:port of the service.
            wait: How long to wait for the service, in seconds.

        Raises:
            InvalidRequestError: The address is none.
            SharingError: The service cannot be reached.
        """
        deadline = time.monotonic() + wait
        key = shared_spelling(address)
        while True:
            with self._guard:
                shared = self._connections.get(key)
                if shared is None or _is_lost(shared):
                    mine: Future[Connection] = Future()
                    self._connections[key] = mine
                    break
            connection = _made_by_other(shared, address, deadline)
            with self._guard:
                if connection and self._connections.get(key) is shared:
                    self._users[connection] += 1
                    return connection
        return self._connect(address, max(0.0, deadline - time.monotonic()), mine)

    def _connect(self, address: str, wait: float, mine: Future[Connection]) -> Connection:
        try:
            connection = Connection(address, wait)
        except BaseException as error:
            with self._guard:
                key = shared_spelling(address)
                if self._connections.get(key) is mine:
                    del self._connections[key]
            mine.set_exception(error)
            raise
        with self._guard:
            self._users[connection] += 1
        mine.set_result(connection)
        return connection

    def release(self, connection: Connection) -> None:
        """Give a connection back; the last one to do so closes it."""
        with self._guard:
            self._users[connection] -= 1
            if self._users[connection] > 0:
                return
            del self._users[connection]
            key = shared_spelling(connection.address)
            shared = self._connections.get(key)
            if shared is not None and shared.done() and shared.result() is connection:
                del self._connections[key]
        connection.close()


def _made_by_other(shared: Future[Connection], address: str, deadline: float) -> Connection | None:
    """Wait for the connection that another thread makes; None if that failed: it may be our turn.

    Raises:
        OutcomeUnknownError: The other thread still waits for the service.
    """
    try:
        failure = shared.exception(max(0.0, deadline - time.monotonic()))
    except TimeoutError as late:
        raise OutcomeUnknownError(
            f"The service at {address} did not answer in time. It may be busy or frozen: look at "
            "its log; if it hangs, restart it."
        ) from late
    return None if failure else shared.result()


def _is_lost(shared: Future[Connection]) -> bool:
    return shared.done() and (shared.exception() is not None or not shared.result().is_alive)


CONNECTIONS = ConnectionPool()
"""The pool of this process."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=CONNECTIONS.reset)
