"""A station as a process: how it is found, and how it starts and ends."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2 as sessions
from ni.measurementlink.sessionmanagement.v1 import (
    session_management_service_pb2_grpc as session_stubs,
)

from session_sharing.discovery import (
    DiscoveryConnection,
    ServiceDescriptor,
    ServiceLocation,
    find_discovery,
)
from session_sharing.errors import NoStationError, SharingError
from session_sharing.testing.processes import running_station

LIMIT = 20
OWN = {
    "ni.measurementlink.pinmap.v1.PinMapService",
    "ni.measurementlink.sessionmanagement.v1.SessionManagementService",
}
"""What the station itself registers: the interface is the class."""


def _environment(home, cluster=None):
    variables = {"LOCAL_STATION_HOME": str(home)}
    return variables if cluster is None else {**variables, "NIDiscovery_ClusterId": cluster}


def _second_station(home, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "local_station", *arguments],
        env={**os.environ, **_environment(home)},
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )


def _enumerate(home):
    with DiscoveryConnection(find_discovery(_environment(home))) as connection:
        return {service.service_class for service in connection.enumerate()}


def test_key_file_lives_as_long_as_the_station(tmp_path):
    """The key file names the port as text, is private, and goes when the station stops."""
    home = tmp_path / "home"
    key_file = home / "DiscoveryService.json"
    with running_station(home) as station:
        content = key_file.read_bytes()
        assert json.loads(content) == {"InsecurePort": str(station.port), "SecurePort": ""}
        if sys.platform != "win32":
            assert key_file.stat().st_mode & 0o777 == 0o600
            assert home.stat().st_mode & 0o777 == 0o700
        assert station.stop() == 0
    assert not key_file.exists()


def test_stop_ends_the_waiting_for_a_reservation(tmp_path):
    """Who waits for a session when the station stops is told why, and does not hold up the stop."""
    with running_station(tmp_path) as station, grpc.insecure_channel(station.address) as channel:
        management = session_stubs.SessionManagementServiceStub(channel)
        opened = sessions.RegisterSessionsRequest()
        opened.sessions.add().session.name = "A"
        management.RegisterSessions(opened, timeout=LIMIT)
        everything = sessions.ReserveAllRegisteredSessionsRequest(timeout_in_milliseconds=-1)
        management.ReserveAllRegisteredSessions(everything, timeout=LIMIT)
        waiting = management.ReserveAllRegisteredSessions.future(everything)
        # It is taken in before what the same connection sends later is answered.
        management.GetSessions(sessions.GetSessionsRequest(), timeout=LIMIT)
        assert station.stop() == 0
        assert waiting.code() is grpc.StatusCode.UNAVAILABLE
        assert "station is stopping" in waiting.details()


def test_foreign_key_file_is_left_alone(tmp_path):
    """A stopping station removes only the key file that it wrote itself."""
    key_file = tmp_path / "DiscoveryService.json"
    with running_station(tmp_path) as station:
        key_file.write_text('{"InsecurePort": "1"}')
        assert station.stop() == 0
    assert key_file.read_text() == '{"InsecurePort": "1"}'


def test_both_loopback_families_answer_and_no_other(tmp_path):
    """No client loses time on the family that it tries first, and no network reaches it."""
    hosts = ["127.0.0.1"]
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
        try:
            probe.bind(("::1", 0))
            hosts.append("[::1]")
        except OSError:
            pass
    with running_station(tmp_path) as station:
        for host in hosts:
            with DiscoveryConnection(f"{host}:{station.port}") as connection:
                assert len(connection.enumerate()) == len(OWN)
        if sys.platform == "linux":  # Where loopback has more addresses: nobody asked for those.
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.2", station.port), LIMIT)


def test_health_and_reflection_are_answered(tmp_path):
    """Tools that know nothing of this project can tell that the station serves, and what."""
    served = {"ni.measurementlink.discovery.v1.DiscoveryService", *OWN}
    with (
        running_station(tmp_path) as station,
        grpc.insecure_channel(station.address) as channel,
    ):
        for name in served:
            request = health_pb2.HealthCheckRequest(service=name)
            answer = health_pb2_grpc.HealthStub(channel).Check(request, timeout=LIMIT)
            assert answer.status == health_pb2.HealthCheckResponse.SERVING
        assert served <= set(ProtoReflectionDescriptorDatabase(channel).get_services())


def test_second_station_is_refused(tmp_path):
    """Who comes second is told which process is the station, and changes nothing."""
    with running_station(tmp_path) as station:
        second = _second_station(tmp_path)
        assert (second.returncode, second.stdout) == (1, "")
        assert "held by local_station (process" in second.stderr
        assert second.stderr.count("\n") == 1
        assert find_discovery(_environment(tmp_path)).address == station.address


def test_killed_station_is_recognised_and_replaced(tmp_path):
    """A key file that a killed station left is not believed; the next station gets its port."""
    with running_station(tmp_path) as station:
        port = station.port
        station.kill()
    assert (tmp_path / "DiscoveryService.json").exists()
    with pytest.raises(NoStationError, match="python -m local_station"):
        _enumerate(tmp_path)
    assert (tmp_path / "DiscoveryService.json").exists()
    with running_station(tmp_path) as successor:
        assert successor.port == port
        assert _enumerate(tmp_path) == OWN


def test_clusters_live_side_by_side(tmp_path):
    """Stations with different cluster ids share a folder, and each has its own services."""
    ids = {"NIDiscovery_ClusterId": "bench-2"}
    with running_station(tmp_path), running_station(tmp_path, environment=ids):
        service = ServiceDescriptor("A service", "test.Service", ("test.Interface",))
        second = find_discovery(_environment(tmp_path, "bench-2"))
        with DiscoveryConnection(second) as connection:
            # Somebody has to listen there: the station itself does.
            connection.register(service, ServiceLocation(*second.address.split(":")))
            assert len(connection.enumerate()) == len(OWN) + 1
        assert _enumerate(tmp_path) == OWN
    assert second.told_by.endswith("DiscoveryService_bench-2.json")


def test_impossible_cluster_id_is_refused(tmp_path):
    """A cluster id cannot lead out of the station's folder."""
    environment = {**os.environ, **_environment(tmp_path, "../elsewhere")}
    refused = subprocess.run(
        [sys.executable, "-m", "local_station"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert refused.returncode == 1
    assert "cluster id" in refused.stderr
    with pytest.raises(SharingError, match="cluster id"):
        find_discovery(_environment(tmp_path, "../elsewhere"))


@pytest.mark.parametrize("arguments", [["--port", "65536"], ["--port", "x"], ["--prot", "1"]])
def test_wrong_usage_exits_2(tmp_path, arguments):
    """A command line that makes no sense is told from a station that cannot start."""
    assert _second_station(tmp_path, *arguments).returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_wanted_port_that_is_taken_is_an_error(tmp_path):
    """A station that was told its port takes no other, and leaves no key file behind."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = _second_station(tmp_path, "--port", str(port))
    assert refused.returncode == 1
    assert str(port) in refused.stderr
    assert not (tmp_path / "DiscoveryService.json").exists()
