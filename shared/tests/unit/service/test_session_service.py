"""A session service as it is hosted."""

from __future__ import annotations

import asyncio
from pathlib import Path

from session_sharing.discovery import ServiceDescriptor, ServiceLocation
from session_sharing.service import (
    ProcessLock,
    SessionEngine,
    SessionService,
    hosting,
    registration,
)
from session_sharing.service.guard import Guard
from session_sharing.service.hosting import HostingOptions
from session_sharing.service.registrar import UNREGISTER_SECONDS
from session_sharing.service.session_service import SHUT_DOWN_SECONDS
from session_sharing.testing.memory import MemoryDriver


class Registers:
    """A registrar with a discovery that answers: it registers at the first check."""

    def __init__(self, *_: object) -> None:
        self._place = "the station"

    def check(self) -> str:
        """Register, or see that it is registered."""
        place, self._place = self._place, ""
        return place

    def retire(self) -> None:
        """Unregister."""


def test_stages_of_the_shut_down_fit_into_its_time():
    """Unregistering and all three stages end before hosting goes on without them."""
    options = HostingOptions("any", None, Path())
    needed = UNREGISTER_SECONDS + 3 * SHUT_DOWN_SECONDS
    assert needed < options.stop_within * hosting._DRAINING


def test_clients_of_the_last_run_have_their_time_from_the_registration_on(tmp_path, monkeypatch):
    """Who looks for a service by discovery cannot find it before: only then does the time begin."""
    monkeypatch.setattr(registration, "Registrar", Registers)
    monkeypatch.setattr(registration, "CHECK_SECONDS", 0.0)
    begun: list[str] = []

    async def register() -> None:
        engine = SessionEngine(MemoryDriver())
        monkeypatch.setattr(engine, "begin_recovery_grace", lambda: begun.append("anew"))
        lock = ProcessLock.acquire(tmp_path / "lock", what="the folder")
        descriptor = ServiceDescriptor("Memory", "memory", ("memory.v1",))
        service = SessionService(descriptor, engine, lambda *_: (), lock, Guard())
        await service._registration.start(ServiceLocation("localhost", "7"))
        await service._registration.stop()
        lock.release()

    asyncio.run(register())
    assert begun == ["anew"], "once, however often it is looked"
