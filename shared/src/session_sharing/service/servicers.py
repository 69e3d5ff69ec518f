"""The services that every session service offers beside its own: clients and administration."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, TypeVar

import grpc.aio

from session_sharing.access import Right
from session_sharing.errors import OtherCertificateError, UnknownClientError
from session_sharing.information import ClientIdentity
from session_sharing.service.about import About
from session_sharing.service.calling import CALLER
from session_sharing.service.engine import SessionEngine
from session_sharing.service.guard import Guard
from session_sharing.text import printable
from session_sharing.wire.events import event_to_wire
from session_sharing.wire.generated import (
    administration_pb2,
    administration_pb2_grpc,
    clients_pb2,
    clients_pb2_grpc,
    session_pb2,
)
from session_sharing.wire.service import service_to_wire
from session_sharing.wire.session import identity_from_wire, session_to_wire
from session_sharing.wire.times import seconds_to_wire

T = TypeVar("T")
Context = grpc.aio.ServicerContext[Any, Any]


def _who_calls(described: session_pb2.ClientIdentity) -> ClientIdentity:
    """Return who makes the running call: as it describes itself, with the certificate it has."""
    return identity_from_wire(described, subject=CALLER.get().subject)


class ClientsServicer(clients_pb2_grpc.SessionClientsServicer):
    """Holds a stream for every client."""

    def __init__(self, engine: SessionEngine[Any], instance_id: str) -> None:
        self._engine = engine
        self._instance_id = instance_id

    async def Connect(
        self, request: clients_pb2.ConnectRequest, context: Context
    ) -> AsyncIterator[clients_pb2.ConnectResponse]:
        """Name the client, then hold the stream until either side ends."""
        self._engine.refuse_when_stopping()
        streams = self._engine.clients
        try:
            client_id = streams.connect(request.client_id, _who_calls(request.identity))
        except (UnknownClientError, OtherCertificateError):
            await self._engine.all_kept()
            raise
        try:
            yield clients_pb2.ConnectResponse(
                client_id=client_id,
                service_instance_id=self._instance_id,
                grace_time=seconds_to_wire(streams.grace),
            )
            await self._engine.stopping.wait()
        finally:
            streams.end(client_id)
        self._engine.refuse_when_stopping()


class AdministrationServicer(administration_pb2_grpc.SessionAdministrationServicer):
    """Shows the service with its sessions, and closes them for operators.

    Args:
        engine: Holds the sessions.
        about: Tells of the service.
        guard: Says who may close by force, which stands in a request; the rest it has said before.
    """

    def __init__(self, engine: SessionEngine[Any], about: About, guard: Guard) -> None:
        self._engine = engine
        self._about = about
        self._guard = guard

    async def GetService(
        self, request: administration_pb2.GetServiceRequest, context: Context
    ) -> administration_pb2.GetServiceResponse:
        """Return what the service is, and how it is."""
        return service_to_wire(await self._about.tell())

    async def ListSessions(
        self, request: administration_pb2.ListSessionsRequest, context: Context
    ) -> administration_pb2.ListSessionsResponse:
        """Return the sessions that are not closed."""
        listed = [session_to_wire(session) for session in await self._engine.list_sessions()]
        return administration_pb2.ListSessionsResponse(
            sessions=[session for session in listed if session is not None]
        )

    async def WatchSessions(
        self, request: administration_pb2.WatchSessionsRequest, context: Context
    ) -> AsyncIterator[administration_pb2.WatchSessionsResponse]:
        """Yield the sessions, then every change, until the service stops."""
        self._engine.refuse_when_stopping()
        async for event in self._engine.watch():
            yield administration_pb2.WatchSessionsResponse(event=event_to_wire(event))
        self._engine.refuse_when_stopping()

    async def CloseSession(
        self, request: administration_pb2.CloseSessionRequest, context: Context
    ) -> administration_pb2.CloseSessionResponse:
        """Ask to close a session, or close it under its holders."""
        if request.force:
            self._guard.require(Right.FORCE_CLOSE)
        reason = f", reason: {printable(request.reason[:200])}" if request.reason else ""
        by = f"{_who_calls(request.requested_by)}{reason}"
        close = self._engine.force_close if request.force else self._engine.request_close
        session = await close(request.public_id, by)
        return administration_pb2.CloseSessionResponse(session=session_to_wire(session))
