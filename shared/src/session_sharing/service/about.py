"""What a service tells of itself."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from session_sharing.identity import this_client
from session_sharing.information import Backlog
from session_sharing.service.driver import BackloggedDriver
from session_sharing.service.engine import SessionEngine
from session_sharing.service.health import DriverCheck, ServiceHealth
from session_sharing.service.threads import in_thread
from session_sharing.service_information import ServiceInformation
from session_sharing.utc import utc_now
from session_sharing.versions import grpc_version, library_version, python_version

DISK_SECONDS = 1.0
"""How long the disk of the data folder may take to say what is free."""


class About:
    """What one run of a service is, and how it is. Used on one event loop only.

    Args:
        engine: Holds the sessions.
        data_folder: Where the service keeps its data.

    Attributes:
        health: The health of the service.
        services: The full names of the gRPC services that are offered.
        instance_id: Differs after every start.
        of_network: Returns what is wrong with certificates, a sentence each.
    """

    def __init__(self, engine: SessionEngine[Any], data_folder: Path) -> None:
        self._engine = engine
        self._data_folder = data_folder
        self._process = this_client()
        self._started_at = utc_now()
        self.instance_id = secrets.token_hex(8)
        self.services: Sequence[str] = ()
        self.of_network: Callable[[], Sequence[str]] = tuple
        self.health = ServiceHealth(DriverCheck(engine.driver), self._of_journal)

    async def tell(self) -> ServiceInformation:
        """Return what the service is now."""
        free, late = await self._free()
        return ServiceInformation(
            process=self._process,
            library_version=library_version(),
            python_version=python_version(),
            grpc_version=grpc_version(),
            instance_id=self.instance_id,
            started_at=self._started_at,
            now=utc_now(),
            grace_seconds=self._engine.clients.grace,
            recovery_seconds=self._engine.recovery_grace,
            data_folder=str(self._data_folder),
            free_bytes=free,
            problems=(*self.health.problems, *self._broken(), *self.of_network(), *late),
            connected_clients=self._engine.clients.connected,
            lost_clients=self._engine.clients.lost,
            services=tuple(self.services),
            backlogs=tuple(self._backlogs()),
        )

    def _of_journal(self) -> list[str]:
        """Return what is wrong with the journal, and have it looked at for the next time."""
        self._engine.look_at_journal()
        problem = self._engine.journal_problem
        return [problem] if problem else []

    def _backlogs(self) -> Sequence[Backlog]:
        driver = self._engine.driver
        return driver.backlogs() if isinstance(driver, BackloggedDriver) else ()

    def _broken(self) -> list[str]:
        """Return which sessions are broken: their users are told, and the others go on."""
        return [
            f"The session {session.public_id} on {session.resource_name!r} is broken: "
            f"{session.broken}"
            for session in self._engine.sessions()
            if session.broken
        ]

    async def _free(self) -> tuple[int, list[str]]:
        """Return what is free on the disk of the data folder, and what is wrong with it."""
        look = in_thread("free space", lambda: shutil.disk_usage(self._data_folder).free)
        await asyncio.wait({look}, timeout=DISK_SECONDS)
        if not look.done():
            return 0, [f"The disk of the data folder {self._data_folder} does not answer."]
        error = look.exception()
        if error is not None:
            return 0, [f"The data folder {self._data_folder} cannot be looked at: {error}."]
        return look.result(), []
