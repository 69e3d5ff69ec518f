"""NI's example measurements, unchanged, from a checkout that the reader names.

The examples are NI's: `SESSION_SHARING_NI_EXAMPLES` names the folder `examples` of a checkout of
ni/measurement-plugin-python. Those that need no driver, NI-DCPower or NI-DMM are tried.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import grpc
import pytest
from ni.measurementlink.discovery.v1.client import DiscoveryClient
from ni.measurementlink.discovery.v1.discovery_service_pb2_grpc import DiscoveryServiceStub
from ni.measurementlink.measurement.v1 import measurement_service_pb2 as v1
from ni.measurementlink.measurement.v1 import measurement_service_pb2_grpc as v1_grpc
from ni.measurementlink.measurement.v2 import measurement_service_pb2 as v2
from ni.measurementlink.measurement.v2 import measurement_service_pb2_grpc as v2_grpc
from ni.measurementlink.pinmap.v1.client import PinMapClient
from ni.measurementlink.sessionmanagement.v1.client import SessionManagementClient
from ni_grpc_extensions.channelpool import GrpcChannelPool

from measurement_support.client import MeasurementClient
from measurement_support.parameters import Parameters
from session_sharing.testing.processes import ServerProcess, running_station
from tests.system.ni_program import NiProgram

VARIABLE = "SESSION_SHARING_NI_EXAMPLES"
EXAMPLES = Path(os.environ.get(VARIABLE, ""))
CLASSES = {
    "nidcpower_source_dc_voltage": "ni.examples.NIDCPowerSourceDCVoltage_Python",
    "nidmm_measurement": "ni.examples.NIDmmMeasurement_Python",
    "sample_measurement": "ni.examples.SampleMeasurement_Python",
    "game_of_life": "ni.examples.GameOfLife_Python",
}
POWER, METER, SAMPLE, LIFE = CLASSES
MAPS = {
    POWER: "NIDCPowerSourceDCVoltage.pinmap",
    METER: "NIDmmMeasurement.pinmap",
}
MULTI_SITE = "NIDCPowerSourceDCVoltageMultiSite.pinmap"
STEPS = """
import importlib, sys
from types import SimpleNamespace
_, folder, driver, pin_map = sys.argv
sys.path.insert(0, folder)
module = importlib.import_module(f"teststand_{driver}")
variables = SimpleNamespace(Exists=lambda *_: True, GetValString=lambda *_: pin_map)
context = SimpleNamespace(Execution=SimpleNamespace(RunTimeVariables=variables))
getattr(module, f"create_{driver}_sessions")(context)
input("Press enter to destroy the sessions.\\n")
for _ in ("them", "what is left: nothing, which is no error"):
    getattr(module, f"destroy_{driver}_sessions")()
"""
"""A stand-in for the sequence that calls the code modules of an example."""

LIMIT = 30

pytestmark = pytest.mark.skipif(
    not os.environ.get(VARIABLE), reason=f"{VARIABLE} names no checkout of NI's examples"
)


class Bench:
    """Station, instruments and the examples, all processes; and NI's clients.

    Args:
        folder: Where the station keeps its data, and the examples their logs.
        stack: Ends everything.
    """

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.environment = {"LOCAL_STATION_HOME": str(folder / "station")}
        station = stack.enter_context(running_station(folder / "station", "--port", "0"))
        arguments = ["--port", "0", "--seed", "1"]
        for example, pin_map in MAPS.items():
            arguments += ["--pin-map", str(EXAMPLES / example / pin_map)]
        stack.enter_context(ServerProcess("local_station.instruments", arguments, self.environment))
        channel = stack.enter_context(grpc.insecure_channel(station.address))
        self.discovery = DiscoveryClient(DiscoveryServiceStub(channel))
        pool = stack.enter_context(GrpcChannelPool())
        found_by = {"discovery_client": self.discovery, "grpc_channel_pool": pool}
        self.management = SessionManagementClient(**found_by)
        self._pin_maps = PinMapClient(**found_by)
        self.programs = [
            stack.enter_context(
                NiProgram(EXAMPLES / name / "measurement.py", self.environment, folder / name)
            )
            for name in CLASSES
        ]

    def client(self, example: str) -> MeasurementClient:
        """Return a client of an example."""
        return MeasurementClient(CLASSES[example], discovery_client=self.discovery)

    def load(self, example: str, pin_map: str = "") -> str:
        """Register a pin map of an example, by default its first; return its id."""
        return self._pin_maps.update_pin_map(EXAMPLES / example / (pin_map or MAPS[example]))

    def channel(self, example: str, version: int) -> grpc.Channel:
        """Return a connection to an example, found by a version of NI's interface."""
        interface = f"ni.measurementlink.measurement.v{version}.MeasurementService"
        location = self.discovery.resolve_service(interface, CLASSES[example])
        return grpc.insecure_channel(location.insecure_address)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Return the bench; each example ends with its line of input, and well."""
    with ExitStack() as stack:
        found = Bench(tmp_path_factory.mktemp("examples"), stack)
        yield found
        assert [program.stop() for program in found.programs] == [0] * len(CLASSES)


def test_voltages_are_sourced_on_all_sites(bench: Bench) -> None:
    """Each site has its supply, which gives what was asked for."""
    with bench.client(POWER) as client:
        one = client.measure(bench.load(POWER), voltage_level=2.5)
        assert one["voltage_measurements"] == [pytest.approx(2.5, abs=1e-3)]
        pin_map = bench.load(POWER, MULTI_SITE)
        four = client.measure(pin_map, range(4), voltage_level=3.0)
    assert four["measurement_sites"] == [0, 1, 2, 3]
    assert four["voltage_measurements"] == [pytest.approx(3.0, abs=1e-3)] * 4
    assert four["in_compliance"] == [False] * 4
    assert bench.management.reserve_all_registered_sessions(timeout=0).session_info == []


def test_wrong_requests_reach_the_caller_with_the_reason(bench: Bench) -> None:
    """The station's texts, and the driver's, go through NI's SDK to whoever asked."""
    with bench.client(POWER) as client:
        pin_map = bench.load(POWER)
        for wrong, words in (
            ({"pin_names": ["Nope"]}, 'no pin, relay or group named "Nope"'),
            ({"sites": [9]}, 'does not contain site numbers: "9"'),
            ({"voltage_level": 7.0}, "voltage_level is 7, its range 6"),
        ):
            with pytest.raises(grpc.RpcError) as caught:
                client.measure(pin_map, **wrong)  # type: ignore[arg-type]
            assert words in str(caught.value.details())


def test_a_multimeter_measures_with_each_function(bench: Bench) -> None:
    """What is simulated is measured; what is not is refused with the function's name."""
    with bench.client(METER) as client:
        pin_map = bench.load(METER)
        for function in ("NONE", "DC_VOLTS", "AC_VOLTS"):
            outputs = client.measure(pin_map, measurement_type=function)
            assert outputs["measured_value"] == pytest.approx(0.0, abs=1e-3)
            assert not outputs["signal_out_of_range"]
        assert client.measure(pin_map, measurement_type="TWO_WIRE_RES")["signal_out_of_range"]
        with pytest.raises(grpc.RpcError) as caught:
            client.measure(pin_map, measurement_type="CAPACITANCE")
    assert "CAPACITANCE (1005) is not simulated" in str(caught.value.details())


def test_all_types_go_there_and_back(bench: Bench) -> None:
    """What is configured comes out as it went in."""
    sent = {"Double Array In": [1.0, -2.5], "Bool In": True, "String In": "é", "Enum In": "RED"}
    with bench.client(SAMPLE) as client:
        outputs = client.measure(configurations=sent)
    assert (outputs["Double Array out"], outputs["Bool out"]) == ([1.0, -2.5], True)
    assert (outputs["String out"], outputs["Enum out"]) == ("é", 1)


def test_a_stream_is_read_and_cancelled(bench: Bench) -> None:
    """A measurement without end streams until it is cancelled, or its time is over."""
    with bench.client(LIFE) as client:
        few = client.measure(width=5, height=5, update_interval_msec=1, max_generations=4)
        assert few["generation"] == 4
        endless = client.start(width=5, height=5)
        endless.cancel()
        with pytest.raises(grpc.RpcError) as cancelled:
            endless.result(LIMIT)
        with pytest.raises(grpc.RpcError) as late:
            client.measure(timeout=0.3, width=5, height=5)
    assert cancelled.value.code() is grpc.StatusCode.CANCELLED
    assert late.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


@pytest.mark.parametrize("example", CLASSES)
def test_version_1_of_the_interface_gives_the_same(bench: Bench, example: str) -> None:
    """Older clients call a measurement once, and get its last answer."""
    outputs = _measure_once(bench, example, {LIFE: {"max_generations": 2}}.get(example, {}))
    name, value = {
        POWER: ("measurement_sites", [0]),
        METER: ("signal_out_of_range", False),
        SAMPLE: ("String out", "sample string"),
        LIFE: ("generation", 2),
    }[example]
    assert outputs[name] == value


def _measure_once(bench: Bench, example: str, configurations: dict[str, Any]) -> dict[str, Any]:
    request = v1.MeasureRequest()
    with bench.channel(example, 2) as channel:
        metadata = v2_grpc.MeasurementServiceStub(channel).GetMetadata(v2.GetMetadataRequest())
    signature = metadata.measurement_signature
    parameters = Parameters(CLASSES[example], signature.configuration_parameters)
    defaults = signature.configuration_defaults.value
    with bench.channel(example, 1) as channel:
        stub = v1_grpc.MeasurementServiceStub(channel)
        told = stub.GetMetadata(v1.GetMetadataRequest(), timeout=LIMIT).measurement_signature
        message_type = told.configuration_parameters_message_type
        request.configuration_parameters.type_url = f"type.googleapis.com/{message_type}"
        request.configuration_parameters.value = parameters.encode(configurations, defaults)
        if example in MAPS:
            request.pin_map_context.pin_map_id = bench.load(example)
        answer = stub.Measure(request, timeout=LIMIT)
    return Parameters(CLASSES[example], signature.outputs).decode(answer.outputs.value)


@pytest.mark.parametrize(("example", "driver"), [(POWER, "nidcpower"), (METER, "nidmm")])
def test_sessions_that_teststand_sets_up_are_shared(
    bench: Bench, tmp_path: Path, example: str, driver: str
) -> None:
    """NI's set-up leaves sessions open, measurements attach to them, its clean-up closes them."""
    pin_map = bench.load(example)
    script = tmp_path / "steps.py"
    script.write_text(STEPS, "utf-8")
    arguments = [str(EXAMPLES / example), driver, pin_map]
    with NiProgram(script, bench.environment, tmp_path / "steps.log", *arguments) as steps:
        with bench.management.reserve_all_registered_sessions(timeout=0) as reservation:
            assert [info.session_exists for info in reservation.session_info] == [True]
        with bench.client(example) as client:
            client.measure(pin_map)
        assert steps.stop() == 0
    assert bench.management.reserve_all_registered_sessions(timeout=0).session_info == []
