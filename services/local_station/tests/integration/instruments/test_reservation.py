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
from services.local_station.tests.pin_map_texts import (
    DCPOWER,
    DMM,
    connection,
    pin_map_text,
    pins_text,
)
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
ROUTE = (
    '<MultiplexedConnection instrument="{}" channel="{}"><MultiplexedDUTPinRoute pin="{}" '
    'siteNumber="0" multiplexer="Mux" routeName="{}"/></MultiplexedConnection>'
)
ROUTED_MAP = pin_map_text(
    DCPOWER + DMM + '<Multiplexer name="Mux"/>',
    connection("Vcc", 0, "DCPower1", 0)
    + ROUTE.format("DCPower1", 1, "Vref", "r1")
    + ROUTE.format("DMM1", 0, "Vref", "r2"),
    pins=pins_text("Vcc", "Vref"),
    sites=1,
)
LIMIT = 20


class Switch:
    """The session of a multiplexer's driver."""

    def __init__(self, _info):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        pass


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
        self.pin_maps = PinMapClient(**clients)
        self.pin_map = PinMapContext(self.pin_maps.update_pin_map(pin_map), None)

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


def test_options_choose_the_model(bench):
    """A program that asks for a simulated model, as NI's settings do, gets it; others as ever."""
    options = {"simulate": True, "driver_setup": {"Model": "4141", "BoardType": "PXIe"}}
    with bench.reserve("niDCPower") as supplies, bench.reserve("niDMM") as meters:
        with supplies.initialize_nidcpower_sessions(reset=True, options=options) as (power,):
            assert power.session.instrument_model == "NI PXIe-4141"
        options["driver_setup"]["Model"] = "4071"
        with meters.initialize_nidmm_sessions(reset_device=True, options=options) as (meter, _):
            assert meter.session.instrument_model == "NI PXIe-4071"
            with pytest.raises(ValueError, match="Too many reserved sessions"):
                meters.initialize_nidmm_session().__enter__()


def test_pins_lead_to_the_drivers_through_multiplexers_too(bench, tmp_path):
    """NI's own look-ups give the driver's session, its channel, and the route to be closed."""
    (tmp_path / "routed.pinmap").write_text(ROUTED_MAP, "utf-8")
    where = PinMapContext(bench.pin_maps.update_pin_map(tmp_path / "routed.pinmap"), None)
    with (
        bench.management.reserve_sessions(where, timeout=5) as reservation,
        reservation.initialize_nidcpower_session() as power,
        reservation.initialize_nidmm_session() as meter,
        reservation.initialize_multiplexer_session(Switch),
    ):
        direct = reservation.get_nidcpower_connection("Vcc", 0)
        assert (direct.session, direct.channel_name) == (power.session, "DCPower1/0")
        routed = reservation.get_nidcpower_connection_with_multiplexer(Switch, "Vref")
        assert (routed.channel_name, routed.multiplexer_route) == ("DCPower1/1", "r1")
        both = reservation.get_nidcpower_connections(["Vref", "Vcc"], 0)
        assert [each.channel_name for each in both] == ["DCPower1/1", "DCPower1/0"]
        assert reservation.get_nidcpower_connections_with_multiplexer(Switch, "Vref") == [routed]
        (measured,) = reservation.get_nidmm_connections_with_multiplexer(Switch)
        assert reservation.get_nidmm_connection_with_multiplexer(Switch, "Vref") == measured
        assert (measured.session, measured.multiplexer_route) == (meter.session, "r2")
        assert reservation.get_nidmm_connection("Vref").session is meter.session


def test_found_and_healthy(bench):
    """The instruments are registered, and healthy."""
    with DiscoveryConnection(find_discovery(bench.environment)) as discovery:
        (found,) = discovery.enumerate_active("nidmm_grpc.NiDmm", CLASS)
    assert found.location.insecure_port == str(bench.instruments.port)
    with grpc.insecure_channel(bench.instruments.address) as channel:
        request = health_pb2.HealthCheckRequest(service="nidcpower_grpc.NiDCPower")
        answer = health_pb2_grpc.HealthStub(channel).Check(request, timeout=LIMIT)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_second_start_is_refused(bench):
    """It would take over all programs: one line says which process and address serve already."""
    port, process = bench.instruments.port, bench.instruments.process.pid
    told = (
        rf"instruments: The place .*localhost:{port}\).* \(process {process} .* Stop that process"
    )
    with pytest.raises(RuntimeError, match=told):
        ServerProcess("local_station.instruments", ["--port", "0"], bench.environment)


def test_wrong_circuit(tmp_path, bench):
    """A start with a circuit that is wrong ends with one line that says where."""
    circuit = tmp_path / "circuit.toml"
    circuit.write_text("load = 5\n", "utf-8")
    arguments = ["--circuit", str(circuit)]
    with pytest.raises(RuntimeError, match=r"instruments: .*circuit\.toml: .*there is no `load`"):
        ServerProcess("local_station.instruments", arguments, bench.environment)
