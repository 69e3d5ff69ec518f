"""Keeping a service known in discovery, whenever discovery comes, goes or comes back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from session_sharing.discovery import ServiceDescriptor, ServiceLocation
from session_sharing.errors import SharingError, UnavailableError
from session_sharing.service.registrar import UNREGISTER_SECONDS, Registrar
from session_sharing.service.threads import in_thread

_log = logging.getLogger(__name__)

CHECK_SECONDS = 1.0


def _nobody_waits() -> None:
    """Tell nobody."""


class Registration:
    """Keeps one service registered, from `start` to `stop`.

    Used on one event loop only; the calls to discovery run in threads of their own, one at a time.

    Args:
        descriptor: What is registered.
        registered: Called when it was registered, also anew.
    """

    def __init__(
        self, descriptor: ServiceDescriptor, registered: Callable[[], None] = _nobody_waits
    ) -> None:
        self._descriptor = descriptor
        self._tell_registered = registered
        self._registrar: Registrar | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._checked = asyncio.Event()
        self._told: type[BaseException] | None = None

    async def start(self, location: ServiceLocation) -> None:
        """Register. Where discovery is absent, say so and go on trying in the background.

        Args:
            location: Where the service listens.
        """
        self._registrar = Registrar(self._descriptor, location)
        self._task = asyncio.create_task(self._keep(self._registrar), name="register")
        await self._checked.wait()

    async def _keep(self, registrar: Registrar) -> None:
        """Check again and again: a discovery that was restarted has forgotten the service."""
        while not self._stopping.is_set():
            await self._check(registrar)
            self._checked.set()
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), CHECK_SECONDS)

    async def _check(self, registrar: Registrar) -> None:
        try:
            registered_at = await in_thread("register", registrar.check)
        except UnavailableError as error:
            level = self._level(error, logging.WARNING)
            _log.log(level, "Serving without discovery for now: %s", error.message)
        except SharingError as error:
            level = self._level(error, logging.ERROR)
            _log.log(level, "Discovery refuses this service: %s", error.message)
        except Exception as error:  # noqa: BLE001 - a defect here must not hide the service for ever
            level = self._level(error, logging.ERROR)
            _log.log(level, "Registering failed because of a defect; going on", exc_info=error)
        else:
            self._told = None
            if registered_at:
                _log.info("Registered in discovery at %s", registered_at)
                self._tell_registered()

    def _level(self, error: Exception, level: int) -> int:
        """Say each kind of failure once, not every second, until it is over."""
        told, self._told = self._told, type(error)
        return logging.DEBUG if told is self._told else level

    async def stop(self) -> None:
        """Unregister, if registered. A discovery that does not answer is left alone.

        Takes at most `UNREGISTER_SECONDS`, even if a check hangs.
        """
        self._stopping.set()
        registrar, self._registrar = self._registrar, None
        if registrar is None or self._task is None:
            return
        unregistering = in_thread("unregister", registrar.retire)
        # The check that is under way too: it may register at this very moment, and undo it.
        ending: set[asyncio.Future[None]] = {self._task, unregistering}
        _, late = await asyncio.wait(ending, timeout=UNREGISTER_SECONDS)
        for work in late:
            work.cancel()
        error = TimeoutError("no answer in time") if late else unregistering.exception()
        if error is not None:
            _log.warning("Could not unregister; discovery will find out by itself: %s", error)
