"""Calls that are repeated with the same record numbers are stored once, over kills and restarts."""

from __future__ import annotations

import json
import queue
import random
import threading
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import grpc

from json_logger.service.log_file import LogFile
from services.json_logger.tests.support import (
    DEADLINE,
    Raw,
    local_logger,
    logger_process,
    names_of,
    refused,
    until,
)
from session_sharing.testing.hosting import LocalService
from session_sharing.wire.generated import records_pb2, session_pb2

ROUNDS = 3
UNANSWERED = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}


def batch_of(
    attachment: session_pb2.AttachmentReference, names: list[str], first: int
) -> records_pb2.LogRecordsRequest:
    """Return a request that logs records of these names."""
    return records_pb2.LogRecordsRequest(
        attachment=attachment,
        first_record_number=first,
        count=len(names),
        acknowledgement=1,  # type: ignore[arg-type]
        records_json=json.dumps([[None, name, {}, {}] for name in names]).encode(),
    )


class Repeater:
    """Logs in a thread; what was not answered it repeats with the same numbers, at the next place.

    Attributes:
        name: How its records are called, with their numbers.
        places: Where the service is next.
        acknowledged: How many records were; set by the thread alone.
        repeated: How many calls it had to repeat.
        failure: What ended the thread, if not the test.
    """

    def __init__(self, name: str, address: str) -> None:
        self.name = name
        self._raw = Raw(address)
        self._attachment = self._raw.initialize("a.ndjson")
        self._random = random.Random(name)
        self._ending = threading.Event()
        self.places: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.acknowledged = 0
        self.repeated = 0
        self.failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            while not self._ending.is_set():
                count = self._random.randint(1, 4)
                numbers = range(self.acknowledged + 1, self.acknowledged + count + 1)
                self._log([f"{self.name} {number}" for number in numbers], numbers[0])
                self.acknowledged += count
        except BaseException as failure:
            self.failure = failure
            raise
        finally:
            self._raw.channel.close()

    def _log(self, names: list[str], first: int) -> None:
        while not self._is_answered(batch_of(self._attachment, names, first)):
            self.repeated += 1
            address = self.places.get(timeout=DEADLINE)
            self._raw.channel.close()
            self._raw = Raw(address, self._raw.client_id)

    def _is_answered(self, request: records_pb2.LogRecordsRequest) -> bool:
        try:
            self._raw.stub.LogRecords(request, timeout=DEADLINE)
        except grpc.RpcError as error:
            if error.code() not in UNANSWERED:
                raise
            return False
        return True

    def until(self, goal: int) -> None:
        """Wait until so many records are acknowledged."""
        until(lambda: self.acknowledged >= goal or self.failure is not None, self.name)
        assert self.failure is None

    def end(self) -> None:
        """Have the last call acknowledged, and end."""
        self._ending.set()
        self._thread.join(DEADLINE)
        assert not self._thread.is_alive()
        assert self.failure is None


def test_killed_under_load_each_record_is_there_once(tmp_path: Path) -> None:
    """Killed at any moment, several times: the records of all calls are there once, in order."""
    with ExitStack() as servers:
        server = servers.enter_context(logger_process(tmp_path))
        clients = [Repeater(name, server.address) for name in ("a", "b")]
        for _ in range(ROUNDS):
            for client in clients:
                client.until(client.acknowledged + random.randint(20, 200))
            server.kill()
            server = servers.enter_context(logger_process(tmp_path))
            for client in clients:
                client.places.put(server.address)
        for client in clients:
            client.end()
    stored = names_of(tmp_path / "a.ndjson")
    for client in clients:
        assert client.repeated == ROUNDS
        expected = [f"{client.name} {number}" for number in range(1, client.acknowledged + 1)]
        assert [name for name in stored if name.startswith(client.name)] == expected


def test_repeat_is_answered_as_the_first_call(
    raw: Raw, logger: LocalService[LogFile], data: Path
) -> None:
    """A repeat is acknowledged at the level that it asks for, by either RPC, and stored once."""
    attachment = raw.initialize("a.ndjson")
    for level in (1, 2, 1):
        assert raw.log(attachment, "x 1", record_number=1, acknowledgement=level) == (
            records_pb2.LogMeasurementDataResponse(acknowledgement=level)  # type: ignore[arg-type]
        )
    for _ in range(2):
        raw.stub.LogRecords(batch_of(attachment, ["x 2", "x 3"], 2), timeout=DEADLINE)
    raw.stub.LogRecords(batch_of(attachment, [], 9), timeout=DEADLINE)
    raw.log(attachment, "x 4", record_number=4)
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "those up to 4 are stored already"):
        raw.stub.LogRecords(batch_of(attachment, ["x 4", "x 5"], 4), timeout=DEADLINE)
    raw.log(raw.initialize("a.ndjson"), "another attachment's", record_number=1)
    for _ in range(2):
        raw.log(attachment, "uncounted")
    assert Counter(names_of(data / "a.ndjson")) == {
        **{f"x {number}": 1 for number in range(1, 5)},
        "another attachment's": 1,
        "uncounted": 2,
    }


def test_last_number_is_known_after_a_restart(tmp_path: Path) -> None:
    """Who asks after a restart is told how far the records of an attachment are stored."""
    with local_logger(tmp_path) as service, Raw(service.address) as raw:
        attachment = raw.initialize("a.ndjson", 3)
        raw.stub.LogRecords(batch_of(attachment, ["x 1", "x 2"], 1), timeout=DEADLINE)
    with local_logger(tmp_path) as service:

        def last_numbers() -> list[int]:
            sessions = service.call(service.engine.sessions)
            return [held.last_record_number for each in sessions for held in each.attachments]

        until(lambda: last_numbers() == [2])
