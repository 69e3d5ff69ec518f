"""Forgetting services whose place another process has got: somebody listens there, but not they."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence

from local_station.discovery.directory import Directory
from local_station.discovery.listening import Listener, listeners
from local_station.discovery.model import Registration
from session_sharing.discovery.address import is_loopback
from session_sharing.errors import ResourceExhaustedError
from session_sharing.service.threads import in_thread

LOOK_SECONDS = 5.0
"""How long a look may take."""

logger = logging.getLogger(__name__)


class Places:
    """Notes which processes listen where services have registered, beside the event loop.

    When a service registers, older ones at its place are forgotten if none of the processes that
    listened when they registered listens there now: they were killed, and the system gave their
    port to another program. Several services of one process stay. Where it is not seen who listens,
    and in what an earlier run of the station kept, nothing is forgotten by this. A look takes
    milliseconds, so those who register while one is going on share the next one. The one event loop
    guards all state.

    Args:
        directory: What is registered.
        forgotten: Called with services that were forgotten.
        look: Returns the processes that listen, by port; called in a thread.
    """

    def __init__(
        self,
        directory: Directory,
        forgotten: Callable[[Sequence[Registration]], None],
        look: Callable[[], Mapping[int, frozenset[Listener]]] = listeners,
    ) -> None:
        self._directory = directory
        self._forgotten = forgotten
        self._look = look
        self._noted: dict[str, frozenset[Listener]] = {}
        self._new: list[Registration] = []
        self._looking: asyncio.Task[None] | None = None

    def registered(self, registration: Registration) -> None:
        """Note in the background who listens there."""
        if _port(registration) is not None:
            self._new.append(registration)
            if self._looking is None:
                self._looking = asyncio.create_task(self._look_around(), name="who listens")

    async def settled(self) -> None:
        """Wait until everything that has registered is noted."""
        if self._looking is not None:
            await asyncio.wait({self._looking})

    async def _look_around(self) -> None:
        try:
            while self._new:
                new, self._new = self._new, []
                listening = await asyncio.wait_for(
                    in_thread("who listens", self._look), LOOK_SECONDS
                )
                for one in new:
                    self._note(one, listening.get(_port(one) or 0, frozenset()))
        except (asyncio.TimeoutError, ResourceExhaustedError) as error:
            logger.warning("It was not found out who listens: %r", error)
        finally:
            self._looking = None

    def _note(self, new: Registration, there: frozenset[Listener]) -> None:
        all_now = self._directory.all()
        ids = {one.registration_id for one in all_now}
        self._noted = {each: noted for each, noted in self._noted.items() if each in ids}
        if not there or new.registration_id not in ids:
            return
        port = _port(new)
        gone = [one for one in all_now if _port(one) == port and self._was_another(one, there)]
        for one in gone:
            self._directory.unregister(one.registration_id)
            logger.warning("%s is gone without unregistering: %s has its place", one, new)
        if gone:
            self._forgotten(gone)
        self._noted[new.registration_id] = there

    def _was_another(self, old: Registration, there: frozenset[Listener]) -> bool:
        noted = self._noted.get(old.registration_id)
        return noted is not None and noted.isdisjoint(there)


def _port(registration: Registration) -> int | None:
    """Return the port of a service of this machine, None for others."""
    location = registration.location
    if not is_loopback(location.location):
        return None
    return int(location.insecure_port or location.ssl_authenticated_port)
