"""Session management on a real server in this process, over a pin map that is made here."""

from __future__ import annotations

import asyncio
import threading
import time

import grpc
import grpc.aio
import pytest
from ni.measurementlink.sessionmanagement.v1.client import PinMapContext, SessionManagementClient

from local_station.pin_map.model import Connection, InstrumentSession, PinMap
from local_station.pin_map.store import PinMaps
from local_station.session_management import watch
from local_station.session_management.manager import SessionManager
from local_station.session_management.servicer import SessionManagementServicer
from local_station.session_management.wire import stubs
from session_sharing.service.interceptor import ErrorInterceptor

LIMIT = 20


def _session(type_id, resource, *connections):
    return InstrumentSession(f"{type_id}-{resource}", resource, type_id, connections)


PIN_MAP = PinMap(
    pins=("V", "I", "A", "B", "M"),
    system_pins=("S",),
    pin_groups={"VI": ("V", "I")},
    sites=(0, 1),
    sessions=(
        _session(
            "niDCPower",
            "DCPower1/0, DCPower1/1",
            Connection("V", 0, "DCPower1/0"),
            Connection("I", 0, "DCPower1/1"),
        ),
        _session("FileLogger", "log.ndjson?client=a", Connection("A", 0, "0")),
        _session("FileLogger", "log.ndjson?client=b", Connection("B", 1, "0")),
        _session("niDMM", "DMM1", Connection("M", 0, "0", "Mux1", "C1->r0", "Matrix")),
        _session("Trigger", "Box", Connection("S", -1, "0")),
    ),
    multiplexers={"Mux1": "Matrix", "Mux2": "Matrix"},
)


async def _kept():
    """Keep nothing."""


class Service:
    """A server on an event loop in a thread named `station`."""

    def __init__(self):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="station", daemon=True)
        self._thread.start()
        self.sessions, self.address, self._server = self._run(self._start())

    async def _start(self):
        server = grpc.aio.server(interceptors=[ErrorInterceptor()])
        pin_maps, sessions = PinMaps(), SessionManager()
        pin_maps.create("map", PIN_MAP)
        servicer = SessionManagementServicer(pin_maps, sessions, _kept)
        stubs.add_SessionManagementServiceServicer_to_server(servicer, server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        return sessions, f"127.0.0.1:{port}", server

    def _run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(LIMIT)

    def call(self, work):
        """Call something on the event loop, and return its result."""

        async def run():
            return work()

        return self._run(run())

    def until(self, condition):
        """Wait until a condition holds; it is asked on the event loop."""
        deadline = time.monotonic() + LIMIT
        while not self.call(condition):
            assert time.monotonic() < deadline, "it did not happen in time"

    def until_waiting(self, count):
        """Wait until so many requests wait."""
        self.until(lambda: self.sessions.waiting == count)

    def close(self):
        """Stop the server, and end the thread."""
        self.call(self.sessions.stop)
        self._run(self._server.stop(0))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(LIMIT)
        self._loop.close()


@pytest.fixture
def service():
    service = Service()
    yield service
    service.close()


@pytest.fixture
def channel(service):
    with grpc.insecure_channel(service.address) as channel:
        yield channel


@pytest.fixture
def client(channel):
    """Return NI's own client."""
    return SessionManagementClient(grpc_channel=channel)


@pytest.fixture
def context():
    """Return the whole pin map."""
    return PinMapContext("map", None)


@pytest.fixture
def quick_watch(monkeypatch):
    """Let holders be looked at more often than people need it."""
    monkeypatch.setattr(watch, "LOOK_AFTER", 0.02)
    monkeypatch.setattr(watch, "CHECK_SECONDS", 0.02)
