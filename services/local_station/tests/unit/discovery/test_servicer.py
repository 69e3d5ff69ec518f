"""When a registration is answered."""

from __future__ import annotations

import asyncio
import logging

import pytest

from local_station.discovery.activation import Activation
from local_station.discovery.catalogue import Catalogue
from local_station.discovery.directory import Directory
from local_station.discovery.kept import Came, Went
from local_station.discovery.lookup import Lookup
from local_station.discovery.places import Places
from local_station.discovery.servicer import DiscoveryServicer
from local_station.discovery.wire import MAX_REGISTRATION, messages
from session_sharing.errors import TooLargeError


class Bench:
    """A servicer whose file is written when the test says so."""

    def __init__(self):
        self.directory, activation = Directory(), Activation(dict)
        self.entries = []
        self.written = asyncio.Event()
        lookup = Lookup(self.directory, Catalogue(), activation)
        self.listening = {}
        self.places = Places(self.directory, lambda gone: None, lambda: self.listening)
        self.servicer = DiscoveryServicer(
            self.directory, lookup, activation, self.places, self._keep
        )

    async def _keep(self, entry):
        self.entries.append(entry)
        await self.written.wait()


def _request(annotation="", service_class="c.A"):
    request = messages.RegisterServiceRequest()
    service = request.service_description
    service.display_name, service.service_class = "A service", service_class
    service.provided_interfaces.append("i.One")
    service.annotations["x"] = annotation
    request.location.location, request.location.insecure_port = "localhost", "1"
    return request


def test_service_that_was_told_its_id_survives_a_kill(caplog):
    """The answer comes when the registration is written down: programs of NI's SDK try but once."""

    async def scenario():
        bench = Bench()
        registering = asyncio.create_task(bench.servicer.RegisterService(_request(), None))
        for _ in range(3):
            await asyncio.sleep(0)
        [registration] = bench.directory.all()
        assert (bench.entries, registering.done()) == ([Came(registration)], False)
        bench.written.set()
        answer = await registering
        gone = messages.UnregisterServiceRequest(registration_id=answer.registration_id)
        await bench.servicer.UnregisterService(gone, None)
        await bench.servicer.UnregisterService(gone, None)
        assert bench.entries == [Came(registration), Went((answer.registration_id,))]
        assert not bench.directory.all()

    with caplog.at_level(logging.INFO):
        asyncio.run(scenario())
    assert [text for text in caplog.messages if text.startswith("unregistered")] == [
        "unregistered c.A 0.0.1 at localhost:1"
    ]


def test_who_listens_is_noted_of_all_who_register():
    """A service whose port another process has got gives way to what registers there."""

    async def scenario():
        bench = Bench()
        bench.written.set()
        for process_id, service_class in ((100, "c.A"), (200, "c.B")):
            bench.listening = {1: frozenset({(process_id, 1.0)})}
            await bench.servicer.RegisterService(_request(service_class=service_class), None)
            await bench.places.settled()
        [left] = bench.directory.all()
        assert left.descriptor.service_class == "c.B"

    asyncio.run(scenario())


def test_registration_that_is_too_large_is_refused():
    """One program cannot make the list of services too long to be sent."""

    async def scenario():
        bench = Bench()
        with pytest.raises(TooLargeError, match="annotations"):
            await bench.servicer.RegisterService(_request("x" * MAX_REGISTRATION), None)
        assert not bench.directory.all()

    asyncio.run(scenario())
