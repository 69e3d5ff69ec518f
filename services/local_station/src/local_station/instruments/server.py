"""The simulated NI gRPC Device Server as it is hosted."""

from __future__ import annotations

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
from local_station.instruments.session_table import Names, SessionTable
from local_station.instruments.turns import LargeTurns
from session_sharing.discovery import ServiceDescriptor
from session_sharing.service.registration import Registration

SERVED = (wire.DCPOWER_NAME, wire.DMM_NAME)

DESCRIPTOR = ServiceDescriptor(
    display_name="Simulated NI gRPC Device Server",
    service_class="ni.measurementlink.v1.grpcdeviceserver",
    provided_interfaces=SERVED,
)
"""What discovery is told: the class is that of NI's own server, which clients ask for."""


class InstrumentServer:
    """NI-DCPower and NI-DMM on one bench, with health checking and reflection.

    The event loop guards the bench and all sessions.

    Args:
        bench: What the instruments are connected to.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._names: Names = {}
        self._health = health.aio.HealthServicer()
        self._registration = Registration(DESCRIPTOR)

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

    async def started(self, port: int) -> None:
        """Say SERVING, and register."""
        for name in ("", *SERVED):
            await self._health.set(name, health_pb2.HealthCheckResponse.SERVING)
        await self._registration.start(port)

    async def stopping(self) -> None:
        """Say NOT_SERVING, and unregister."""
        await self._health.enter_graceful_shutdown()
        await self._registration.stop()

    async def stopped(self) -> None:
        """Nothing was taken that would have to be given back."""


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
