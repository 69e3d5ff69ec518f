"""The station as NI's own client library sees it."""

from __future__ import annotations

import socket

import grpc
import pytest
from ni.measurementlink.discovery.v1 import discovery_service_pb2 as messages
from ni.measurementlink.discovery.v1 import discovery_service_pb2_grpc as stubs
from ni.measurementlink.discovery.v1.client import DiscoveryClient, ServiceInfo, ServiceLocation

from session_sharing.testing.processes import running_station

INTERFACE = "test.Interface"
INFO = ServiceInfo("test.Service", "https://example.org", [INTERFACE], {"key": "value"}, "A test")


@pytest.fixture(scope="module")
def station(tmp_path_factory):
    with running_station(tmp_path_factory.mktemp("home")) as process:
        yield process


@pytest.fixture
def stub(station):
    with grpc.insecure_channel(station.address) as channel:
        yield stubs.DiscoveryServiceStub(channel)


@pytest.fixture
def client(stub):
    return DiscoveryClient(stub)


@pytest.fixture
def location():
    """Return a location at which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield ServiceLocation("localhost", str(server.getsockname()[1]), "")


@pytest.fixture
def register(client, location):
    """Register services, and unregister them after the test."""
    ids = []

    def _register(info, at=location):
        ids.append(client.register_service(info, at))
        return ids[-1]

    yield _register
    for registration_id in ids:
        client.unregister_service(registration_id)


def _versions(client, version=""):
    _, info = client.resolve_service_with_information(INTERFACE, "test.Service", "", version)
    return info.versions


def test_service_is_registered_resolved_enumerated_and_unregistered(client, location):
    """The whole life of a service goes through NI's client unchanged."""
    registration_id = client.register_service(INFO, location)
    assert client.resolve_service(INTERFACE, "test.Service") == location
    (found,) = client.enumerate_services(INTERFACE)
    assert (found.service_class, found.display_name) == ("test.Service", "A test")
    assert found.annotations["key"] == "value"
    assert client.unregister_service(registration_id)
    assert client.unregister_service(registration_id)
    assert client.enumerate_services(INTERFACE) == []


@pytest.mark.parametrize("versions", [[], [""]])
def test_service_without_version_has_the_default_one(client, register, location, versions):
    """NI's client generator needs a version in the answer, and asks with it afterwards."""
    register(INFO._replace(versions=versions))
    assert _versions(client) == ["0.0.1"]
    assert client.resolve_service(INTERFACE, "test.Service", version="0.0.1") == location


def test_version_of_four_parts_is_echoed(client, register):
    """NI's own measurements have versions of four parts, and are asked for by the same text."""
    register(INFO._replace(versions=["0.1.0.0"]))
    assert _versions(client) == _versions(client, "0.1.0.0") == ["0.1.0.0"]


def test_versions_side_by_side_are_one_entry(client, register):
    """A list for people names a service once, and the latest version is the default."""
    register(INFO._replace(versions=["1.10.0"]))
    register(INFO._replace(versions=["1.9.0"]))
    (found,) = client.enumerate_services(INTERFACE)
    assert found.versions == ["1.9.0", "1.10.0"]
    assert _versions(client) == ["1.10.0"]


def test_there_are_no_other_compute_nodes(client):
    """NI's clients ask for these first; no answer would cost them an error."""
    assert client.enumerate_compute_nodes() == []


def test_every_running_instance_is_listed(station, stub, register):
    """Two instances of one class are two active services."""
    register(INFO)
    register(INFO, ServiceLocation("localhost", str(station.port), ""))
    request = messages.EnumerateActiveServicesRequest(provided_interface=INTERFACE)
    answer = stub.EnumerateActiveServices(request)
    assert [list(one.service_descriptor.versions) for one in answer.active_services] == [
        ["0.0.1"],
        ["0.0.1"],
    ]


def test_killed_service_is_forgotten(client, register, location):
    """The location of a service that is gone is not handed out; the living one's is."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        crashed = ServiceLocation("localhost", str(server.getsockname()[1]), "")
        register(INFO)
        register(INFO, crashed)
        assert client.resolve_service(INTERFACE) == crashed
    assert client.resolve_service(INTERFACE) == location


@pytest.mark.parametrize(
    ("ask", "status"),
    [
        ({"provided_interface": ""}, grpc.StatusCode.INVALID_ARGUMENT),
        ({"provided_interface": INTERFACE}, grpc.StatusCode.FAILED_PRECONDITION),
        ({"provided_interface": "test.Unknown"}, grpc.StatusCode.NOT_FOUND),
        (
            {"provided_interface": INTERFACE, "service_class": "test.Service", "version": "9.0.0"},
            grpc.StatusCode.NOT_FOUND,
        ),
        (
            {"provided_interface": INTERFACE, "service_class": "test.Service"}
            | {"deployment_target": "http://other"},
            grpc.StatusCode.NOT_FOUND,
        ),
    ],
)
def test_failed_resolution_has_the_documented_status(client, register, ask, status):
    """Programs decide by the status, so each case has the one that NI documents."""
    register(INFO)
    register(INFO._replace(service_class="test.Other"))
    with pytest.raises(grpc.RpcError) as raised:
        client.resolve_service(**ask)
    assert raised.value.code() is status
    assert raised.value.details()


@pytest.mark.parametrize("change", [{"versions": ["0.0.1"]}, {"versions": ["1.0.0", "2.0.0"]}])
def test_refused_registration_has_the_documented_status(client, location, change):
    """A registration that is refused says so as INVALID_ARGUMENT."""
    with pytest.raises(grpc.RpcError) as raised:
        client.register_service(INFO._replace(**change), location)
    assert raised.value.code() is grpc.StatusCode.INVALID_ARGUMENT
