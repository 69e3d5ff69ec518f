"""What a station knows again after a restart, whether it was stopped or killed."""

from __future__ import annotations

import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager

import grpc
import pytest
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2 as sessions
from ni.measurementlink.sessionmanagement.v1 import (
    session_management_service_pb2_grpc as session_stubs,
)

from session_sharing.discovery import (
    DiscoveryConnection,
    ServiceDescriptor,
    ServiceLocation,
)
from session_sharing.testing.processes import running_station

LIMIT = 20
INTERFACE = "test.Interface"
HOLDER = """
import sys, grpc
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2 as m
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2_grpc as s
with grpc.insecure_channel(sys.argv[1]) as channel:
    stub = s.SessionManagementServiceStub(channel)
    request = m.ReserveAllRegisteredSessionsRequest(timeout_in_milliseconds=10_000)
    print(len(stub.ReserveAllRegisteredSessions(request).sessions), flush=True)
    sys.stdin.read()
"""


@contextmanager
def _holder(address):
    """Run a program that reserves all that is registered, until it is killed."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", HOLDER, address]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            assert process.stdout.readline() == "1\n"
            yield process
        finally:
            process.kill()


@contextmanager
def _management(station):
    with grpc.insecure_channel(station.address) as channel:
        yield session_stubs.SessionManagementServiceStub(channel)


def _register_session(management):
    opened = sessions.RegisterSessionsRequest()
    opened.sessions.add().session.name = "A"
    management.RegisterSessions(opened, timeout=LIMIT)


def _reserve(management, seconds):
    request = sessions.ReserveAllRegisteredSessionsRequest(
        timeout_in_milliseconds=int(seconds * 1000)
    )
    return management.ReserveAllRegisteredSessions(request, timeout=LIMIT)


def _refusal(management):
    """Reserve in vain for a moment, and return the text of the refusal."""
    with pytest.raises(grpc.RpcError) as refused:
        _reserve(management, 0.1)
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    return refused.value.details()


def _wait_until_kept(home, management, process_id):
    """Wait until the station has seen the process that holds the session, and written it down."""
    kept = home / "DiscoveryService.journal"
    for _ in range(LIMIT * 10):
        _refusal(management)
        if f'"process_id":{process_id},' in (kept.read_text("utf-8") if kept.exists() else ""):
            return
    pytest.fail("the holder was not seen")


@pytest.mark.parametrize("killed", [True, False], ids=["killed", "stopped"])
def test_services_and_holders_that_live_are_known_again(tmp_path, killed):
    """At its old port a station knows who is registered, and who has which session; the dead go."""
    service = ServiceDescriptor("A test", "test.Service", (INTERFACE,), ("1.2.3.4",))
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.socket() as crashed,
        ExitStack() as programs,
    ):
        crashed.bind(("127.0.0.1", 0))
        alive, dead = (str(each.getsockname()[1]) for each in (listening, crashed))
        with running_station(tmp_path) as first:
            with DiscoveryConnection(first.address) as discovery:
                discovery.register(service, ServiceLocation("localhost", dead))
                registration_id = discovery.register(service, ServiceLocation("localhost", alive))
            with _management(first) as management:
                _register_session(management)
                holder = programs.enter_context(_holder(first.address))
                _wait_until_kept(tmp_path, management, holder.pid)
            if killed:
                first.kill()
        with running_station(tmp_path) as second:
            assert second.port == first.port
            with DiscoveryConnection(second.address) as discovery:
                (found,) = discovery.enumerate_active(INTERFACE, "")
                assert found.location.insecure_port == alive
                assert found.descriptor.versions == ("1.2.3.4",)
                discovery.unregister(registration_id)
                assert discovery.enumerate(INTERFACE, "") == []
            with _management(second) as management:
                _register_session(management)
                assert f"(process {holder.pid}" in _refusal(management)
                holder.kill()
                assert len(_reserve(management, LIMIT).sessions) == 1
