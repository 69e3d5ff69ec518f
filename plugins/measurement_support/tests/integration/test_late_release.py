"""A release that meets no station, on a station that comes back and knows the reservation still."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace

import grpc
import pytest
from ni.measurementlink.discovery.v1.client import DiscoveryClient
from ni.measurementlink.discovery.v1.discovery_service_pb2_grpc import DiscoveryServiceStub
from ni.measurementlink.pinmap.v1.client import PinMapClient
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2 as messages
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2_grpc as stubs
from ni_grpc_extensions.channelpool import GrpcChannelPool
from ni_measurement_plugin_sdk_service.session_management import PinMapContext

from measurement_support.interruption import Interruption
from measurement_support.reserving import reserved
from plugins.measurement_support.tests.contexts import FakeContext
from session_sharing.errors import UnavailableError
from session_sharing.testing.processes import running_station

PIN_MAP = Path(__file__).resolve().parents[4] / "pin_maps" / "waiting.pinmap"
LIMIT = 20.0


class Service(SimpleNamespace):
    """Stands for the SDK's `MeasurementService`."""

    __hash__ = object.__hash__


def is_reserved(channel: grpc.Channel) -> bool:
    """Tell whether anything is reserved, as the station says."""
    management = stubs.SessionManagementServiceStub(channel)
    answer = management.GetSessions(messages.GetSessionsRequest(), timeout=LIMIT)
    return any(one.session_reserved for one in answer.sessions)


def test_it_is_delivered_when_the_station_is_back(tmp_path, monkeypatch):
    """A station that was away during a release, and took the reservation over, is told of it."""
    monkeypatch.setenv("LOCAL_STATION_HOME", str(tmp_path))
    context = FakeContext()
    with running_station(tmp_path, "--port", "0") as station, GrpcChannelPool() as pool:
        channel = grpc.insecure_channel(station.address)
        found_by = DiscoveryClient(DiscoveryServiceStub(channel))
        maps = PinMapClient(discovery_client=found_by, grpc_channel_pool=pool)
        context.pin_map_context = PinMapContext(maps.update_pin_map(PIN_MAP), [0])
        service = Service(context=context, discovery_client=found_by, channel_pool=pool)

        def run() -> None:
            with reserved(service, Interruption(context), ["VIN"], LIMIT):
                assert is_reserved(channel)
                assert station.stop() == 0

        with pytest.raises(UnavailableError, match="It is tried again until"):
            run()
    with (
        running_station(tmp_path, "--port", "0", "--verbose") as again,
        grpc.insecure_channel(again.address) as channel,
    ):
        deadline = time.monotonic() + LIMIT
        while is_reserved(channel) or not any("unreserved" in line for line in list(again.log)):
            assert time.monotonic() < deadline, again.log
            time.sleep(0.01)
