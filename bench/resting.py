"""Clients at rest: attached, each over a TCP connection of its own, and silent."""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager
from typing import Any

import grpc.aio

from json_logger.wire import json_logger_pb2, json_logger_pb2_grpc
from session_sharing.client.link import channel_options
from session_sharing.identity import this_client
from session_sharing.wire.generated import clients_pb2, clients_pb2_grpc, session_pb2
from session_sharing.wire.session import identity_to_wire

if sys.platform == "win32":
    from multiprocessing.connection import PipeConnection as Connection
else:
    from multiprocessing.connection import Connection

PROCESSES = 4
"""How many processes all clients are in: one for each would cost the machine more than the service.

The service cannot tell: every client has its own connection and its own stream, as if it were the
only one of its process.
"""

START_SECONDS = 60.0
END_SECONDS = 10.0


@contextmanager
def resting_clients(count: int, address: str, log: str) -> Iterator[None]:
    """Keep so many clients attached to one log while the block runs.

    Args:
        count: How many; they are in `PROCESSES` processes.
        address: host:port of the logger.
        log: The log.

    Raises:
        RuntimeError: They could not be attached.
    """
    with ExitStack() as stack:
        pipes = [_start(share, address, log, stack) for share in _shares(count)]
        for pipe in pipes:
            _wait_until_attached(pipe)
        yield


def _shares(count: int) -> Sequence[int]:
    """Return how many clients each process has."""
    return [count // PROCESSES + (number < count % PROCESSES) for number in range(PROCESSES)]


def _start(count: int, address: str, log: str, stack: ExitStack) -> Connection:
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(
        target=_rest, args=(theirs, count, address, log), name="clients at rest", daemon=True
    )
    process.start()
    theirs.close()
    stack.callback(process.join, END_SECONDS)
    stack.callback(ours.close)
    return ours


def _wait_until_attached(pipe: Connection) -> None:
    if not pipe.poll(START_SECONDS):
        raise RuntimeError(f"The clients were not attached within {START_SECONDS} s.")
    try:
        pipe.recv()
    except EOFError as error:
        raise RuntimeError("A process of clients has ended; its error stands above.") from error


def _rest(pipe: Connection, count: int, address: str, log: str) -> None:
    """Attach, tell, and rest until the pipe ends: the main function of a process."""
    asyncio.run(_attach_and_rest(pipe, count, address, log))


async def _attach_and_rest(pipe: Connection, count: int, address: str, log: str) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(count):
            await _attach(address, log, stack)
        pipe.send(None)
        await asyncio.to_thread(pipe.poll, None)


async def _attach(address: str, log: str, stack: AsyncExitStack) -> None:
    """Connect one client and attach it; the stack holds its stream."""
    own = ("grpc.use_local_subchannel_pool", 1)  # Else the channels would share a connection.
    channel = grpc.aio.insecure_channel(address, options=[*channel_options(address), own])
    await stack.enter_async_context(channel)
    request = clients_pb2.ConnectRequest(identity=identity_to_wire(this_client()))
    clients: Any = clients_pb2_grpc.SessionClientsStub(channel)  # Its types are not asyncio's.
    stream = clients.Connect(request)
    stack.callback(stream.cancel)
    hello = await asyncio.wait_for(stream.read(), START_SECONDS)
    wish = session_pb2.InitializeRequest(
        resource_name=log, client_id=hello.client_id, attachment_id=uuid.uuid4().hex
    )
    logger: Any = json_logger_pb2_grpc.JsonLoggerStub(channel)
    await logger.InitializeFile(json_logger_pb2.InitializeFileRequest(session=wish))
