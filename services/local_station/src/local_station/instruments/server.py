"""The simulated NI gRPC Device Server as it is hosted."""

from __future__ import annotations

import asyncio
import logging

import grpc.aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from local_station.instruments import wire
from local_station.instruments.answering import servicer
from local_station.instruments.bench import Bench
from local_station.instruments.common import AttributeFunctions, SessionFunctions
from local_station.instruments.dcpower import session as dcpower
from local_station.instruments.dcpower.measuring import MeasuringFunctions
from local_station.instruments.dcpower.opening import OpeningFunctions
from local_station.instruments.dcpower.sourcing import SourcingFunctions
from local_station.instruments.dmm import session as dmm
from local_station.instruments.dmm.servicing import MeterFunctions, ReadingFunctions
from local_station.instruments.only_one import SERVICE_CLASS, other_server, told
from local_station.instruments.session_table import Names, SessionTable
from local_station.instruments.turns import LargeTurns
from session_sharing.discovery import ServiceDescriptor
from session_sharing.service.listening import Listening
from session_sharing.service.lock import ProcessLock
from session_sharing.service.registration import Registration
from session_sharing.service.threads import in_thread

SERVED = (wire.DCPOWER_NAME, wire.DMM_NAME)

DESCRIPTOR = ServiceDescriptor(
    display_name="Simulated NI gRPC Device Server",
    service_class=SERVICE_CLASS,
    provided_interfaces=SERVED,
)
"""What discovery is told."""

logger = logging.getLogger(__name__)


class InstrumentServer:
    """NI-DCPower and NI-DMM on one bench, with health checking and reflection.

    The event loop guards the bench and all sessions.

    Args:
        bench: What the instruments are connected to.
        place: Released when the server has stopped; None for nothing.
    """

    def __init__(self, bench: Bench, place: ProcessLock | None = None) -> None:
        self._bench = bench
        self._names: Names = {}
        self._place = place
        self._health = health.aio.HealthServicer()
        self._registration = Registration(DESCRIPTOR, self._look_for_others)
        self._port = 0
        self._looking: asyncio.Task[None] | None = None

    def add_to(self, server: grpc.aio.Server) -> None:
        """Add the servicers."""
        turns = LargeTurns()
        wire.dcpower_stubs.add_NiDCPowerServicer_to_server(
            servicer(
                "NI-DCPower", wire.DCPOWER_METHODS, dcpower_parts(self._bench, self._names), turns
            ),
            server,
        )
        wire.dmm_stubs.add_NiDmmServicer_to_server(
            servicer("NI-DMM", wire.DMM_METHODS, dmm_parts(self._bench, self._names), turns), server
        )
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        names = (*SERVED, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, server)

    async def started(self, listening: Listening) -> None:
        """Say SERVING, and register."""
        for name in ("", *SERVED):
            await self._health.set(name, health_pb2.HealthCheckResponse.SERVING)
        self._port = listening.ports.ready
        await self._registration.start(listening.location)

    async def stopping(self) -> None:
        """Say NOT_SERVING, and unregister."""
        await self._health.enter_graceful_shutdown()
        if self._looking is not None:
            self._looking.cancel()
        await self._registration.stop()

    async def stopped(self) -> None:
        """Let other instruments have the place."""
        if self._place is not None:
            self._place.release()

    def _look_for_others(self) -> None:
        self._looking = asyncio.create_task(self._withdraw_from_others(), name="look for others")

    async def _withdraw_from_others(self) -> None:
        """Leave the programs to a server that was there before, as when a station came later."""
        other = await in_thread("look for others", lambda: other_server(self._port))
        if other is not None:
            logger.error(
                "%s serves this station already: these instruments unregister, and no program "
                "finds them. End one of the two, and start these anew if they are to serve.",
                told(other),
            )
            await self._registration.stop()


def dcpower_parts(bench: Bench, names: Names) -> tuple[object, ...]:
    """Return the functions of NI-DCPower that are simulated."""
    sessions: SessionTable[dcpower.PowerSession] = SessionTable("NI-DCPower", names)
    messages = wire.dcpower_messages
    return (
        SessionFunctions(messages, sessions),
        AttributeFunctions(messages, dcpower.ATTRIBUTES, sessions),
        OpeningFunctions(sessions, bench),
        SourcingFunctions(sessions),
        MeasuringFunctions(sessions, bench),
    )


def dmm_parts(bench: Bench, names: Names) -> tuple[object, ...]:
    """Return the functions of NI-DMM that are simulated."""
    sessions: SessionTable[dmm.MeterSession] = SessionTable("NI-DMM", names)
    messages = wire.dmm_messages
    return (
        SessionFunctions(messages, sessions),
        AttributeFunctions(messages, dmm.ATTRIBUTES, sessions),
        MeterFunctions(sessions, bench),
        ReadingFunctions(sessions),
    )
