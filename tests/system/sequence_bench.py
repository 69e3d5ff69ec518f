"""The programs that NI's published sequence needs, and what can be seen of them."""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager
from pathlib import Path

import grpc
import nidcpower
import nidmm
from ni.measurementlink.pin_map_context_pb2 import PinMapContext
from ni.measurementlink.pinmap.v1.pin_map_service_pb2 import UpdatePinMapFromXmlRequest
from ni.measurementlink.pinmap.v1.pin_map_service_pb2_grpc import PinMapServiceStub
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2 as messages
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2_grpc as stubs

from session_sharing.client.administration import Administration
from session_sharing.testing.processes import ServerProcess, running_station

LIMIT = 20.0
STAND_INS = ("nidcpower_with_logger", "nidmm_with_logger")
NAMESPACE = "http://www.ni.com/TestStand/SemiconductorModule/PinMap.xsd"
PIN_MAP = f"""<PinMap xmlns="{NAMESPACE}" schemaVersion="1.6">
<Instruments>
<NIDCPowerInstrument name="SMU1" numberOfChannels="4"><ChannelGroup name="G"/></NIDCPowerInstrument>
<NIDmmInstrument name="DMM1"/>
<Instrument name="made.ndjson" instrumentTypeId="JsonLoggerService"><Channel id="0"/></Instrument>
<Instrument name="made.sqlite" instrumentTypeId="DatabaseWriter"><Channel id="0"/></Instrument>
</Instruments>
<Pins><DUTPin name="VIN"/><DUTPin name="VOUT"/><DUTPin name="LOG"/><DUTPin name="DB"/></Pins>
<Sites><Site siteNumber="0"/></Sites>
<Connections>
<Connection pin="VIN" siteNumber="0" instrument="SMU1" channel="0"/>
<Connection pin="VOUT" siteNumber="0" instrument="DMM1" channel="0"/>
<Connection pin="LOG" siteNumber="0" instrument="made.ndjson" channel="0"/>
<Connection pin="DB" siteNumber="0" instrument="made.sqlite" channel="0"/>
</Connections></PinMap>"""
"""A pin map as NI's, with the instruments of steps that are made in tests."""


class Bench:
    """Starts a station, instruments, the logger, and the stand-ins for NI's measurements."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.home, self.logs = folder / "station", folder / "logs"
        self.station = stack.enter_context(running_station(self.home, "--port", "0"))
        environment = {"LOCAL_STATION_HOME": str(self.home)}
        log = ["--data-dir", str(self.logs), "--grace", "0.3", "--recovery-grace", "1"]
        databases = ["--data-dir", str(folder / "databases"), "--grace", "0.3"]
        started = [
            ServerProcess(module, arguments, environment, wait=False)
            for module, arguments in (
                ("json_logger", ["--port", "0", *log]),
                ("db_writer", ["--port", "0", *databases]),
                ("local_station.instruments", ["--port", "0"]),
                *((f"teststand.stand_ins.{name}", []) for name in STAND_INS),
            )
        ]
        for server in started:
            stack.enter_context(server).wait_ready()
        self.logger, self.writer, self.instruments = started[:3]

    def records(self, name):
        """Return the lines of a log; none if there is no such log yet."""
        path = self.logs / name
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        return [json.loads(line) for line in lines]

    def open_logs(self):
        """Return the log files and databases that are open."""
        sessions = []
        for service in (self.logger, self.writer):
            with Administration(service.address) as administration:
                sessions += administration.sessions()
        return sessions

    def open_drivers(self):
        """Return the instruments of the made pin map that NI gRPC Device Server has open."""
        with grpc.insecure_channel(self.instruments.address) as channel:
            return [
                name
                for name, driver in (("niDCPower-SMU1/0", nidcpower), ("niDMM-DMM1", nidmm))
                if _is_open(driver, name, channel)
            ]

    def registered(self):
        """Return the names of the sessions that are registered or reserved."""
        with self._management() as stub:
            found = stub.GetSessions(messages.GetSessionsRequest(), timeout=LIMIT)
        return {each.session.name for each in found.sessions}

    @contextmanager
    def reserved(self, pin_map, wait=0.0):
        """Hold every pin of a pin map; refused if one is held by somebody else for so long."""
        wanted = messages.ReserveSessionsRequest(
            pin_map_context=PinMapContext(pin_map_id=str(pin_map), sites=[0]),
            timeout_in_milliseconds=round(wait * 1000),
        )
        xml = pin_map.read_text("utf-8")
        with grpc.insecure_channel(self.station.address) as channel:
            PinMapServiceStub(channel).UpdatePinMapFromXml(
                UpdatePinMapFromXmlRequest(pin_map_id=str(pin_map), pin_map_xml=xml), timeout=LIMIT
            )
        with self._management() as stub:
            found = stub.ReserveSessions(wanted, timeout=LIMIT + wait)
            yield
            stub.UnreserveSessions(messages.UnreserveSessionsRequest(sessions=found.sessions))

    def check_free(self, pin_map, wait=0.0):
        """Check that no pin of a pin map is held, or not for long any more."""
        with self.reserved(pin_map, wait):
            pass

    @contextmanager
    def _management(self):
        with grpc.insecure_channel(self.station.address) as channel:
            yield stubs.SessionManagementServiceStub(channel)


def _is_open(driver, name, channel):
    """Tell whether a driver has a session: one that has none refuses to attach."""
    behavior = driver.SessionInitializationBehavior.ATTACH_TO_SERVER_SESSION
    options = driver.GrpcSessionOptions(channel, name, initialization_behavior=behavior)
    try:
        driver.Session(name.split("-")[1], grpc_options=options)
    except driver.errors.RpcError:
        return False
    return True
