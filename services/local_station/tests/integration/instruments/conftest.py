"""The simulated instruments on a real server in this process, and NI's drivers to call it."""

from __future__ import annotations

import asyncio
import threading

import grpc
import grpc.aio
import nidcpower
import nidmm
import pytest

from local_station.instruments.bench import Bench
from local_station.instruments.circuit_file import parse_circuit
from local_station.instruments.server import InstrumentServer
from session_sharing.service.interceptor import ErrorInterceptor

LIMIT = 20
CIRCUIT = """
noise_volts = 20e-6
noise_amps = 20e-9
[[net]]
terminals = ["DCPower1/0", "DMM1"]
load_ohms = 1000
[[net]]
terminals = ["DMM2"]
load_ohms = 100
load_volts = 3.0
"""


@pytest.fixture(scope="module")
def address():
    """Serve on an event loop in a thread named `instruments`."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="instruments", daemon=True)
    thread.start()

    async def start():
        server = grpc.aio.server(interceptors=[ErrorInterceptor()])
        InstrumentServer(Bench(parse_circuit(CIRCUIT), seed=1)).add_to(server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        return server, f"127.0.0.1:{port}"

    def run(work):
        return asyncio.run_coroutine_threadsafe(work, loop).result(LIMIT)

    server, place = run(start())
    yield place
    run(server.stop(0))
    loop.call_soon_threadsafe(loop.stop)
    thread.join(LIMIT)
    loop.close()


@pytest.fixture(scope="module")
def channel(address):
    with grpc.insecure_channel(address) as channel:
        yield channel


@pytest.fixture
def power(channel):
    """Return what opens a session of NI-DCPower on a bench where all its outputs are off."""

    def open_(resource_name="DCPower1/0", name="", behavior=0, **arguments):
        return nidcpower.Session(
            resource_name,
            **{"reset": True, **arguments},
            grpc_options=nidcpower.GrpcSessionOptions(
                channel,
                name,
                initialization_behavior=nidcpower.SessionInitializationBehavior(behavior),
            ),
        )

    return open_


@pytest.fixture
def meter(channel):
    """Return what opens a session of NI-DMM."""

    def open_(resource_name="DMM1", name="", behavior=0, **arguments):
        return nidmm.Session(
            resource_name,
            **arguments,
            grpc_options=nidmm.GrpcSessionOptions(
                channel,
                name,
                initialization_behavior=nidmm.SessionInitializationBehavior(behavior),
            ),
        )

    return open_
