"""Station, logger, database writer and instruments as processes, and what can be seen of them."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from pathlib import Path

import grpc
import nidcpower
from ni.measurementlink.discovery.v1.client import DiscoveryClient
from ni.measurementlink.discovery.v1.discovery_service_pb2_grpc import DiscoveryServiceStub
from ni.measurementlink.pinmap.v1.client import PinMapClient
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2 as messages
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2_grpc as stubs
from ni.measurementlink.sessionmanagement.v1.client import (
    PinMapContext,
    SessionManagementClient,
)
from ni_grpc_extensions.channelpool import GrpcChannelPool

from db_writer import DbWriterSessionConstructor
from json_logger import JsonLoggerSessionConstructor
from session_sharing.client.administration import Administration
from session_sharing.testing.processes import ServerProcess, running_station
from teststand_modules.sequence import pin_map_of, set_pin_map
from teststand_modules.testing import SequenceContext

LIMIT = 20.0
NAMESPACE = "http://www.ni.com/TestStand/SemiconductorModule/PinMap.xsd"
PIN_MAP = f"""<PinMap xmlns="{NAMESPACE}" schemaVersion="1.6">
<Instruments>
<NIDCPowerInstrument name="SMU1" numberOfChannels="4"><ChannelGroup name="G"/></NIDCPowerInstrument>
<NIDmmInstrument name="DMM1"/>
<Instrument name="NAME.ndjson" instrumentTypeId="TYPE"><Channel id="0"/></Instrument>
<Instrument name="SECOND" instrumentTypeId="TYPE"><Channel id="0"/></Instrument>
<Instrument name="NAME.sqlite" instrumentTypeId="DatabaseWriter"><Channel id="0"/></Instrument>
</Instruments>
<Pins><DUTPin name="VIN"/><DUTPin name="VOUT"/><DUTPin name="LOG"/><DUTPin name="LOG2"/>
<DUTPin name="DB"/></Pins>
<Sites><Site siteNumber="0"/></Sites>
<Connections>
<Connection pin="VIN" siteNumber="0" instrument="SMU1" channel="0"/>
<Connection pin="VOUT" siteNumber="0" instrument="DMM1" channel="0"/>
<Connection pin="LOG" siteNumber="0" instrument="NAME.ndjson" channel="0"/>
<Connection pin="LOG2" siteNumber="0" instrument="SECOND" channel="0"/>
<Connection pin="DB" siteNumber="0" instrument="NAME.sqlite" channel="0"/>
</Connections></PinMap>"""
CONSTRUCTORS = {
    "LOG": ("FileLogger", JsonLoggerSessionConstructor),
    "LOG2": ("FileLogger", JsonLoggerSessionConstructor),
    "DB": ("DatabaseWriter", DbWriterSessionConstructor),
}


def until(condition, what):
    """Wait until something holds; fail if it does not in time."""
    deadline = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < deadline, f"not in time: {what}"
        time.sleep(0.005)


class Floor:
    """Starts everything; NI's clients reach it as they reach a real station."""

    def __init__(self, folder: Path, stack) -> None:
        self.folder, self.home, self.logs = folder, folder / "station", folder / "logs"
        self.environment = {"LOCAL_STATION_HOME": str(self.home)}
        self._stack = stack
        self.station = stack.enter_context(running_station(self.home, "--port", "0"))
        self.logger_arguments = [
            *("--data-dir", str(self.logs), "--ack", "os"),
            *("--grace", "0.3", "--recovery-grace", "1"),
        ]
        writer_arguments = ["--data-dir", str(folder / "databases"), "--grace", "0.3"]
        started = [
            self.start("json_logger", *self.logger_arguments, wait=False),
            self.start("db_writer", *writer_arguments, wait=False),
            self.start("local_station.instruments", wait=False),
        ]
        for server in started:
            server.wait_ready()
        self.logger, self.writer, self.instruments = started
        self._channel = stack.enter_context(grpc.insecure_channel(self.station.address))
        discovery = DiscoveryClient(DiscoveryServiceStub(self._channel))
        pool = stack.enter_context(GrpcChannelPool())
        self._clients = {"discovery_client": discovery, "grpc_channel_pool": pool}
        self.management = SessionManagementClient(**self._clients)
        self._device = stack.enter_context(grpc.insecure_channel(self.instruments.address))

    def start(self, module, *arguments, wait=True):
        """Start a program on this floor; it ends with it."""
        command = ["--port", "0", *arguments]
        server = ServerProcess(module, command, self.environment, wait=wait)
        return self.keep(server)

    def keep(self, server):
        """Have a server end with this floor."""
        return self._stack.enter_context(server)

    def restart_instruments(self):
        """Kill the instruments, and start them again at the same port."""
        port = self.instruments.address.rpartition(":")[2]
        self.instruments.kill()
        self.instruments = self.keep(
            ServerProcess("local_station.instruments", ["--port", port], self.environment)
        )

    def gone(self, what):
        """Wait until no log is open."""
        until(lambda: not self.open_logs() and not self.open_logs(self.writer), what)

    def context(self, name="results", type_id="FileLogger", second="") -> SequenceContext:
        """Return the context of a new execution that has a pin map of its own."""
        path = self.folder / f"{name}.pinmap"
        text = PIN_MAP.replace("SECOND", second or f"{name}.ndjson?client=two")
        path.write_text(text.replace("NAME", name).replace("TYPE", type_id), "utf-8")
        context = SequenceContext(self.folder / "sequence.seq")
        set_pin_map(context, PinMapClient(**self._clients).update_pin_map(path))
        return context

    @staticmethod
    def pin_map_id(context):
        """Return the id of the pin map of an execution."""
        return pin_map_of(context)

    @contextmanager
    def reserved(self, context, pin):
        """Reserve a pin as a measurement does."""
        where = PinMapContext(self.pin_map_id(context), [0])
        with self.management.reserve_session(where, pin, timeout=LIMIT) as reservation:
            yield reservation

    def log(self, context, pin="LOG", name="measured", type_id="") -> tuple[bool, bool]:
        """Log as a measurement does; return whether it was registered, and whether it was new."""
        default, constructor = CONSTRUCTORS[pin]
        with (
            self.reserved(context, pin) as reservation,
            reservation.initialize_session(constructor(), type_id or default) as info,
        ):
            info.session.log(name, {}, {"value": 1.5})
            return reservation.session_info.session_exists, info.session.new_session

    def records(self, name="results"):
        """Return the lines of a log."""
        lines = (self.logs / f"{name}.ndjson").read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def labels(self, name="results"):
        """Return what the lines of a log belong to, without what each says itself."""
        return [record.get("context", {}) for record in self.records(name)]

    def open_logs(self, server=None):
        """Return the sessions that a logging service has."""
        with Administration((server or self.logger).address) as administration:
            return administration.sessions()

    def driver_is_open(self, name="niDCPower-SMU1/0"):
        """Tell whether NI-DCPower has a session of a name."""
        options = nidcpower.GrpcSessionOptions(
            self._device,
            name,
            initialization_behavior=nidcpower.SessionInitializationBehavior.ATTACH_TO_SERVER_SESSION,
        )
        try:
            nidcpower.Session("SMU1/0", grpc_options=options)
        except nidcpower.errors.RpcError:
            return False
        return True

    def close_by_force(self):
        """Close all log files under their holders, as an operator does."""
        with Administration(self.logger.address) as administration:
            for session in administration.sessions():
                administration.close_session(session.public_id, "a test", force=True)

    def registered(self):
        """Return the names of what is registered or reserved."""
        stub = stubs.SessionManagementServiceStub(self._channel)
        known = stub.GetSessions(messages.GetSessionsRequest(), timeout=LIMIT)
        return sorted(session.session.name for session in known.sessions)

    def left(self):
        """Return all that is open, reserved or registered."""
        logs = [*self.open_logs(), *self.open_logs(self.writer)]
        drivers = ["SMU1"] if self.driver_is_open() else []
        return [*map(str, logs), *drivers, *self.registered()]
