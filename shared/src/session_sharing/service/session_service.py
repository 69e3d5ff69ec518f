"""A session service as it is hosted: its own servicers and everything that comes with sessions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import grpc.aio
from grpc_reflection.v1alpha import reflection

from session_sharing.access import LOCAL, AccessRules
from session_sharing.discovery import ServiceDescriptor
from session_sharing.errors import InvalidRequestError
from session_sharing.identity import this_client
from session_sharing.service.about import About
from session_sharing.service.detached import DetachedCloser
from session_sharing.service.driver import ResourceDriver
from session_sharing.service.engine import SessionEngine
from session_sharing.service.folders import private_folder, warn_if_open_to_all
from session_sharing.service.guard import Guard
from session_sharing.service.health import HEALTH_NAME
from session_sharing.service.hosting import HostingOptions, run
from session_sharing.service.interceptor import ErrorInterceptor
from session_sharing.service.journal import Journal
from session_sharing.service.lifetime import GRACE_SECONDS, RECOVERY_GRACE_SECONDS
from session_sharing.service.listening import Listening
from session_sharing.service.lock import ProcessLock
from session_sharing.service.network import LOOPBACK_ONLY, NetworkOptions
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

END_SECONDS = 1.0
"""How long the driver may take to end what it does beside its handles, within the same time."""

JOURNAL_SECONDS = 0.3
"""How long the end may wait for the journal to be written: less than hosting gives for it."""

AddServicers = Callable[[SessionEngine[H], grpc.aio.Server], Iterable[str]]
"""Adds a service's own servicers to the server and returns the full names of their services."""


@dataclass(frozen=True)
class ServiceOptions:
    """What an operator chooses.

    Attributes:
        port: The port; None for that of the last run, 0 for any free one.
        data_folder: Where the service keeps its data; one service instance for each.
        grace: How long a client whose stream was lost keeps its attachments, in seconds.
        recovery_grace: How long a client of the last run keeps them when the service is back, in
            seconds.
        close_detached_after: When a session that nobody holds is closed, in seconds after its last
            use; None never closes it.
        network: Where else it listens, and with what encryption.
        access: Who may attach, look, and close by force.
    """

    port: int | None
    data_folder: Path
    grace: float = GRACE_SECONDS
    recovery_grace: float = RECOVERY_GRACE_SECONDS
    close_detached_after: float | None = None
    network: NetworkOptions = LOOPBACK_ONLY
    access: AccessRules = field(default_factory=AccessRules)

    def check(self) -> None:
        """Refuse options by which nobody could ever use the service.

        Raises:
            InvalidRequestError: A list names certificates, and clients are not asked for them.
        """
        tls = self.network.tls
        if self.access.need_certificates and (tls is None or tls.client_ca is None):
            raise InvalidRequestError(
                "A list in [access] of the configuration names certificates, but no client can "
                "show one: give --tls-certificate, --tls-key and --tls-client-ca as well, or name "
                f'only "{LOCAL}" in the lists.'
            )


class SessionService(Generic[H]):
    """Hosts an engine with its servicers, clients, administration, health and reflection.

    Args:
        descriptor: What discovery is told.
        engine: Holds the sessions.
        add_servicers: Adds the service's own servicers.
        lock: The lock on the data folder; released at the end.
        guard: Lets callers in; also that of the server's `ErrorInterceptor`.
        close_detached_after: When a session that nobody holds is closed, in seconds; None never.
    """

    def __init__(
        self,
        descriptor: ServiceDescriptor,
        engine: SessionEngine[H],
        add_servicers: AddServicers[H],
        lock: ProcessLock,
        guard: Guard,
        *,
        close_detached_after: float | None = None,
    ) -> None:
        self._engine = engine
        self._add_servicers = add_servicers
        self._lock = lock
        self._guard = guard
        self._detached = DetachedCloser(engine.close_detached, close_detached_after)
        self._registration = Registration(descriptor, engine.begin_recovery_grace)
        self._about = About(engine, lock.path.parent)

    def add_to(self, server: grpc.aio.Server) -> None:
        """Add all servicers."""
        own = list(self._add_servicers(self._engine, server))
        common = _add_common_servicers(self._engine, self._about, self._guard, server)
        self._guard.serve(own)
        self._about.services = [*own, *common, HEALTH_NAME, reflection.SERVICE_NAME]
        self._about.health.add_to(server, own, common)
        reflection.enable_server_reflection(self._about.services, server)

    async def started(self, listening: Listening) -> None:
        """Turn SERVING and register in discovery; clients of the last run have to come back."""
        self.follow_certificates(listening)
        await self.set_serving()
        await self._registration.start(listening.location)
        self.begin_waiting()

    def follow_certificates(self, listening: Listening) -> None:
        """Tell operators, from now on, what is wrong with certificates."""
        self._about.of_network = lambda: listening.problems

    def begin_waiting(self) -> None:
        """Begin to count the time of clients of the last run, and of sessions that nobody holds."""
        self._engine.begin_recovery_grace()
        self._detached.start()

    async def set_serving(self) -> None:
        """Let health checks succeed, as long as nothing is wrong."""
        await self._about.health.start()

    async def stopping(self) -> None:
        """Turn NOT_SERVING, unregister, then let the engine come to rest."""
        self._detached.stop()
        await self._about.health.stop()
        await self._registration.stop()
        await self._engine.shut_down(SHUT_DOWN_SECONDS)
        await self._engine.end_driver(END_SECONDS)

    async def stopped(self) -> None:
        """Close the journal and give the data folder free."""
        await self._engine.close_journal(JOURNAL_SECONDS)
        self._lock.release()


def _add_common_servicers(
    engine: SessionEngine[Any], about: About, guard: Guard, server: grpc.aio.Server
) -> list[str]:
    clients_pb2_grpc.add_SessionClientsServicer_to_server(
        ClientsServicer(engine, about.instance_id), server
    )
    administration_pb2_grpc.add_SessionAdministrationServicer_to_server(
        AdministrationServicer(engine, about, guard), server
    )
    return [
        clients_pb2.DESCRIPTOR.services_by_name["SessionClients"].full_name,
        administration_pb2.DESCRIPTOR.services_by_name["SessionAdministration"].full_name,
    ]


def recover(engine: SessionEngine[Any], folder: Path, name: str) -> None:
    """Have the sessions of the last run again, and keep a journal from now on.

    Args:
        engine: Without any session.
        folder: The service's data folder, which is locked.
        name: The name of the service.

    Raises:
        SharingError: The journal cannot be read.
    """
    engine.recover(*Journal.open(folder / f"{name}.journal", this_client().boot_id))


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
    guard = Guard(options.access)

    def make() -> SessionService[H]:
        options.check()
        folder = private_folder(options.data_folder)
        warn_if_open_to_all(folder)
        lock = ProcessLock.acquire(folder / f".{name}.lock", what=f"the data folder {folder}")
        engine = SessionEngine(
            make_driver(), grace=options.grace, recovery_grace=options.recovery_grace
        )
        recover(engine, folder, name)
        return SessionService(
            descriptor,
            engine,
            add_servicers,
            lock,
            guard,
            close_detached_after=options.close_detached_after,
        )

    interceptors = [ErrorInterceptor(guard=guard)]
    hosting = HostingOptions(
        name, options.port, options.data_folder, interceptors, network=options.network
    )
    return run(make, hosting)
