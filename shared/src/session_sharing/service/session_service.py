"""A session service as it is hosted: its own servicers and everything that comes with sessions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import grpc.aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio
from grpc_reflection.v1alpha import reflection

from session_sharing.discovery import ServiceDescriptor
from session_sharing.service.driver import ResourceDriver
from session_sharing.service.engine import GRACE_SECONDS, SessionEngine
from session_sharing.service.folders import private_folder
from session_sharing.service.hosting import HostingOptions, run
from session_sharing.service.interceptor import ErrorInterceptor
from session_sharing.service.lock import ProcessLock
from session_sharing.service.registration import Registration
from session_sharing.service.servicers import AdministrationServicer, ClientsServicer
from session_sharing.wire.generated import (
    administration_pb2,
    administration_pb2_grpc,
    clients_pb2,
    clients_pb2_grpc,
)

H = TypeVar("H")

SHUT_DOWN_SECONDS = 1.75
"""How long each stage of the shut-down may take: accepted work, then operations, then closing.

All three, after unregistering, have to fit into the time that hosting gives for coming to rest.
"""

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING

AddServicers = Callable[[SessionEngine[H], grpc.aio.Server], Iterable[str]]
"""Adds a service's own servicers to the server and returns the full names of their services."""


@dataclass(frozen=True)
class ServiceOptions:
    """What an operator chooses.

    Attributes:
        port: The port; None for that of the last run, 0 for any free one.
        data_folder: Where the service keeps its data; one service instance for each.
        grace: How long a client whose stream was lost keeps its attachments, in seconds.
    """

    port: int | None
    data_folder: Path
    grace: float = GRACE_SECONDS


class SessionService(Generic[H]):
    """Hosts an engine with its servicers, clients, administration, health and reflection.

    Args:
        descriptor: What discovery is told.
        engine: Holds the sessions.
        add_servicers: Adds the service's own servicers.
        lock: The lock on the data folder; released at the end.
    """

    def __init__(
        self,
        descriptor: ServiceDescriptor,
        engine: SessionEngine[H],
        add_servicers: AddServicers[H],
        lock: ProcessLock,
    ) -> None:
        self._engine = engine
        self._add_servicers = add_servicers
        self._lock = lock
        self._registration = Registration(descriptor)
        self._health = health_aio.HealthServicer()
        self._names: list[str] = []

    def add_to(self, server: grpc.aio.Server) -> None:
        """Add all servicers."""
        self._names = [
            *self._add_servicers(self._engine, server),
            *_add_common_servicers(self._engine, server),
        ]
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        names = [*self._names, health_pb2.DESCRIPTOR.services_by_name["Health"].full_name]
        reflection.enable_server_reflection([*names, reflection.SERVICE_NAME], server)

    async def started(self, port: int) -> None:
        """Turn SERVING and register in discovery."""
        await self.set_serving()
        await self._registration.start(port)

    async def set_serving(self) -> None:
        """Let health checks succeed."""
        await self._set_health(SERVING)

    async def stopping(self) -> None:
        """Turn NOT_SERVING, unregister, then let the engine come to rest."""
        await self._set_health(NOT_SERVING)
        await self._registration.stop()
        await self._engine.shut_down(SHUT_DOWN_SECONDS)

    async def stopped(self) -> None:
        """Give the data folder free."""
        self._lock.release()

    async def _set_health(self, status: int) -> None:
        for name in ["", *self._names]:
            await self._health.set(name, status)


def _add_common_servicers(engine: SessionEngine[Any], server: grpc.aio.Server) -> list[str]:
    clients_pb2_grpc.add_SessionClientsServicer_to_server(ClientsServicer(engine), server)
    administration_pb2_grpc.add_SessionAdministrationServicer_to_server(
        AdministrationServicer(engine), server
    )
    return [
        clients_pb2.DESCRIPTOR.services_by_name["SessionClients"].full_name,
        administration_pb2.DESCRIPTOR.services_by_name["SessionAdministration"].full_name,
    ]


def run_service(
    name: str,
    descriptor: ServiceDescriptor,
    make_driver: Callable[[], ResourceDriver[H]],
    add_servicers: AddServicers[H],
    options: ServiceOptions,
) -> int:
    """Run a session service as this process, until it is asked to stop.

    Args:
        name: The name of the program, as in its ready line.
        descriptor: What discovery is told.
        make_driver: Makes what opens and closes the resources.
        add_servicers: Adds the service's own servicers.
        options: What the operator chose.

    Returns:
        The exit code of the process.
    """

    def make() -> SessionService[H]:
        folder = private_folder(options.data_folder)
        lock = ProcessLock.acquire(folder / f".{name}.lock", what=f"the data folder {folder}")
        engine = SessionEngine(make_driver(), grace=options.grace)
        return SessionService(descriptor, engine, add_servicers, lock)

    interceptors = [ErrorInterceptor()]
    return run(make, HostingOptions(name, options.port, options.data_folder, interceptors))
