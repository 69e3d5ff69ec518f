"""The client of measurements, against a plug-in that knows nothing of this project."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import grpc
import pytest
from google.protobuf import type_pb2
from ni.measurementlink.measurement.v2 import measurement_service_pb2 as messages
from ni.measurementlink.measurement.v2 import measurement_service_pb2_grpc as services

from measurement_support.client import MeasurementClient

NAMES = ("timeout", "sites", "configurations", "Rise Time")


class ForeignMeasurement(services.MeasurementServiceServicer):
    """Gives back what it is asked for; its configurations have awkward names."""

    def GetMetadata(self, request, context):
        """Describe it."""
        signature = messages.MeasurementSignature()
        for number, name in enumerate(NAMES, start=1):
            parameter = {"field_number": number, "name": name, "type": type_pb2.Field.TYPE_DOUBLE}
            signature.configuration_parameters.add(**parameter)
            signature.outputs.add(**parameter)
        return messages.GetMetadataResponse(measurement_signature=signature)

    def Measure(self, request, context):
        """Answer once."""
        assert not request.pin_map_context.sites, "none were named"
        yield messages.MeasureResponse(outputs=request.configuration_parameters)


@pytest.fixture
def client() -> Iterator[MeasurementClient]:
    """Return a client of the foreign measurement."""
    server = grpc.server(ThreadPoolExecutor(thread_name_prefix="foreign measurement"))
    services.add_MeasurementServiceServicer_to_server(ForeignMeasurement(), server)
    location = SimpleNamespace(
        location="localhost", insecure_port=str(server.add_insecure_port("localhost:0"))
    )
    server.start()
    discovery = SimpleNamespace(resolve_service=lambda **_: location)
    with MeasurementClient("foreign", discovery_client=discovery) as found:
        yield found
    server.stop(None).wait(10.0)


def test_a_configuration_may_have_any_name(client):
    """What is named as a parameter of `measure`, or is no identifier, can be given all the same.

    And a call that names no sites names none, which means all.
    """
    values = dict(zip(NAMES, (1.0, 2.0, 3.0, 4.0), strict=True))
    assert client.measure(configurations=values) == values
    assert client.start(configurations={"timeout": 5.0}).result(10.0)["timeout"] == 5.0


def test_unknown_names_are_refused_in_both_ways(client):
    """A mistyped name is told, however it is given."""
    for arguments in ({"configurations": {"rise": 1.0}}, {"rise": 1.0}):
        with pytest.raises(TypeError, match=r"no configuration 'rise'.*Rise Time"):
            client.measure(**arguments)
