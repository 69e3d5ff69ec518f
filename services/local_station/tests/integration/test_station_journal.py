"""The journal of a station that runs in this process."""

from __future__ import annotations

import asyncio

import grpc.aio
import pytest

from local_station.discovery.kept import Came
from local_station.discovery.wire import messages
from local_station.home import StationHome
from local_station.restoring import read_kept
from local_station.station import REGISTERED, Station
from session_sharing.identity import this_client
from session_sharing.service import journal_file
from session_sharing.service.interceptor import ErrorInterceptor
from session_sharing.testing.hosting import listening_on

LIMIT = 20
METHOD = "/ni.measurementlink.discovery.v1.DiscoveryService/"


def _request(number):
    request = messages.RegisterServiceRequest()
    service = request.service_description
    service.display_name, service.service_class = "A service", f"c.{number}"
    service.provided_interfaces.append("i.One")
    request.location.location, request.location.insecure_port = "localhost", "1"
    return request


async def _call(channel, method, request, response):
    call = channel.unary_unary(
        METHOD + method,
        request_serializer=type(request).SerializeToString,
        response_deserializer=response.FromString,
    )
    return await call(request, timeout=LIMIT)


def _kept(home):
    entries = read_kept(home.journal, this_client().boot_id)
    return {one.registration.descriptor.service_class for one in entries if isinstance(one, Came)}


@pytest.mark.parametrize("small", [1 << 20, 0], ids=["appended", "written-anew"])
def test_journal_follows_what_is_registered(tmp_path, monkeypatch, small):
    """It holds what registered when that is answered, and never the station's own services.

    So it is while changes are appended, and when it is written anew again and again; a service that
    is found dead leaves it, too.
    """
    monkeypatch.setattr(
        journal_file.JournalFile.__init__,
        "__kwdefaults__",
        {**journal_file.JournalFile.__init__.__kwdefaults__, "small": small},
    )

    async def scenario():
        home = StationHome.take(tmp_path, None)
        station = Station(home, [], 1.0)
        server = grpc.aio.server(interceptors=[ErrorInterceptor()])
        port = server.add_insecure_port("127.0.0.1:0")
        station.add_to(server)
        await server.start()
        await station.started(listening_on(port))
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            for number in range(20):
                request = _request(number)
                await _call(channel, "RegisterService", request, messages.RegisterServiceResponse)
                assert f"c.{number}" in _kept(home)
            assert not _kept(home) & set(REGISTERED)
            resolving = messages.EnumerateServicesRequest(provided_interface="i.One")
            found = await _call(
                channel, "EnumerateServices", resolving, messages.EnumerateServicesResponse
            )
            assert not found.available_services
        await station.stopping()
        await server.stop(0)
        await station.stopped()

    asyncio.run(asyncio.wait_for(scenario(), LIMIT))
    restarted = StationHome.take(tmp_path, None)
    station = asyncio.run(_again(restarted))
    assert not station._directory.all(), "the dead were forgotten for good"
    restarted.release()


async def _again(home):
    return Station(home, [], 1.0)
