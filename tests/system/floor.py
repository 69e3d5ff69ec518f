"""A whole test floor on this machine: station, instruments, logs and plug-ins, as processes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import grpc
from ni.measurementlink.discovery.v1.client import DiscoveryClient
from ni.measurementlink.discovery.v1.discovery_service_pb2_grpc import DiscoveryServiceStub
from ni.measurementlink.pinmap.v1.client import PinMapClient
from ni.measurementlink.sessionmanagement.v1.client import SessionManagementClient
from ni_grpc_extensions.channelpool import GrpcChannelPool

from measurement_support.client import MeasurementClient
from session_sharing.testing.processes import ServerProcess, running_instruments, running_station

PIN_MAPS = Path(__file__).resolve().parents[2] / "pin_maps"


class Floor:
    """Starts everything; NI's clients reach it as they reach a real station, through discovery.

    Args:
        folder: Where station, logger and database writer keep their data.
        stack: Ends everything.
    """

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.home, self.logs = folder / "station", folder / "logs"
        self.databases = folder / "databases"
        self.environment: Mapping[str, str] = {"LOCAL_STATION_HOME": str(self.home)}
        self._stack = stack
        self.station = stack.enter_context(running_station(self.home, "--port", "0"))
        circuit = ["--circuit", str(PIN_MAPS / "regulator.toml")]
        self.instruments = stack.enter_context(
            running_instruments(self.home, "--port", "0", *circuit)
        )
        self.logger_arguments = ("--port", "0", "--data-dir", str(self.logs), "--ack", "os")
        self.logger = self.start("json_logger", *self.logger_arguments)
        arguments = ["--port", "0", "--data-dir", str(self.databases)]
        self.writer = self.start("db_writer", *arguments)
        self.plug_ins = [self.start("output_voltage"), self.start("supply_current")]
        channel = stack.enter_context(grpc.insecure_channel(self.station.address))
        self._discovery = DiscoveryClient(DiscoveryServiceStub(channel))
        self._pool = stack.enter_context(GrpcChannelPool())
        self.management = SessionManagementClient(
            discovery_client=self._discovery, grpc_channel_pool=self._pool
        )
        self.voltage = self.measurement("session_sharing.OutputVoltage")
        self.current = self.measurement("session_sharing.SupplyCurrent")

    def start(self, module: str, *arguments: str) -> ServerProcess:
        """Start a program on this floor; it ends with it."""
        return self._stack.enter_context(ServerProcess(module, arguments, self.environment))

    def measurement(self, service_class: str) -> MeasurementClient:
        """Return a client of one of the plug-ins."""
        return MeasurementClient(service_class, discovery_client=self._discovery)

    def load(self, pin_map: Path) -> str:
        """Register a pin map; return its id."""
        client = PinMapClient(discovery_client=self._discovery, grpc_channel_pool=self._pool)
        return client.update_pin_map(pin_map)
