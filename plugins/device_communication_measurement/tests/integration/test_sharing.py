"""Both plug-ins on a station of their own, as processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import grpc
import pytest
from ni.measurementlink.discovery.v1.client import DiscoveryClient
from ni.measurementlink.discovery.v1.discovery_service_pb2_grpc import DiscoveryServiceStub
from ni.measurementlink.pinmap.v1.client import PinMapClient
from ni_grpc_extensions.channelpool import GrpcChannelPool

from measurement_support.client import MeasurementClient
from session_sharing.testing.processes import ServerProcess, running_station

PIN_MAP = Path(__file__).parents[4] / "pin_maps" / "device_communication.pinmap"
MANY = 1000
PORT = 2


class Floor:
    """The station, the service and both plug-ins, with the pin map registered."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        station = stack.enter_context(running_station(folder / "station", "--port", "0"))
        environment = {"LOCAL_STATION_HOME": str(folder / "station")}
        data = ("--port", "0", "--data-dir", str(folder / "data"))
        starting = [
            ServerProcess("device_communication", data, environment, wait=False),
            ServerProcess("device_communication_measurement.writer", (), environment, wait=False),
            ServerProcess("device_communication_measurement.reader", (), environment, wait=False),
        ]
        for server in starting:
            stack.enter_context(server).wait_ready()
        channel = stack.enter_context(grpc.insecure_channel(station.address))
        discovery = DiscoveryClient(DiscoveryServiceStub(channel))
        pool = stack.enter_context(GrpcChannelPool())
        pin_maps = PinMapClient(discovery_client=discovery, grpc_channel_pool=pool)
        self.pin_map = pin_maps.update_pin_map(PIN_MAP)
        self.writer, self.reader = (
            stack.enter_context(MeasurementClient(service_class, discovery_client=discovery))
            for service_class in (
                "session_sharing.DeviceCommunicationWriter",
                "session_sharing.DeviceCommunicationReader",
            )
        )


@pytest.fixture(scope="module")
def floor(tmp_path_factory) -> Iterator[Floor]:
    """Start a floor, for all tests of this file."""
    with ExitStack() as stack:
        yield Floor(tmp_path_factory.mktemp("floor"), stack)


def test_both_hold_one_session(floor: Floor):
    """With a pin each the reader finds, in the writer's session, what the writer set."""
    writing = floor.writer.start(floor.pin_map, count=MANY, port=PORT, interval=0.02)
    found = {"new_session": True, "values": [0]}
    while (found["new_session"] or not any(found["values"])) and not writing.done():
        found = floor.reader.measure(floor.pin_map, port=PORT)
    writing.cancel()
    assert found["new_session"] is False
    assert set(found["values"]) <= {*range(256)}
    assert any(found["values"])


def test_with_one_pin_they_wait_for_each_other(floor: Floor):
    """With the same pin both have their turn, and each a session of its own."""
    pin = "DEVICE_COMMUNICATION_WRITER"
    writing = floor.writer.start(floor.pin_map, pin=pin)
    reading = floor.reader.start(floor.pin_map, pin=pin)
    results = [writing.result(), reading.result()]
    assert [result["new_session"] for result in results] == [True, True]
    assert results[0]["session"] != results[1]["session"]


def test_a_call_without_a_pin_map_is_refused(floor: Floor):
    """There is nothing to reserve, and the caller is told what to do."""
    with pytest.raises(grpc.RpcError, match="names no pin map") as refused:
        floor.reader.measure()
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_a_session_that_is_open_otherwise_is_refused(floor: Floor):
    """Who wants another protocol than that of the session is told which it is open with."""
    writing = floor.writer.start(floor.pin_map, count=MANY, interval=0.02)
    told = ""
    while not told and not writing.done():
        try:
            floor.reader.measure(floor.pin_map, protocol=2, behavior=2)
        except grpc.RpcError as error:
            told = error.details() if error.code() is grpc.StatusCode.FAILED_PRECONDITION else ""
    writing.cancel()
    assert "protocol 'I2C' is wanted, and it was opened with 'SPI'" in told
