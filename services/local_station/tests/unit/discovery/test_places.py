"""Services whose place another process has got."""

from __future__ import annotations

import asyncio
import socket

import psutil
import pytest

from local_station.discovery.directory import Directory
from local_station.discovery.listening import listeners
from local_station.discovery.places import Places
from session_sharing.discovery import ServiceDescriptor, ServiceLocation

LIMIT = 20
FIRST, SECOND = (100, 1.0), (200, 2.0)
"""Two processes."""


class Bench:
    """A directory, and processes that listen as the test says."""

    def __init__(self):
        self.directory = Directory()
        self.listening = {}
        self.forgotten = []
        self.places = Places(self.directory, self.forgotten.extend, lambda: self.listening)

    async def register(self, service_class, *processes, port=1, host="localhost"):
        """Register a service where some processes are seen to listen; return what is left."""
        self.listening = {port: frozenset(processes)} if processes else {}
        descriptor = ServiceDescriptor("A service", service_class, ("i.One",))
        location = ServiceLocation(host, str(port))
        self.places.registered(self.directory.register(descriptor, location))
        await asyncio.wait_for(self.places.settled(), LIMIT)
        return [one.descriptor.service_class for one in self.directory.all()]


def _run(test):
    asyncio.run(asyncio.wait_for(test(Bench()), LIMIT))


def test_killed_service_whose_port_another_process_got_is_forgotten():
    """Who asks for a killed service is not sent to whoever listens at its port now."""

    async def test(bench):
        await bench.register("A", FIRST)
        await bench.register("Other", FIRST, port=2)
        assert await bench.register("B", SECOND, host="127.0.0.1") == ["Other", "B"]
        assert [one.descriptor.service_class for one in bench.forgotten] == ["A"]

    _run(test)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ([FIRST], [FIRST]),
        ([FIRST], [FIRST, SECOND]),
        ([], [SECOND]),
        ([FIRST], []),
    ],
    ids=["one process", "a family of addresses each", "older not seen", "newer not seen"],
)
def test_service_that_may_be_there_stays(older, newer):
    """Several services of one process are legal, and in doubt nothing is forgotten."""

    async def test(bench):
        await bench.register("A", *older)
        assert await bench.register("B", *newer) == ["A", "B"]
        assert bench.forgotten == []

    _run(test)


def test_who_listens_is_seen():
    """The operating system tells of our own processes that they listen, and since when they are."""
    this = psutil.Process()
    with socket.create_server(("127.0.0.1", 0)) as server:
        seen = listeners()[server.getsockname()[1]]
    assert seen == {(this.pid, this.create_time())}


def test_system_that_does_not_tell_is_borne(monkeypatch, caplog):
    """What psutil cannot read disturbs nobody who registers."""

    def fail(_kind):
        raise RuntimeError("malformed /proc/net/tcp")

    monkeypatch.setattr(psutil, "net_connections", fail)
    assert listeners() == {}
    assert "malformed" in caplog.text
