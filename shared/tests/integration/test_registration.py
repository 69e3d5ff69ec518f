"""Services in a real discovery: the local station's, which is like NI's on the wire."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from pathlib import Path

import pytest

from session_sharing.discovery import DiscoveryConnection, ServiceDescriptor, ServiceLocation
from session_sharing.errors import NoStationError, ServiceNotFoundError
from session_sharing.service import registrar, registration
from session_sharing.service.registration import Registration
from session_sharing.testing.memory import SERVICE, MemoryClient
from session_sharing.testing.processes import ServerProcess

pytest.importorskip("local_station")
LIMIT = 20.0
AGAIN_SECONDS = 5.0
DESCRIPTOR = ServiceDescriptor("Memory", SERVICE, (SERVICE,), ("1.0.0",))


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """Return the folder of a station of the test's own."""
    monkeypatch.setenv("LOCAL_STATION_HOME", str(tmp_path / "station"))
    here = str(Path(__file__).parent)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([here, os.environ.get("PYTHONPATH", "")]))
    return tmp_path


def memory_service(home: Path) -> ServerProcess:
    """Start the smallest session service."""
    return ServerProcess("memory_service_program", [str(home / "data")])


def until_found() -> None:
    """Wait until discovery knows the service."""
    deadline = time.monotonic() + LIMIT
    while True:
        try:
            MemoryClient("data").close()
        except (NoStationError, ServiceNotFoundError):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return


def test_service_is_found_by_its_clients_and_leaves_when_it_stops(home):
    """A client that names no address finds the service; one that stopped is known no more."""
    with ServerProcess("local_station", ["--port", "0"]) as station:
        with memory_service(home) as service:
            with MemoryClient("data") as client:
                client.touch()
            with DiscoveryConnection(station.address) as discovery:
                found = discovery.resolve(SERVICE, SERVICE)
                assert found.insecure_address == service.address
                (active,) = discovery.enumerate_active(SERVICE)
                assert active.descriptor.service_class == SERVICE
        with pytest.raises(ServiceNotFoundError, match=SERVICE):
            MemoryClient("data", wait=0.1)
        assert any("Registered in discovery" in line for line in service.log)


def test_registration_ends_before_the_service_does(home):
    """A service that stops is known no more while it still listens: it is not merely found dead."""
    kept = Registration(DESCRIPTOR)

    async def come_and_go(port: int, discovery: DiscoveryConnection) -> None:
        await kept.start(ServiceLocation("localhost", str(port)))
        assert discovery.resolve(SERVICE, SERVICE).insecure_port == str(port)
        await kept.stop()
        with pytest.raises(ServiceNotFoundError):
            discovery.resolve(SERVICE, SERVICE)
        await kept.stop()

    with (
        ServerProcess("local_station", ["--port", "0"]) as station,
        socket.create_server(("127.0.0.1", 0)) as listening,
        DiscoveryConnection(station.address) as discovery,
    ):
        asyncio.run(come_and_go(listening.getsockname()[1], discovery))


def test_service_that_was_first_registers_when_the_station_appears(home):
    """A service starts without discovery, says so, and is found as soon as there is one."""
    with memory_service(home) as service:
        with pytest.raises(NoStationError):
            MemoryClient("data")
        with MemoryClient("data", address=service.address) as client:
            client.touch()
        with ServerProcess("local_station", ["--port", "0"]):
            until_found()
    told = [line.partition(" for now: ")[2] for line in service.log if "without discovery" in line]
    assert told
    assert len(told) == len(set(told))  # Each reason once: a station that starts may be slow, too.


def test_station_that_is_gone_does_not_hold_up_the_stop(home):
    """A service whose discovery died stops in time, with exit code 0."""
    station = ServerProcess("local_station", ["--port", "0"])
    service = memory_service(home)
    station.kill()
    started = time.monotonic()
    assert service.stop() == 0
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("end", ["stopped", "killed"])
def test_service_registers_again_with_a_station_that_was_restarted(home, end):
    """A station that comes back, at the same port, has forgotten all; services tell it anew."""
    station = ServerProcess("local_station", ["--port", "0"])
    with memory_service(home) as service:
        until_found()
        if end == "stopped":
            station.stop()
        else:
            station.kill()
        with ServerProcess("local_station", ["--port", str(station.port)]) as successor:
            started = time.monotonic()
            until_found()
            assert time.monotonic() - started < AGAIN_SECONDS
            with DiscoveryConnection(successor.address) as discovery:
                assert len(discovery.enumerate_active(SERVICE)) == 1
            service.stop()
            with pytest.raises(ServiceNotFoundError):
                MemoryClient("data", wait=0.1)


def test_service_that_discovery_forgot_registers_again(home, monkeypatch):
    """A service that is no longer listed registers anew, though the station is the same."""
    monkeypatch.setattr(registrar, "ASK_SECONDS", 0.1)
    monkeypatch.setattr(registration, "CHECK_SECONDS", 0.05)

    def listed(discovery: DiscoveryConnection) -> int:
        return len(discovery.enumerate_active(SERVICE))

    async def be_forgotten(port: int, discovery: DiscoveryConnection) -> None:
        kept = Registration(DESCRIPTOR)
        await kept.start(ServiceLocation("localhost", str(port)))
        discovery.unregister(kept._registrar._registered.registration_id)
        deadline = time.monotonic() + LIMIT
        while listed(discovery) != 1:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)
        await kept.stop()
        assert listed(discovery) == 0

    with (
        ServerProcess("local_station", ["--port", "0"]) as station,
        socket.create_server(("127.0.0.1", 0)) as listening,
        DiscoveryConnection(station.address) as discovery,
    ):
        asyncio.run(be_forgotten(listening.getsockname()[1], discovery))
