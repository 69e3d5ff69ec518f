"""The live streams of clients, and the grace time of those whose stream was lost."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Iterable

from session_sharing.core import Registry, refusals
from session_sharing.information import ClientIdentity

LATE_SECONDS = 1.0
"""A timer that is so much too late shows that the service itself stood still."""


class ClientStreams:
    """Counts the streams of every client and starts the grace time when the last one ends.

    Used on one event loop only, which guards all state. Nothing here waits: the end of a stream
    is noticed in a task that is being cancelled, where waiting is impossible.

    Args:
        registry: Is told of clients that come and go.
        grace: How long a lost client keeps its attachments, in seconds.
        expire: Called with the id of a client that did not come back in time.
    """

    def __init__(self, registry: Registry, grace: float, expire: Callable[[str], None]) -> None:
        self._registry = registry
        self._expire = expire
        self._streams: Counter[str] = Counter()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._expected: set[str] = set()
        self._stopped = False
        self.grace = grace

    @property
    def connected(self) -> int:
        """How many clients hold a stream."""
        return len(self._streams)

    @property
    def lost(self) -> int:
        """How many clients hold something, and no stream."""
        return len(self._registry.lost_clients())

    def connect(self, client_id: str, identity: ClientIdentity) -> str:
        """A stream has begun; return the client's id.

        Args:
            client_id: The id of a client that comes back, or empty for a new one.
            identity: The client's description of itself.

        Raises:
            UnknownClientError: The client that comes back is not known any more.
            OtherCertificateError: It comes back with another certificate than it had.
        """
        if client_id and not self._registry.knows(client_id):
            raise refusals.client_unknown()
        client_id = client_id or secrets.token_hex(16)
        self._registry.connect(client_id, identity)
        self._expected.discard(client_id)
        timer = self._timers.pop(client_id, None)
        if timer is not None:
            timer.cancel()
        self._streams[client_id] += 1
        return client_id

    def end(self, client_id: str) -> None:
        """A stream has ended. That is never a release: it may be a lost connection."""
        self._streams[client_id] -= 1
        if self._streams[client_id] > 0:
            return
        del self._streams[client_id]
        if self._registry.lose(client_id) and not self._stopped:
            self._timers[client_id] = self._timer(client_id, self.grace)

    def expect(self, client_ids: Iterable[str], seconds: float) -> None:
        """Give up the clients among these that do not come back in time.

        It may be called again: from then on those that have yet to come back have the time anew.

        Args:
            client_ids: Clients of an earlier run of the service. Who has come back, or has done so
                and was lost again, is treated as any client.
            seconds: How long they have.
        """
        if self._stopped:
            return
        came_back = self._streams.keys() | self._timers.keys() - self._expected
        for client_id in set(client_ids) - came_back:
            if client_id in self._expected:
                self._timers[client_id].cancel()
            self._expected.add(client_id)
            self._timers[client_id] = self._timer(client_id, seconds)

    def _timer(self, client_id: str, seconds: float) -> asyncio.TimerHandle:
        loop = asyncio.get_running_loop()
        due = loop.time() + seconds
        return loop.call_at(due, self._give_up, client_id, due)

    def _give_up(self, client_id: str, due: float) -> None:
        """Expire a client; if this is late, it could not come back, and has a little time more."""
        if asyncio.get_running_loop().time() > due + LATE_SECONDS:
            self._timers[client_id] = self._timer(client_id, LATE_SECONDS)
            return
        self._expected.discard(client_id)
        del self._timers[client_id]
        self._expire(client_id)

    def stop(self) -> None:
        """Expire nobody any more, nor those whose streams end because the service stops."""
        self._stopped = True
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
