"""What the tests of the logger share: a service in a thread, a raw client, and how to look."""

from __future__ import annotations

import json
import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from json_logger import JsonLoggerClient
from json_logger.service.driver import LogFileDriver
from json_logger.service.log_file import LogFile
from json_logger.service.main import logger_servicers
from json_logger.wire import json_logger_pb2, json_logger_pb2_grpc
from session_sharing.records import AckLevel, RecordLimits
from session_sharing.service import NetworkOptions, SessionEngine
from session_sharing.service.network import LOOPBACK_ONLY
from session_sharing.testing.hosting import LocalService
from session_sharing.testing.processes import ServerProcess
from session_sharing.wire.generated import clients_pb2, clients_pb2_grpc, records_pb2, session_pb2

DEADLINE = 20.0
"""How long a test waits, in seconds, for what should happen at once."""

MEBIBYTE = 1 << 20
OPTIONS = [
    ("grpc.max_send_message_length", 80 * MEBIBYTE),
    ("grpc.max_receive_message_length", 80 * MEBIBYTE),
    ("grpc.use_local_subchannel_pool", 1),
]


def until(condition: Callable[[], bool], what: str = "") -> None:
    """Wait until something holds; fail if it does not in time."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, f"not in time: {what or condition}"
        time.sleep(0.005)


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Return the records of a log, every line of which must be whole."""
    content = path.read_bytes()
    assert content == b"" or content.endswith(b"\n"), "the last line is torn"
    return [json.loads(line) for line in content.splitlines()]


def names_of(path: Path) -> list[str]:
    """Return the measurement names of a log, in its order."""
    return [line["measurement_name"] for line in lines_of(path)]


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    """Return what is in a folder but the journal, with what changes when something is written."""
    return {
        str(path.relative_to(folder)): (path.lstat().st_size, path.lstat().st_ino)
        for path in sorted(folder.rglob("*"))
        if path.suffix != ".journal"
    }


def local_logger(
    folder: Path,
    *,
    roots: Sequence[Path] = (),
    grace: float = 5.0,
    level: AckLevel = AckLevel.OS,
    limits: RecordLimits | None = None,
    make_driver: Callable[[Path, Sequence[Path]], LogFileDriver] = LogFileDriver,
    network: NetworkOptions = LOOPBACK_ONLY,
) -> LocalService[LogFile]:
    """Return a logger to start in a thread; its data folder is `folder / "data"`."""
    data = folder / "data"
    data.mkdir(exist_ok=True)
    return LocalService(
        "json_logger",
        make_driver(data, roots),
        logger_servicers(level, limits),
        folder / "state",
        lambda driver: SessionEngine(driver, grace=grace),
        network=network,
    )


def environment() -> dict[str, str]:
    """Return the environment for a program that finds all modules that the tests find."""
    folders = [str(Path(__file__).parent / "integration"), *sys.path]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(folders)}


def logger_process(data: Path, *arguments: str, module: str = "json_logger") -> ServerProcess:
    """Start a logger as a process of its own."""
    return ServerProcess(
        module, ["--port", "0", "--data-dir", str(data), *arguments], environment()
    )


@contextmanager
def refused(code: grpc.StatusCode, *words: str) -> Iterator[list[grpc.RpcError]]:
    """Expect that a call is refused with a status and a text that has these words.

    Yields:
        A list that holds the error afterwards.
    """
    caught: list[grpc.RpcError] = []
    try:
        yield caught
    except grpc.RpcError as error:
        caught.append(error)
    assert caught, f"nothing was refused with {code}"
    call: Any = caught[0]
    assert call.code() is code, call.details()
    for word in words:
        assert word in call.details(), call.details()


def text_value(text: str) -> records_pb2.Value:
    """Return a text as a value on the wire."""
    return records_pb2.Value(text_value=text)


class Raw:
    """A client on bare stubs: it sends what it is told to, valid or not.

    Args:
        address: Where the service is.
        client_id: Whom it comes back as; empty for a new client.
    """

    def __init__(self, address: str, client_id: str = "") -> None:
        self.channel = grpc.insecure_channel(address, OPTIONS)
        self.stub = json_logger_pb2_grpc.JsonLoggerStub(self.channel)
        clients = clients_pb2_grpc.SessionClientsStub(self.channel)
        identity = session_pb2.ClientIdentity(program="raw client", process_id=1)
        request = clients_pb2.ConnectRequest(identity=identity, client_id=client_id)
        self.stream = clients.Connect(request)
        self.client_id = next(self.stream).client_id

    def initialize(
        self, resource: str, behavior: int = 0, attachment_id: str | None = None, **fields: Any
    ) -> session_pb2.AttachmentReference:
        """Initialize a session and return the reference to the attachment."""
        attachment_id = uuid.uuid4().hex if attachment_id is None else attachment_id
        request = session_pb2.InitializeRequest(
            resource_name=resource,
            initialization_behavior=behavior,  # type: ignore[arg-type]
            **{"client_id": self.client_id, **fields},
            attachment_id=attachment_id,
        )
        wanted = json_logger_pb2.InitializeFileRequest(session=request)
        answer = self.stub.InitializeFile(wanted, timeout=DEADLINE)
        return session_pb2.AttachmentReference(
            session_name=answer.session.session_name, attachment_id=attachment_id
        )

    def log_request(
        self,
        attachment: session_pb2.AttachmentReference,
        name: str = "raw",
        outputs: Mapping[str, records_pb2.Value] | None = None,
        **fields: Any,
    ) -> records_pb2.LogMeasurementDataRequest:
        """Return a request that logs one record."""
        record = records_pb2.Record(measurement_name=name, outputs=outputs)
        return records_pb2.LogMeasurementDataRequest(attachment=attachment, record=record, **fields)

    def log(
        self, attachment: session_pb2.AttachmentReference, name: str = "raw", **fields: Any
    ) -> records_pb2.LogMeasurementDataResponse:
        """Log one record."""
        request = self.log_request(attachment, name, **fields)
        return self.stub.LogMeasurementData(request, timeout=DEADLINE)

    def release(
        self, attachment: session_pb2.AttachmentReference, **fields: Any
    ) -> session_pb2.ReleaseResponse:
        """Release an attachment."""
        request = session_pb2.ReleaseRequest(
            attachment=attachment, **{"client_id": self.client_id, **fields}
        )
        wanted = json_logger_pb2.CloseFileRequest(session=request)
        return self.stub.CloseFile(wanted, timeout=DEADLINE).session

    def go_away(self) -> None:
        """End the liveness stream, as a client does that dies."""
        self.stream.cancel()

    def __enter__(self) -> Raw:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stream.cancel()
        self.channel.close()


class Canary:
    """A client that nothing which happens to others may disturb.

    Args:
        address: Where the service is.
        path: The file that it logs to, as the service names it and as it lies on this machine.
    """

    def __init__(self, address: str, path: Path) -> None:
        self._client = JsonLoggerClient(path.name, address=address, wait=DEADLINE)
        self._channel = grpc.insecure_channel(address, OPTIONS)
        self._path = path
        self._logged: list[str] = []

    def sing(self) -> None:
        """Log, read back and ask for the service's health; all must be well."""
        self._logged.append(f"canary {len(self._logged)}")
        self._client.log(self._logged[-1], {}, {"alive": True})
        assert [record.measurement_name for record in self._client.read()] == self._logged
        assert names_of(self._path) == self._logged
        health = health_pb2_grpc.HealthStub(self._channel)
        answer = health.Check(health_pb2.HealthCheckRequest(), timeout=DEADLINE)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING

    def close(self) -> None:
        """End the canary's session."""
        self._client.close()
        self._channel.close()


@contextmanager
def canary(address: str, data: Path) -> Iterator[None]:
    """Check that the service is as healthy after the block as before."""
    bird = Canary(address, data / f"canary-{uuid.uuid4().hex}.ndjson")
    try:
        bird.sing()
        yield
        bird.sing()
    finally:
        bird.close()
