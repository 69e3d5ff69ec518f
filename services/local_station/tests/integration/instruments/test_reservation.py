"""The whole way: NI's SDK reserves by a pin map, finds the instruments, and opens NI's drivers."""

from __future__ import annotations

from contextlib import ExitStack

import grpc
import nidcpower
import nidmm
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from ni.measurementlink.discovery.v1.client import DiscoveryClient
from ni.measurementlink.discovery.v1.discovery_service_pb2_grpc import DiscoveryServiceStub
from ni.measurementlink.pinmap.v1.client import PinMapClient
from ni.measurementlink.sessionmanagement.v1.client import (
    PinMapContext,
    SessionInitializationBehavior,
    SessionManagementClient,
)
from ni_grpc_extensions.channelpool import GrpcChannelPool

from local_station.pin_map.reading import NAMESPACE
from session_sharing.discovery import DiscoveryConnection, find_discovery
from session_sharing.testing.processes import ServerProcess, running_station

CLASS = "ni.measurementlink.v1.grpcdeviceserver"
PIN_MAP = f"""<PinMap xmlns="{NAMESPACE}" schemaVersion="1.6">
<Instruments>
<NIDCPowerInstrument name="SMU1" numberOfChannels="4"><ChannelGroup name="G"/></NIDCPowerInstrument>
<NIDmmInstrument name="Meter1"/><NIDmmInstrument name="Meter2"/>
</Instruments>
<Pins><DUTPin name="Vcc"/></Pins>
<Sites><Site siteNumber="0"/><Site siteNumber="1"/></Sites>
<Connections>
<Connection pin="Vcc" siteNumber="0" instrument="SMU1" channel="0"/>
<Connection pin="Vcc" siteNumber="0" instrument="Meter1" channel="0"/>
<Connection pin="Vcc" siteNumber="1" instrument="SMU1" channel="1"/>
<Connection pin="Vcc" siteNumber="1" instrument="Meter2" channel="0"/>
</Connections></PinMap>"""
LIMIT = 20


class Bench:
    """A station and the instruments as processes, and NI's client of session management."""

    def __init__(self, folder, stack):
        self.environment = {"LOCAL_STATION_HOME": str(folder / "station")}
        pin_map = folder / "bench.pinmap"
        pin_map.write_text(PIN_MAP, "utf-8")
        station = stack.enter_context(running_station(folder / "station", "--port", "0"))
        arguments = ["--port", "0", "--seed", "1", "--pin-map", str(pin_map)]
        self.instruments = stack.enter_context(
            ServerProcess("local_station.instruments", arguments, self.environment)
        )
        channel = stack.enter_context(grpc.insecure_channel(station.address))
        discovery = DiscoveryClient(DiscoveryServiceStub(channel))
        pool = stack.enter_context(GrpcChannelPool())
        clients = {"discovery_client": discovery, "grpc_channel_pool": pool}
        self.management = SessionManagementClient(**clients)
        self.pin_map = PinMapContext(PinMapClient(**clients).update_pin_map(pin_map), None)

    def reserve(self, kind):
        """Reserve everything of an instrument type."""
        return self.management.reserve_sessions(self.pin_map, instrument_type_id=kind, timeout=5)


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    with ExitStack() as stack:
        yield Bench(tmp_path_factory.mktemp("bench"), stack)


def _source(session, volts):
    session.output_function = nidcpower.OutputFunction.DC_VOLTAGE
    session.voltage_level_range = 6.0
    session.current_limit = 0.01
    session.voltage_level = volts


def test_source_on_two_sites_and_measure_with_multimeters(bench):
    """Both reservations initialize, and each site's multimeter sees what its supply gives."""
    with bench.reserve("niDCPower") as supplies, bench.reserve("niDMM") as meters:
        with supplies.initialize_nidcpower_session() as info, meters.initialize_nidmm_sessions():
            assert info.session_name == "niDCPower-SMU1/0, SMU1/1"
            sources = supplies.get_nidcpower_connections()
            for site, each in enumerate(sources):
                _source(each.session.channels[each.channel_name], site + 1.0)
            with info.session.initiate():
                info.session.wait_for_event(nidcpower.Event.SOURCE_COMPLETE, timeout=0.1)
                read = {}
                for each in meters.get_nidmm_connections():
                    each.session.configure_measurement_digits(nidmm.Function.DC_VOLTS, 10, 6.5)
                    read[each.site] = each.session.read()
            info.session.reset()
        assert read == {0: pytest.approx(1.0, abs=1e-3), 1: pytest.approx(2.0, abs=1e-3)}


def test_behaviors_of_the_sdk(bench):
    """A session that is set up and left open is attached to by later measurements, then closed."""
    behavior = SessionInitializationBehavior
    with bench.reserve("niDCPower") as reservation:

        def initialize(how):
            return reservation.initialize_nidcpower_session(initialization_behavior=how)

        with initialize(behavior.INITIALIZE_SESSION_THEN_DETACH) as info:
            info.session.voltage_level = 1.5
        for how in (behavior.ATTACH_TO_SERVER_SESSION, behavior.AUTO):
            with initialize(how) as info:
                assert info.session.voltage_level == 1.5
        with pytest.raises(nidcpower.errors.RpcError) as taken:
            initialize(behavior.INITIALIZE_SERVER_SESSION).__enter__()
        assert taken.value.rpc_code is grpc.StatusCode.ALREADY_EXISTS
        with initialize(behavior.ATTACH_TO_SESSION_THEN_CLOSE) as info:
            assert info.session.voltage_level == 1.5
        with initialize(behavior.INITIALIZE_SERVER_SESSION) as info:
            assert info.session.voltage_level == 0.0
        with pytest.raises(nidcpower.errors.RpcError) as gone:
            initialize(behavior.ATTACH_TO_SERVER_SESSION).__enter__()
        assert gone.value.rpc_code is grpc.StatusCode.FAILED_PRECONDITION


def test_found_and_healthy_until_the_stop(bench):
    """The instruments are registered and healthy while they serve, and found no longer then."""

    def active():
        with DiscoveryConnection(find_discovery(bench.environment)) as discovery:
            found = discovery.enumerate_active("nidmm_grpc.NiDmm", CLASS)
            return {each.location.insecure_port for each in found}

    with ServerProcess("local_station.instruments", ["--port", "0"], bench.environment) as other:
        assert active() == {str(bench.instruments.port), str(other.port)}
        with grpc.insecure_channel(other.address) as channel:
            request = health_pb2.HealthCheckRequest(service="nidcpower_grpc.NiDCPower")
            answer = health_pb2_grpc.HealthStub(channel).Check(request, timeout=LIMIT)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
        assert other.stop() == 0
    assert active() == {str(bench.instruments.port)}


def test_wrong_circuit(tmp_path, bench):
    """A start with a circuit that is wrong ends with one line that says where."""
    circuit = tmp_path / "circuit.toml"
    circuit.write_text("load = 5\n", "utf-8")
    arguments = ["--circuit", str(circuit)]
    with pytest.raises(RuntimeError, match=r"instruments: .*circuit\.toml: .*there is no `load`"):
        ServerProcess("local_station.instruments", arguments, bench.environment)
