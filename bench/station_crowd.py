"""Others at a station, in a process of their own: who holds sessions, and who waits for one."""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc.aio

from bench.station_calls import WAIT_FOR_EVER, reserve_request
from local_station.session_management.wire import messages, stubs
from session_sharing.discovery.address import channel_options

if sys.platform == "win32":
    from multiprocessing.connection import PipeConnection as Connection
else:
    from multiprocessing.connection import Connection

START_SECONDS = 30.0
END_SECONDS = 10.0


class Crowd:
    """A process that holds sessions, of which the last one is waited for.

    Attributes:
        process_id: The number of the process.
    """

    def __init__(self, pipe: Connection, process_id: int) -> None:
        self._pipe = pipe
        self.process_id = process_id

    def waiting(self) -> int:
        """Return how many requests wait still."""
        self._pipe.send(None)
        return int(self._told())

    def wait_until_there(self) -> None:
        """Wait until all is held, and everybody waits.

        Raises:
            RuntimeError: That took too long, or failed.
        """
        self._told()

    def _told(self) -> int:
        if not self._pipe.poll(START_SECONDS):
            raise RuntimeError(f"The crowd did not answer within {START_SECONDS} s.")
        try:
            return int(self._pipe.recv())
        except EOFError as error:
            raise RuntimeError("The process of the crowd has ended; see above.") from error


@contextmanager
def crowd(address: str, held: range, waiting: int) -> Iterator[Crowd]:
    """Hold sessions, and let requests wait for the last of them, while the block runs.

    Args:
        address: host:port of the station.
        held: The numbers of the sessions; each is reserved by itself.
        waiting: How many requests wait.

    Raises:
        RuntimeError: It could not be brought about.
    """
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(
        target=_stay, args=(theirs, address, held, waiting), name="crowd", daemon=True
    )
    process.start()
    theirs.close()
    try:
        found = Crowd(ours, process.pid or 0)
        found.wait_until_there()
        yield found
    finally:
        ours.close()
        process.join(END_SECONDS)


def _stay(pipe: Connection, address: str, held: range, waiting: int) -> None:
    """Hold and wait until the pipe ends: the main function of a process."""
    asyncio.run(_hold_and_wait(pipe, address, held, waiting))


async def _hold_and_wait(pipe: Connection, address: str, held: range, waiting: int) -> None:
    async with grpc.aio.insecure_channel(address, options=channel_options(address)) as channel:
        stub: Any = stubs.SessionManagementServiceStub(channel)  # Its types are not asyncio's.
        for number in held:
            await stub.ReserveSessions(reserve_request(number, 0))
        request = reserve_request(held[-1], WAIT_FOR_EVER)
        calls = [stub.ReserveSessions(request) for _ in range(waiting)]
        # By the same connection: when it is answered, all requests before it have been taken.
        await stub.UnreserveSessions(messages.UnreserveSessionsRequest())
        pipe.send(_not_done(calls))
        while await asyncio.to_thread(_asked, pipe):
            pipe.send(_not_done(calls))
        for call in calls:
            call.cancel()


def _not_done(calls: list[Any]) -> int:
    return sum(not call.done() for call in calls)


def _asked(pipe: Connection) -> bool:
    """Wait for a question; return whether there is one, not the end."""
    try:
        pipe.recv()
    except EOFError:
        return False
    return True
