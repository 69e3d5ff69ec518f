"""Both plug-ins on a station of their own, as processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import grpc
import pytest
from ni.measurementlink.discovery.v1.client import DiscoveryClient
from ni.measurementlink.discovery.v1.discovery_service_pb2_grpc import DiscoveryServiceStub
from ni.measurementlink.pinmap.v1.client import PinMapClient
from ni_grpc_extensions.channelpool import GrpcChannelPool

from measurement_support.client import Call, MeasurementClient
from session_sharing.testing.processes import ServerProcess, running_station

PIN_MAP = Path(__file__).parents[4] / "pin_maps" / "device_communication.pinmap"
WRITER, READER = "DEVICE_COMMUNICATION_WRITER", "DEVICE_COMMUNICATION_READER"
MANY = 1000
FOR_EVER = 3600.0
INITIALIZE, ATTACH = 1, 2
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
        self.pin_maps = PinMapClient(discovery_client=discovery, grpc_channel_pool=pool)
        self.pin_map = self.pin_maps.update_pin_map(PIN_MAP)
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
    writing = floor.writer.start(floor.pin_map, pin=WRITER)
    reading = floor.reader.start(floor.pin_map, pin=WRITER)
    results = [writing.result(), reading.result()]
    assert [result["new_session"] for result in results] == [True, True]
    assert results[0]["session"] != results[1]["session"]


def test_behaviors_are_those_of_the_calls(floor: Floor):
    """Who wants to attach finds no session, then the one of the reader, which goes on waiting.

    Who wants a new one is refused then. A reader that is cancelled gives back session and pin.
    """
    for plug_in in (floor.writer, floor.reader):
        with pytest.raises(grpc.RpcError) as refused:
            plug_in.measure(floor.pin_map, pin=WRITER, behavior=ATTACH)
        assert refused.value.code() is grpc.StatusCode.NOT_FOUND
    reading = floor.reader.start(floor.pin_map, interval=FOR_EVER)
    found = attached(floor, reading)
    assert (found["written"], found["new_session"]) == (1, False)
    with pytest.raises(grpc.RpcError) as refused:
        floor.writer.measure(floor.pin_map, behavior=INITIALIZE)
    assert refused.value.code() is grpc.StatusCode.ALREADY_EXISTS
    reading.cancel()
    again = floor.writer.measure(floor.pin_map, pin=READER, behavior=INITIALIZE, count=1)
    assert again["new_session"] is True


def attached(floor: Floor, reading: Call) -> dict[str, Any]:
    """Attach the writer to the session of a reader, as soon as that has it."""
    while not reading.done():
        try:
            return floor.writer.measure(floor.pin_map, behavior=ATTACH, count=1)
        except grpc.RpcError as error:
            if error.code() is not grpc.StatusCode.NOT_FOUND:
                raise
    return reading.result()


def test_a_pin_of_something_else_is_refused(floor: Floor, tmp_path: Path):
    """A pin of an instrument of another type is refused, and the caller is told which it is."""
    other = tmp_path / "other.pinmap"
    text = PIN_MAP.read_text("utf-8").replace('="DeviceCommunication"', '="Other"')
    other.write_text(text, "utf-8")
    pin_map = floor.pin_maps.update_pin_map(other)
    told = "of type Other, not DeviceCommunication"
    with pytest.raises(grpc.RpcError, match=told) as refused:
        floor.reader.measure(pin_map)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


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
