"""Joining programs that were written for NI's software to a local station."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest

from session_sharing import join
from session_sharing.discovery import discovery_address
from session_sharing.discovery.address import bind_refusal
from session_sharing.errors import NoStationError, PreconditionError
from session_sharing.join import join_local_station
from session_sharing.testing.processes import running_station

ni_client = pytest.importorskip("ni.measurementlink.discovery.v1.client")
pytest.importorskip("local_station")

HERE = Path(__file__).parent
LIMIT = 30
INTERFACE = "ni.measurementlink.measurement.v2.MeasurementService"
_CLIENT = f"{ni_client.__name__}._client._get_discovery_service_address"
_SUPPORT = f"{ni_client.__name__}._support._get_discovery_service_address"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Return the station's home; what joining changes in this process is undone afterwards."""
    monkeypatch.delenv("SESSION_SHARING_DISCOVERY", raising=False)
    monkeypatch.setenv("LOCAL_STATION_HOME", str(tmp_path))
    for name in (_CLIENT, _SUPPORT):
        monkeypatch.setattr(name, lambda: pytest.fail("NI's own search must not run"))
    monkeypatch.setattr(grpc, "server", grpc.server)
    return tmp_path


def test_ni_client_finds_the_station(home):
    """NI's client works unchanged in a program that has joined, joined twice or not."""
    join_local_station()
    join_local_station()
    with running_station(home) as station, _listening() as port:
        client = ni_client.DiscoveryClient()
        info = ni_client.ServiceInfo("test.Service", "", ["test.Interface"], {}, "A service")
        location = ni_client.ServiceLocation("localhost", str(port), "")
        registration_id = client.register_service(info, location)
        assert client.resolve_service("test.Interface", "test.Service") == location
        assert len(client.enumerate_services("test.Interface")) == 1
        client.unregister_service(registration_id)
        assert client.enumerate_services("test.Interface") == []
        assert discovery_address() == station.address


def test_station_may_be_started_later(home):
    """A client that was made, and failed, before the station started finds it afterwards."""
    join_local_station()
    client = ni_client.DiscoveryClient()
    with pytest.raises(NoStationError, match="python -m local_station"):
        client.enumerate_services("test.Interface")
    with running_station(home):
        assert client.enumerate_services("test.Interface") == []


def test_key_file_of_a_running_station_survives_look_ups(home):
    """No look-up empties or deletes the key file, as NI's own search would here."""
    join_local_station()
    with running_station(home):
        before = (home / "DiscoveryService.json").read_bytes()
        for _ in range(3):
            ni_client.DiscoveryClient().enumerate_services("test.Interface")
        assert (home / "DiscoveryService.json").read_bytes() == before


def test_machine_with_ni_software_is_left_alone(home, monkeypatch):
    """On a real station NI's own search stays in place."""
    monkeypatch.setattr(join, "ni_key_file_folder", lambda: Path("C:/ProgramData"))
    own_search = ni_client._client._get_discovery_service_address
    join_local_station()
    assert ni_client._client._get_discovery_service_address is own_search


def test_named_discovery_is_used_on_every_machine(home, monkeypatch):
    """Who names a discovery service outright gets it, also beside NI's software."""
    monkeypatch.setattr(join, "ni_key_file_folder", lambda: Path("C:/ProgramData"))
    with running_station(home) as station:
        monkeypatch.setenv("SESSION_SHARING_DISCOVERY", station.address)
        join_local_station()
        assert ni_client.DiscoveryClient().enumerate_services("test.Interface") == []


def test_unknown_form_of_ni_client_is_said(home, monkeypatch):
    """A future client that cannot be joined is an error at once, not a failed look-up later."""
    monkeypatch.delattr(_CLIENT)
    with pytest.raises(PreconditionError, match="cannot be joined"):
        join_local_station()


def test_grpc_is_left_alone_where_ipv6_exists(home, monkeypatch):
    """Nothing of grpc is replaced on a machine that does not need it."""
    monkeypatch.setattr(join, "bind_refusal", lambda host: None)
    make_server = grpc.server
    join_local_station()
    assert grpc.server is make_server


def test_without_ni_packages_nothing_is_done():
    """A program without NI's packages may join, and it costs it no import of them."""
    code = (
        "import sys; sys.modules['ni'] = None\n"
        "import grpc; from session_sharing import join; make_server = grpc.server\n"
        "join.bind_refusal = lambda host: OSError()\n"
        "join.join_local_station()\n"
        "assert grpc.server is make_server\n"
        "assert not [name for name in sys.modules if name.startswith('ni.')]"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=LIMIT)


def test_joining_does_not_import_the_sdk():
    """A program that uses the discovery client alone does not wait for the SDK's import."""
    code = (
        "import sys; from session_sharing.join import join_local_station; join_local_station()\n"
        "assert 'ni.measurementlink.discovery.v1.client' in sys.modules\n"
        "assert 'ni_measurement_plugin_sdk_service' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=LIMIT)


@pytest.mark.parametrize(
    "words",
    [["joined-first"], ["joined-last"], ["joined-first", "no-ipv6"], ["joined-last", "no-ipv6"]],
)
def test_measurement_service_is_hosted_and_found(home, words):
    """An unchanged measurement of NI's SDK serves through the station, also without ::1."""
    pytest.importorskip("ni_measurement_plugin_sdk_service")
    join_local_station()
    with running_station(home):
        client = ni_client.DiscoveryClient()
        with _measurement(*words) as (process, port):
            location, info = client.resolve_service_with_information(INTERFACE, "test.Doubler")
            assert location.insecure_port == str(port)
            assert info.versions == ["0.0.1"]
            on_ipv4 = "no-ipv6" in words or bind_refusal("::1") is not None
            assert _listens("127.0.0.1", port) == on_ipv4
            process.communicate("\n", timeout=LIMIT)
            assert process.returncode == 0
        assert client.enumerate_services(INTERFACE) == []


@contextmanager
def _measurement(*words):
    process = subprocess.Popen(
        [sys.executable, str(HERE / "measurement_program.py"), *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ,
        text=True,
    )
    limit = threading.Timer(LIMIT, process.kill)
    limit.name = "measurement limit"
    limit.start()
    try:
        yield process, int(process.stdout.readline())
    finally:
        limit.cancel()
        process.kill()
        process.communicate(timeout=LIMIT)


@contextmanager
def _listening():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def _listens(host, port):
    try:
        with socket.create_connection((host, port), 3):
            return True
    except OSError:
        return False
