"""A station has one set of instruments: of several, programs would be led to the latest alone."""

from __future__ import annotations

import asyncio
import logging
import re
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import grpc.aio
import pytest

from local_station.instruments.bench import Bench
from local_station.instruments.circuit_file import default_circuit
from local_station.instruments.only_one import SERVICE_CLASS, take_place
from local_station.instruments.server import InstrumentServer
from session_sharing.discovery import DiscoveryConnection
from session_sharing.discovery.location import ADDRESS_VARIABLE
from session_sharing.errors import ResourceHeldError
from session_sharing.testing.hosting import listening_on
from session_sharing.testing.processes import running_station

LIMIT = 20
README = Path(__file__).resolve().parents[3] / "README.md"


@pytest.fixture(scope="module")
def station(tmp_path_factory):
    """Run a station that this process is told of by its address."""
    with (
        running_station(tmp_path_factory.mktemp("station"), "--port", "0") as station,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv(ADDRESS_VARIABLE, station.address)
        yield station


@asynccontextmanager
async def _instruments():
    """Serve instruments that did not look who serves already, as no station ran; yield the port."""
    server = grpc.aio.server()
    instruments = InstrumentServer(Bench(default_circuit()))
    instruments.add_to(server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    await instruments.started(listening_on(port))
    try:
        yield str(port)
    finally:
        await instruments.stopping()
        await server.stop(0)


def _ports(station):
    with DiscoveryConnection(station.address) as discovery:
        active = discovery.enumerate_active(service_class=SERVICE_CLASS)
    return {one.location.insecure_port for one in active}


async def _until(condition):
    deadline = asyncio.get_running_loop().time() + LIMIT
    while not await asyncio.to_thread(condition):
        assert asyncio.get_running_loop().time() < deadline, "it did not happen in time"


def test_others_are_refused_or_withdraw(station, tmp_path, caplog):
    """Whoever serves first keeps all programs: others do not start, or unregister and say so.

    Of NI's own server no lock tells, and before a station runs discovery does not either.
    """

    async def scenario():
        async with AsyncExitStack() as running:
            first = await running.enter_async_context(_instruments())
            with pytest.raises(ResourceHeldError, match=f"'Simulated .*' at localhost:{first}"):
                await asyncio.to_thread(take_place, tmp_path, None, None)
            await running.enter_async_context(_instruments())
            await _until(lambda: f"localhost:{first} serves this station already" in caplog.text)
            await _until(lambda: _ports(station) == {first})
        assert await asyncio.to_thread(_ports, station) == set()

    with caplog.at_level(logging.ERROR):
        asyncio.run(scenario())
    take_place(tmp_path, None, None).release()


@pytest.mark.usefixtures("station")
def test_program_of_the_readme(capsys):
    """Who opens the drivers as the README says, through discovery, measures what is sourced."""
    (program,) = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert "nidcpower.Session(" in program

    async def scenario():
        async with _instruments():
            await asyncio.to_thread(exec, program, {})

    asyncio.run(scenario())
    assert capsys.readouterr().out == "3.300 V\n"
