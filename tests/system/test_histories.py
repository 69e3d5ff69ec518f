"""Random histories of concurrent clients, each checked against the contract of one resource."""

from __future__ import annotations

import asyncio
import secrets
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import grpc.aio
import pytest

from json_logger.service.driver import LogFileDriver
from json_logger.service.log_file import LogFile
from json_logger.service.servicer import JsonLoggerServicer
from json_logger.wire import json_logger_pb2, json_logger_pb2_grpc
from session_sharing.core import Registry
from session_sharing.records import AckLevel, parse_line
from session_sharing.service import SessionEngine
from session_sharing.testing.door import Door, state_of
from session_sharing.testing.history import UNANSWERED
from session_sharing.testing.hosting import LocalService
from session_sharing.testing.racy import ClosesUnderOthers, LooksUpThenCreates
from session_sharing.testing.session_calls import (
    CLOSED,
    EXISTS,
    LEFT_OPEN,
    NOT_FOUND,
    PENDING,
    STORED,
    Got,
    Log,
)
from session_sharing.testing.stored_records import find_misplaced
from session_sharing.testing.workload import random_history
from session_sharing.wire.generated import (
    administration_pb2,
    administration_pb2_grpc,
    clients_pb2,
    clients_pb2_grpc,
    records_pb2,
    session_pb2,
)
from tests.system.findings import Findings

HISTORIES = 40
LONG_HISTORIES = 2000
WITHIN = 15  # histories, in which a wrong registry must be found out
NOT_BLAMED = 6  # histories of the right one
DEADLINE = 60.0  # seconds, for histories on a service in this process
CLIENTS = (4, 8)
CALLS = (30, 48)
OPTIONS = [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_http_proxy", 0)]

Report = Callable[[str], None]


class LogDoor(Door):
    """One client's own connection to a logger."""

    def __init__(self, name: str, channel: grpc.aio.Channel, client_id: str) -> None:
        super().__init__(name, client_id)
        self._logger = json_logger_pb2_grpc.JsonLoggerStub(channel)
        self._administration = administration_pb2_grpc.SessionAdministrationStub(channel)

    async def initialize(
        self, request: session_pb2.InitializeRequest, timeout: float
    ) -> session_pb2.InitializeResponse:
        """Call InitializeFile."""
        wanted = json_logger_pb2.InitializeFileRequest(session=request)
        return (await self._logger.InitializeFile(wanted, timeout=timeout)).session

    async def release(
        self, request: session_pb2.ReleaseRequest, timeout: float
    ) -> session_pb2.ReleaseResponse:
        """Call CloseFile."""
        wanted = json_logger_pb2.CloseFileRequest(session=request)
        return (await self._logger.CloseFile(wanted, timeout=timeout)).session

    async def log(
        self, attachment: session_pb2.AttachmentReference, number: int, timeout: float
    ) -> None:
        """Log a record whose name tells its attachment and number."""
        wanted = records_pb2.LogMeasurementDataRequest(attachment=attachment, record_number=number)
        wanted.record.measurement_name = f"{attachment.attachment_id}/{number}"
        await self._logger.LogMeasurementData(wanted, timeout=timeout)

    async def close_session(self, public_id: str, timeout: float, *, force: bool) -> str:
        """Close a session as an operator does."""
        wanted = administration_pb2.CloseSessionRequest(public_id=public_id, force=force)
        response = await self._administration.CloseSession(wanted, timeout=timeout)
        return state_of(response.session)


@asynccontextmanager
async def connected(address: str, name: str) -> AsyncIterator[LogDoor]:
    """Connect a client, and hold its liveness stream while the block runs."""
    async with grpc.aio.insecure_channel(address, options=OPTIONS) as channel:
        stream = clients_pb2_grpc.SessionClientsStub(channel).Connect(clients_pb2.ConnectRequest())
        response = await asyncio.wait_for(stream.read(), 20)
        yield LogDoor(name, channel, response.client_id)
        stream.cancel()


async def run_histories(address: str, base_seed: str, count: int, folder: Path | None) -> Findings:
    """Run and check histories until one is wrong, each on a new file.

    Args:
        address: The logger.
        base_seed: With the number of the history, the seed of its choices.
        count: How many.
        folder: Where the logger's files lie, to compare them; None if they cannot be.
    """
    findings = Findings()
    async with AsyncExitStack() as stack:
        doors = [
            await stack.enter_async_context(connected(address, f"client {number}"))
            for number in range(CLIENTS[1])
        ]
        for number in range(count):
            seed = f"{base_seed}:{number}"
            random = Random(seed)
            crowd, calls = doors[: random.randint(*CLIENTS)], random.randint(*CALLS)
            file = f"{number}-{uuid.uuid4().hex[:8]}.log"
            history = await random_history(crowd, file, seed, calls)
            wrong = findings.take(history)
            if not wrong and folder:
                wrong = "\n".join(find_misplaced(stored_in(folder / file), history))
            if wrong:
                findings.blame(number, base_seed, wrong)
                break
    return findings


def stored_in(log: Path) -> Iterable[Log]:
    """Read which records a log file holds."""
    for line in log.read_bytes().splitlines(keepends=True):
        attachment, _, number = parse_line(line).measurement_name.rpartition("/")
        yield Log(attachment, int(number))


def check_many(logger: Any, base_seed: str, count: int, report: Report) -> None:
    """Run histories on the real logger: each must be explained, and they must be worth it."""
    began = time.perf_counter()
    findings = asyncio.run(run_histories(logger.address, base_seed, count, logger.folder))
    report(f"in {time.perf_counter() - began:.1f} s {findings}")
    assert findings.first_wrong is None, findings.wrong
    assert min(findings.calls) >= CALLS[0]
    assert findings.average >= 3
    kinds = [Got("", True), Got("", False), EXISTS, NOT_FOUND, CLOSED, PENDING, LEFT_OPEN, STORED]
    assert all(findings.answers[kind] >= count / 10 for kind in [*kinds, UNANSWERED])


def test_histories_are_linearizable(logger: Any, base_seed: str, report: Report) -> None:
    """Whatever clients do at once, their answers are those of some order, one after the other.

    And the log file has every acknowledged record once, in the order of its attachment.
    """
    check_many(logger, base_seed, HISTORIES, report)


@pytest.mark.reliability
@pytest.mark.timeout(1200)
def test_many_histories_are_linearizable(logger: Any, base_seed: str, report: Report) -> None:
    """The same for long: rare interleavings come up as well."""
    check_many(logger, f"{base_seed} long", LONG_HISTORIES, report)


class PrivateLogFiles(LogFileDriver):
    """Opens a file of its own each time, as if nothing but the registry kept handles apart."""

    def open(self, address: str) -> LogFile:
        """Open a new file beside the one that is asked for."""
        path = Path(address)
        return super().open(str(path.with_name(f"{uuid.uuid4().hex}-{path.name}")))


def run_with(
    registry: type[Registry], driver: type[LogFileDriver], folder: Path, base_seed: str, count: int
) -> Findings:
    """Run the same histories on a service in this process that has another registry.

    The clients live on the service's event loop: gRPC does not serve two of them well at once.
    """

    def make_engine(opener: Any) -> SessionEngine[LogFile]:
        decides = registry(lambda: secrets.token_urlsafe(24), lambda: secrets.token_hex(4))
        return SessionEngine(opener, registry=decides)

    def add_servicers(engine: SessionEngine[LogFile], server: grpc.aio.Server) -> list[str]:
        servicer = JsonLoggerServicer(engine, AckLevel.OS)
        json_logger_pb2_grpc.add_JsonLoggerServicer_to_server(servicer, server)
        return [json_logger_pb2.DESCRIPTOR.services_by_name["JsonLogger"].full_name]

    with LocalService("logger", driver(folder), add_servicers, folder, make_engine) as service:
        histories = run_histories(service.address, base_seed, count, None)
        return asyncio.run_coroutine_threadsafe(histories, service.loop).result(DEADLINE)


@pytest.mark.parametrize("driver", [LogFileDriver, PrivateLogFiles])
@pytest.mark.parametrize("registry", [LooksUpThenCreates, ClosesUnderOthers])
def test_wrong_registries_are_found_out(
    registry: type[Registry],
    driver: type[LogFileDriver],
    tmp_path: Path,
    base_seed: str,
    report: Report,
) -> None:
    """A registry with a race, or one that closes under others, fails in the same histories."""
    findings = run_with(registry, driver, tmp_path, base_seed, WITHIN)
    what = f"{registry.__name__} over {driver.__name__}"
    assert findings.first_wrong is not None, f"{what} was not found out in {WITHIN} histories"
    report(f"{what} was found out in history {findings.first_wrong}")
    assert "No order of the calls explains their answers" in findings.wrong


@pytest.mark.parametrize("driver", [LogFileDriver, PrivateLogFiles])
def test_the_right_registry_is_not_blamed(
    driver: type[LogFileDriver], tmp_path: Path, base_seed: str
) -> None:
    """In the setting in which wrong registries are found out, the right one passes."""
    findings = run_with(Registry, driver, tmp_path, base_seed, NOT_BLAMED)
    assert findings.first_wrong is None, findings.wrong
    assert findings.count == NOT_BLAMED
