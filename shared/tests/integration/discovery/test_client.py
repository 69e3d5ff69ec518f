"""The connection to a discovery service, against a server that speaks NI's interface."""

from __future__ import annotations

import socket
import threading
import time
from concurrent import futures

import grpc
import pytest

from session_sharing.client import connector, pool
from session_sharing.discovery import (
    ActiveService,
    DiscoveryConnection,
    ServiceDescriptor,
    ServiceLocation,
    discovery_address,
    resolve_address,
)
from session_sharing.errors import (
    InvalidRequestError,
    NoStationError,
    ServiceNotFoundError,
    UnavailableError,
)
from session_sharing.testing.memory import MemoryClient
from session_sharing.wire.generated import discovery_pb2 as wire

NAME = "ni.measurementlink.discovery.v1.DiscoveryService"
SERVICE = ServiceDescriptor(
    "A service", "test.Service", ("test.Interface",), ("1.0.0",), "https://example.org", {"k": "v"}
)
LOCATION = ServiceLocation("localhost", "7", "8")


class Discovery:
    """A discovery service that knows at most one service; requests are the messages of the wire."""

    def __init__(self):
        self.known = None
        self.lacks = ""  # the one interface that it refuses
        self.hold, self.start = threading.Event(), threading.Event()  # set: answer
        self.hold.set()
        self.start.set()

    def RegisterService(self, request, context):
        """Know a service."""
        if not request.service_description.display_name:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "no display name")
        self.known = request
        return wire.RegisterServiceResponse(registration_id="the id")

    def UnregisterService(self, request, context):
        """Know it no longer."""
        assert request.registration_id == "the id"
        self.known = None
        return wire.UnregisterServiceResponse()

    def ResolveService(self, request, context):
        """Say where it is, when it has been started."""
        self.hold.wait(10)
        while context.is_active() and not self.start.wait(0.01):
            pass  # As a real one, it works no longer for those who wait no longer.
        if self.known is None or request.provided_interface == self.lacks:
            context.abort(grpc.StatusCode.NOT_FOUND, "not known")
        return self.known.location

    def EnumerateServices(self, request, context):
        """List it."""
        self.hold.wait(10)
        found = [self.known.service_description] if self.known else []
        return wire.EnumerateServicesResponse(available_services=found)

    def EnumerateActiveServices(self, request, context):
        """List it with its location."""
        active = wire.ActiveService(
            service_descriptor=self.known.service_description, service_location=self.known.location
        )
        return wire.EnumerateActiveServicesResponse(active_services=[active])


def _handlers(discovery, without=()):
    requests = {
        "RegisterService": wire.RegisterServiceRequest,
        "UnregisterService": wire.UnregisterServiceRequest,
        "ResolveService": wire.ResolveServiceRequest,
        "EnumerateServices": wire.EnumerateServicesRequest,
        "EnumerateActiveServices": wire.EnumerateActiveServicesRequest,
    }
    return grpc.method_handlers_generic_handler(
        NAME,
        {
            method: grpc.unary_unary_rpc_method_handler(
                getattr(discovery, method),
                request_deserializer=request.FromString,
                response_serializer=lambda response: response.SerializeToString(),
            )
            for method, request in requests.items()
            if method not in without
        },
    )


@pytest.fixture
def serve():
    """Serve a discovery, and return its address; several may be served in one test."""
    servers = []

    def _serve(discovery, without=(), port=0):
        server = grpc.server(
            futures.ThreadPoolExecutor(4, "discovery"), options=[("grpc.so_reuseport", 0)]
        )
        server.add_generic_rpc_handlers([_handlers(discovery, without)])
        bound = server.add_insecure_port(f"127.0.0.1:{port}")
        server.start()
        servers.append(server)
        return f"127.0.0.1:{bound}"

    yield _serve
    for server in servers:
        server.stop(0).wait(10)


@pytest.fixture
def discovery():
    return Discovery()


@pytest.fixture
def connection(serve, discovery):
    with DiscoveryConnection(serve(discovery)) as opened:
        yield opened


def test_everything_that_was_registered_comes_back(connection):
    """No field of a service or its location is lost or mixed up on the wire."""
    registration_id = connection.register(SERVICE, LOCATION)
    assert connection.resolve("test.Interface", "test.Service") == LOCATION
    assert connection.enumerate("test.Interface") == [SERVICE]
    assert connection.enumerate_active() == [ActiveService(SERVICE, LOCATION)]
    connection.unregister(registration_id)
    assert connection.enumerate() == []


def test_unknown_service_is_told_from_a_missing_station(connection):
    """Who looks for a service learns whether to start the service or the station."""
    with pytest.raises(ServiceNotFoundError, match=r"knows no running test\.Service 2\.0\.0"):
        connection.resolve("test.Interface", "test.Service", "2.0.0")


def test_class_with_other_interfaces_is_told_with_them(connection, discovery):
    """Who mistypes an interface finds the right one in the error, not the advice to start it."""
    connection.register(SERVICE, LOCATION)
    discovery.lacks = "test.Interfaces"
    with pytest.raises(ServiceNotFoundError, match=r"other interfaces: test\.Interface"):
        connection.resolve("test.Interfaces", "test.Service")


def test_refusal_carries_the_text_of_discovery(connection):
    """What discovery says of a wrong registration reaches the program."""
    with pytest.raises(InvalidRequestError, match="no display name"):
        connection.register(ServiceDescriptor("", "c", ("i",)), LOCATION)


def test_nobody_there_is_no_station():
    """A port without a listener ends in the error that says how to start a station."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with (
        DiscoveryConnection(f"localhost:{port}") as connection,
        pytest.raises(NoStationError, match="python -m local_station"),
    ):
        connection.enumerate()


def test_silent_discovery_costs_no_more_than_the_time_out(serve, discovery):
    """A frozen discovery holds nobody up beyond the time-out."""
    discovery.hold.clear()
    with DiscoveryConnection(serve(discovery), timeout=0.2) as connection:
        with pytest.raises(NoStationError, match="frozen"):
            connection.resolve("test.Interface")
        discovery.hold.set()


@pytest.mark.parametrize("without", [[], ["EnumerateServices"]], ids=["answers", "refuses"])
def test_service_that_starts_slowly_is_told_from_a_frozen_discovery(serve, discovery, without):
    """Who waits for a service that is being started is not sent to end the discovery service."""
    discovery.start.clear()
    with DiscoveryConnection(serve(discovery, without), timeout=1.0) as connection:
        with pytest.raises(ServiceNotFoundError, match=r"test\.Interface is: .*being started"):
            connection.resolve("test.Interface")
        connection.register(SERVICE, LOCATION)
        discovery.start.set()
        assert connection.resolve("test.Interface") == LOCATION


def test_discovery_that_does_not_know_a_call_is_said_to_be_too_old(serve, discovery):
    """An older discovery service is not mistaken for one that is not running."""
    address = serve(discovery, without=["EnumerateActiveServices"])
    with (
        DiscoveryConnection(address) as connection,
        pytest.raises(UnavailableError, match="too old") as raised,
    ):
        connection.enumerate_active()
    assert not isinstance(raised.value, NoStationError)


def test_station_that_starts_later_is_found_at_once(serve, discovery):
    """A failed look-up does not make the next one fail when the station is there by then."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with DiscoveryConnection(f"127.0.0.1:{port}") as early:
        with pytest.raises(NoStationError):
            early.enumerate()
        serve(discovery, port=port)
        with DiscoveryConnection(f"127.0.0.1:{port}") as late:
            assert late.enumerate() == []


def test_no_proxy_comes_between_loopback_programs(serve, discovery, monkeypatch):
    """A proxy that is set for the internet is not asked for this machine."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("grpc_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    with DiscoveryConnection(serve(discovery)) as connection:
        assert connection.enumerate() == []


def test_service_is_resolved_without_a_client(serve, discovery, monkeypatch):
    """A client library that was given no discovery client finds discovery by itself."""
    monkeypatch.setenv("SESSION_SHARING_DISCOVERY", serve(discovery))
    with pytest.raises(ServiceNotFoundError):
        resolve_address("test.Interface", "test.Service")
    with DiscoveryConnection(serve(discovery)) as connection:
        connection.register(SERVICE, LOCATION)
    assert resolve_address("test.Interface", "test.Service") == "localhost:7"


def test_client_waits_as_long_as_it_may_for_a_service_that_is_started(
    serve, discovery, start_world, monkeypatch
):
    """A start that takes longer than a look-up is waited for, up to the client's own limit."""
    for module in (pool, connector):
        monkeypatch.setattr(module, "LOOK_UP_SECONDS", 0.3)
    discovery.start.clear()
    monkeypatch.setenv("SESSION_SHARING_DISCOVERY", serve(discovery))
    with futures.ThreadPoolExecutor(1) as others:
        asking = others.submit(MemoryClient, "data", wait=20.0)
        with pytest.raises(ServiceNotFoundError, match="being started"):
            MemoryClient("data", wait=1.0)
        assert not asking.done()
        port = start_world().service.address.rpartition(":")[2]
        with DiscoveryConnection(discovery_address()) as connection:
            connection.register(SERVICE, ServiceLocation("localhost", port))
        discovery.start.set()
        asking.result(20).close()


def test_client_waits_for_frozen_discovery_no_longer_than_for_its_service(
    serve, discovery, monkeypatch
):
    """What a program wants to wait at most is not exceeded by the look-up before."""
    discovery.hold.clear()
    monkeypatch.setenv("SESSION_SHARING_DISCOVERY", serve(discovery))
    started = time.monotonic()
    with pytest.raises(NoStationError):
        MemoryClient("data", wait=0.3)
    assert time.monotonic() - started < 3
    discovery.hold.set()
