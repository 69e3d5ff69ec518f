"""Health checking and reflection, which every service has."""

from __future__ import annotations

import threading

import grpc
import pytest

from session_sharing.testing.memory import SERVICE

health_pb2 = pytest.importorskip("grpc_health.v1.health_pb2")
health_pb2_grpc = pytest.importorskip("grpc_health.v1.health_pb2_grpc")
reflection_pb2 = pytest.importorskip("grpc_reflection.v1alpha.reflection_pb2")
reflection_pb2_grpc = pytest.importorskip("grpc_reflection.v1alpha.reflection_pb2_grpc")

LIMIT = 10.0
CLIENTS = "session_sharing.v1.SessionClients"
ADMINISTRATION = "session_sharing.v1.SessionAdministration"
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


@pytest.mark.parametrize("name", ["", SERVICE, CLIENTS, ADMINISTRATION])
def test_every_service_serves_and_says_when_it_stops(world, name):
    """The whole and each service are SERVING, and NOT_SERVING as soon as the stop begins."""
    raw = world.raw()
    raw.attach("data")
    world.driver.closing.shut()
    health = health_pb2_grpc.HealthStub(raw.channel)
    request = health_pb2.HealthCheckRequest(service=name)
    assert health.Check(request, timeout=LIMIT).status == SERVING
    watching = health.Watch(request, timeout=LIMIT)
    assert next(watching).status == SERVING
    world.service.stop()
    assert next(watching).status == NOT_SERVING
    world.driver.closing.wait_for_one()
    assert health.Check(request, timeout=LIMIT).status == NOT_SERVING


def test_unknown_service_has_no_health(world):
    """The health of a service that is not there is NOT_FOUND, as gRPC's contract says."""
    request = health_pb2.HealthCheckRequest(service="nonsense")
    with pytest.raises(grpc.RpcError) as raised:
        health_pb2_grpc.HealthStub(world.raw().channel).Check(request, timeout=LIMIT)
    assert raised.value.code() is grpc.StatusCode.NOT_FOUND


def test_reflection_lists_all_services(world):
    """Server reflection names every service that is there, and describes the common ones."""
    stub = reflection_pb2_grpc.ServerReflectionStub(world.raw().channel)
    asked = [reflection_pb2.ServerReflectionRequest(list_services="")]
    asked += [
        reflection_pb2.ServerReflectionRequest(file_containing_symbol=name)
        for name in (CLIENTS, ADMINISTRATION)
    ]
    answered = threading.Event()

    def questions():
        yield from asked
        answered.wait(LIMIT)

    answers = stub.ServerReflectionInfo(questions(), timeout=LIMIT)
    names = {found.name for found in next(answers).list_services_response.service}
    assert {SERVICE, CLIENTS, ADMINISTRATION, "grpc.health.v1.Health"} <= names
    for name in (CLIENTS, ADMINISTRATION):
        files = next(answers).file_descriptor_response.file_descriptor_proto
        assert any(name.rpartition(".")[2].encode() in file for file in files)
    answered.set()


@pytest.mark.parametrize(
    "method",
    [
        "grpc.health.v1.Health/Check",
        "grpc.health.v1.Health/Watch",
        "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    ],
)
def test_garbage_is_refused_by_grpc_s_own_services(world, method, caplog):
    """What is no request is INVALID_ARGUMENT here as everywhere, and no defect in the log."""
    call = world.raw().channel.stream_stream(f"/{method}")
    with pytest.raises(grpc.RpcError) as raised:
        list(call(iter([b"\x0a\x7f"]), timeout=LIMIT))
    assert raised.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "no valid protobuf" in raised.value.details()
    assert not [record for record in caplog.records if record.exc_info]


def test_what_the_library_lacks_is_unimplemented(world, caplog):
    """A newer method of health checking is refused as such, and is no defect in the log."""
    if "List" not in health_pb2.DESCRIPTOR.services_by_name["Health"].methods_by_name:
        pytest.skip("this library does not know it either")
    call = world.raw().channel.unary_unary("/grpc.health.v1.Health/List")
    failure = call.future(b"", timeout=LIMIT).exception(LIMIT)
    # One day the library may have it.
    assert failure is None or failure.code() is grpc.StatusCode.UNIMPLEMENTED
    assert not [record for record in caplog.records if record.exc_info]
