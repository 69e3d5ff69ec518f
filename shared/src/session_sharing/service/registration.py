"""Making a service known in discovery, now or as soon as discovery is there."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from session_sharing.discovery import (
    DiscoveryConnection,
    ServiceDescriptor,
    ServiceLocation,
    find_discovery,
)
from session_sharing.errors import SharingError, UnavailableError
from session_sharing.service.threads import in_thread

_log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
UNREGISTER_SECONDS = 2.0


@dataclass(frozen=True)
class _Registration:
    """Where a service was registered, and under which id."""

    connection: DiscoveryConnection
    registration_id: str


class Registration:
    """Keeps one service registered.

    Used on one event loop only; the calls to discovery run in threads of their own.

    Args:
        descriptor: What is registered.
    """

    def __init__(self, descriptor: ServiceDescriptor) -> None:
        self._descriptor = descriptor
        self._registered: _Registration | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self, port: int) -> None:
        """Register. Where discovery is absent, say so and go on trying in the background."""
        location = ServiceLocation("localhost", str(port), "")
        if not await self._try(location, logging.WARNING):
            self._task = asyncio.create_task(self._keep_trying(location), name="register")

    async def _keep_trying(self, location: ServiceLocation) -> None:
        while True:
            await asyncio.sleep(RETRY_SECONDS)
            if await self._try(location, logging.DEBUG):
                return

    async def _try(self, location: ServiceLocation, level: int) -> bool:
        try:
            self._registered = await in_thread("register", lambda: self._register(location))
        except UnavailableError as error:
            _log.log(level, "Serving without discovery for now: %s", error.message)
            return False
        except SharingError as error:
            _log.log(
                logging.ERROR if level >= logging.WARNING else level,  # said once, not every second
                "Discovery refuses this service: %s",
                error.message,
            )
            return False
        _log.info("Registered in discovery at %s", self._registered.connection.address)
        return True

    def _register(self, location: ServiceLocation) -> _Registration:
        connection = DiscoveryConnection(find_discovery())
        try:
            return _Registration(connection, connection.register(self._descriptor, location))
        except SharingError:
            connection.close()
            raise

    async def stop(self) -> None:
        """Unregister, if registered. A discovery that does not answer is left alone."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        registered, self._registered = self._registered, None
        if registered is None:
            return
        try:
            unregistering = in_thread("unregister", lambda: _unregister(registered))
            await asyncio.wait_for(unregistering, UNREGISTER_SECONDS)
        except (SharingError, asyncio.TimeoutError) as error:
            _log.warning("Could not unregister; discovery will find out by itself: %s", error)


def _unregister(registered: _Registration) -> None:
    with registered.connection:
        registered.connection.unregister(registered.registration_id)
