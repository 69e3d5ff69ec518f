"""What a station knows again after a restart, whether it was stopped or killed."""

from __future__ import annotations

import json
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

from local_station.reservations.commands import main as reservations
from session_sharing.discovery import (
    DiscoveryConnection,
    ServiceDescriptor,
    ServiceLocation,
)
from session_sharing.discovery.location import ADDRESS_VARIABLE, HOME_VARIABLE
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


def _shown(command):
    """Return session, process and its state of the one reservation that the operator sees."""
    [held] = json.loads(command("list", "--json")[1])
    return held["session"], held["process_id"], held["running"], held["connected"]


def _wait_until_kept(home, management, process_id):
    """Wait until the station has seen the process that holds the session, and written it down."""
    kept = home / "DiscoveryService.journal"
    for _ in range(LIMIT * 10):
        _refusal(management)
        if f'"process_id":{process_id},' in (kept.read_text("utf-8") if kept.exists() else ""):
            return
    pytest.fail("the holder was not seen")


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    """Return what executes an operator's command; it returns the exit code and what was told."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    monkeypatch.setenv(ADDRESS_VARIABLE, "")

    def execute(*arguments):
        code = reservations(arguments)
        return code, "".join(capsys.readouterr())

    return execute


@pytest.mark.parametrize("killed", [True, False], ids=["killed", "stopped"])
def test_services_and_holders_that_live_are_known_again(tmp_path, killed, command):
    """At its old port a station knows who is registered, and who has which session; the dead go.

    What a living holder does not free any more, an operator sees, and can free.
    """
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
            assert _shown(command) == ("A", holder.pid, True, True)
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
                refusal = _refusal(management)
                assert f"(process {holder.pid}" in refusal
                assert "python -m local_station.reservations free SESSION" in refusal
                assert _shown(command) == ("A", holder.pid, True, False)
                if killed:
                    holder.kill()
                else:
                    code, told = command("free", "A")
                    assert (code, f"process {holder.pid}" in told) == (0, True)
                assert len(_reserve(management, LIMIT if killed else 0).sessions) == 1
                assert (holder.poll() is None) is not killed


def test_operator_is_told_what_is_not_so(tmp_path, command):
    """Without a station, or of what is not reserved, a command says so and fails."""
    code, told = command("list")
    assert (code, told.startswith("reservations: No discovery service is running")) == (1, True)
    with running_station(tmp_path, "--port", "0") as station, _management(station) as management:
        _register_session(management)
        _reserve(management, 0)
        code, told = command("free", "A", "B")
        assert (code, "as 'B' is not reserved. Reserved: 'A'." in told) == (1, True)
        assert command("list")[1].splitlines()[1].startswith("A ")
        assert command("free", "A")[0] == 0
        told = f"Nothing is reserved on the station at {station.address}.\n"
        assert command("list") == (0, told)
