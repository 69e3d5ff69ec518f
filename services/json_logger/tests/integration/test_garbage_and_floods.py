"""What is no request, what is too big, and what is too much: refused, while others go on."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest

import json_logger.client
from json_logger import JsonLoggerClient, Record
from json_logger.service.log_file import LogFile
from json_logger.wire import json_logger_pb2
from services.json_logger.tests.support import (
    DEADLINE,
    MEBIBYTE,
    Raw,
    canary,
    logger_process,
    names_of,
    refused,
    snapshot,
    text_value,
)
from session_sharing.errors import SharingError, TooLargeError
from session_sharing.records import RecordLimits
from session_sharing.testing.hosting import LocalService
from session_sharing.wire.generated import records_pb2
from session_sharing.wire.status import error_from_call

INVALID = grpc.StatusCode.INVALID_ARGUMENT
OWN = "session_sharing.json_logger.v1.JsonLogger"
NI = "json_logger.JsonLogger"
METHODS = [
    *(f"/{OWN}/{name}" for name in ("InitializeFile", "LogMeasurementData", "LogRecords")),
    *(f"/{OWN}/{name}" for name in ("ReadRecords", "CloseFile")),
    *(f"/{NI}/{name}" for name in ("InitializeFile", "LogMeasurementData", "CloseFile")),
]


NEEDS_MORE = {f"/{OWN}/InitializeFile", f"/{OWN}/CloseFile", f"/{NI}/InitializeFile"}
"""Methods that ask for a file or an id before they look for a session."""


def send(raw: Raw, method: str, request: bytes) -> None:
    """Call a method with these bytes."""
    if method.endswith("ReadRecords"):
        next(raw.channel.unary_stream(method)(request, timeout=DEADLINE))
    else:
        raw.channel.unary_unary(method)(request, timeout=DEADLINE)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("request_bytes", [b"\xff" * 20, b"\x0a\x7f"], ids=["noise", "cut off"])
def test_what_is_no_message(
    logger: LocalService[LogFile], raw: Raw, data: Path, method: str, request_bytes: bytes
) -> None:
    """A request that is no message of the method is INVALID_ARGUMENT, on every method."""
    before = snapshot(data)
    words = [f"{len(request_bytes)} bytes", "no valid protobuf", "Generate the client's stubs"]
    with refused(INVALID, *words):
        send(raw, method, request_bytes)
    assert snapshot(data) == before
    with canary(logger.address, data):
        pass


@pytest.mark.parametrize("method", METHODS)
def test_empty_message(raw: Raw, data: Path, method: str) -> None:
    """A message without any field is refused as what it is, never with a defect."""
    before = snapshot(data)
    expected = INVALID if method in NEEDS_MORE else grpc.StatusCode.NOT_FOUND
    with refused(expected):
        send(raw, method, b"")
    assert snapshot(data) == before


@pytest.mark.parametrize(
    ("records_json", "count", "word"),
    [
        (b"", 0, "no JSON"),
        (b"[", 1, "no JSON"),
        (b"{}", 1, "no JSON array"),
        (b'[[null,"a",{},{}]]', 2, "holds 1 records, but says 2"),
        (b'[[null,"a",{},{}],[null,7,{},{}]]', 2, "Record 1"),
        (b'[[null,"a",{},{"x":18446744073709551616}]]', 1, "64 bits"),
    ],
)
def test_batch_is_taken_whole_or_not_at_all(
    raw: Raw, data: Path, records_json: bytes, count: int, word: str
) -> None:
    """One bad record of a batch refuses all of it, by its number."""
    attachment = raw.initialize("a.ndjson")
    request = json_logger_pb2.LogRecordsRequest(
        attachment=attachment, count=count, records_json=records_json
    )
    with refused(INVALID, word):
        raw.stub.LogRecords(request, timeout=DEADLINE)
    assert (data / "a.ndjson").read_bytes() == b""


def test_numbers_beyond_64_bits(raw: Raw, data: Path, logger: LocalService[LogFile]) -> None:
    """Record numbers that nothing can hold are refused: they would spoil the list of sessions."""
    request = json_logger_pb2.LogRecordsRequest(
        attachment=raw.initialize("a.ndjson"),
        first_record_number=2**64 - 1,
        count=2,
        records_json=b'[[null,"a",{},{}],[null,"b",{},{}]]',
    )
    with refused(INVALID, "64 bits"):
        raw.stub.LogRecords(request, timeout=DEADLINE)
    assert names_of(data / "a.ndjson") == []
    (session,) = logger.call(logger.engine.sessions)
    assert [held.last_record_number for held in session.attachments] == [0]


def too_large(error: SharingError, size: int, limit: int) -> None:
    """Check what an error says about a size."""
    assert isinstance(error, TooLargeError)
    assert error.limit == limit
    assert error.size is not None
    assert size <= error.size <= size + 5000
    assert str(error.size) in error.message
    assert str(limit) in error.message


def test_record_over_16_mebibytes(logger: LocalService[LogFile], raw: Raw, data: Path) -> None:
    """A record that is too big is refused with its size and the limit, on every way in."""
    attachment = raw.initialize("a.ndjson")
    text, limit = "x" * (16 * MEBIBYTE), 16 * MEBIBYTE
    with canary(logger.address, data):
        with refused(INVALID) as errors:
            raw.log(attachment, outputs={"x": text_value(text)})
        too_large(error_from_call(errors[0]), limit, limit)
        batch = b'[[null,"a",{},{"x":"' + text.encode() + b'"}]]'
        request = json_logger_pb2.LogRecordsRequest(
            attachment=attachment, count=1, records_json=batch
        )
        with refused(INVALID) as errors:
            raw.stub.LogRecords(request, timeout=DEADLINE)
        too_large(error_from_call(errors[0]), limit, limit)
        with JsonLoggerClient("a.ndjson", address=logger.address, wait=DEADLINE) as client:
            with pytest.raises(TooLargeError) as caught:
                client.log("a", {}, {"x": text})
            too_large(caught.value, limit, limit)
            client.log("fits", {}, {"x": text[:-1000]})
            (record,) = client.read()
            assert record.outputs == {"x": text[:-1000]}
    assert names_of(data / "a.ndjson") == ["fits"]


def test_request_over_64_mebibytes(logger: LocalService[LogFile], raw: Raw, data: Path) -> None:
    """A request that is too big is refused by us, with its size and the limit."""
    attachment = raw.initialize("a.ndjson")
    limit = 64 * MEBIBYTE
    batch = b'[[null,"a",{},{"x":"' + b"x" * limit + b'"}]]'
    request = json_logger_pb2.LogRecordsRequest(attachment=attachment, count=1, records_json=batch)
    with canary(logger.address, data):
        with refused(INVALID) as errors:
            raw.stub.LogRecords(request, timeout=DEADLINE)
        too_large(error_from_call(errors[0]), limit, limit)
        with refused(INVALID) as errors:
            raw.log(attachment, outputs={"x": text_value("x" * limit)})
        too_large(error_from_call(errors[0]), limit, limit)
    assert names_of(data / "a.ndjson") == []


def test_batches_are_split(
    connect: Callable[..., JsonLoggerClient], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than fits into one request is sent in several, in order and complete."""
    monkeypatch.setattr(json_logger.client, "_LIMITS", RecordLimits(80_000, 100_000))
    client = connect("a.ndjson")
    client.log_many(Record(f"big {n}", {}, {"x": "y" * 70_000}) for n in range(8))
    client.log_many(Record(f"small {n}", {}, {}) for n in range(3000))
    expected = [*(f"big {n}" for n in range(8)), *(f"small {n}" for n in range(3000))]
    assert names_of(data / "a.ndjson") == expected
    assert client._next_number == 3009


def test_batch_near_the_real_limit(connect: Callable[..., JsonLoggerClient], data: Path) -> None:
    """What fills a request nearly to its limit is taken as one."""
    client = connect("a.ndjson")
    client.log_many(Record(f"big {n}", {}, {"x": "y" * 13_000_000}) for n in range(6))
    assert names_of(data / "a.ndjson") == [f"big {n}" for n in range(6)]


def flood(raw: Raw, request: Any, calls: int) -> list[Any]:
    """Make many calls at once, without waiting for an answer."""
    return [raw.stub.LogMeasurementData.future(request, timeout=DEADLINE) for _ in range(calls)]


def test_flood_delays_nobody_for_long(
    logger: LocalService[LogFile], connect: Callable[..., JsonLoggerClient], data: Path
) -> None:
    """With 1,000 calls of one client in flight another's is answered within a second."""
    other = connect("other.ndjson")
    other.log("warm", {}, {})
    with Raw(logger.address) as raw:
        request = raw.log_request(raw.initialize("a.ndjson"), outputs={"x": text_value("y" * 1000)})
        calls = flood(raw, request, 1000)
        begin = time.monotonic()
        other.log("urgent", {}, {})
        took = time.monotonic() - begin
        pending = sum(not call.done() for call in calls)
        for call in calls:
            call.result(timeout=DEADLINE)
    assert took < 1.0
    assert pending, "the flood was over before the other called"
    assert len(names_of(data / "a.ndjson")) == 1000


def test_costly_request_delays_nobody_for_long(
    logger: LocalService[LogFile], connect: Callable[..., JsonLoggerClient]
) -> None:
    """While a record of a million small values is converted, another client is answered."""
    other = connect("other.ndjson")
    other.log("warm", {}, {})
    item = records_pb2.Value(integer_value=1)
    many = records_pb2.Value(list_value=records_pb2.ValueList(values=[item] * 1_000_000))
    with Raw(logger.address) as raw:
        request = raw.log_request(raw.initialize("a.ndjson"), outputs={"x": many})
        (call,) = flood(raw, request, 1)
        slowest, answered = 0.0, 0
        while not call.done():
            begin = time.monotonic()
            other.log("urgent", {}, {})
            slowest, answered = max(slowest, time.monotonic() - begin), answered + 1
        call.result(timeout=DEADLINE)
    assert slowest < 1.0
    assert answered > 3


def test_flood_is_answered_by_us(logger: LocalService[LogFile], data: Path) -> None:
    """Of 3,000 calls at once each is stored, or refused in our words; gRPC drops none unsaid."""
    with Raw(logger.address) as raw, Raw(logger.address) as other:
        request = raw.log_request(raw.initialize("a.ndjson"))
        quiet = other.initialize("other.ndjson")
        calls = flood(raw, request, 3000)
        for _ in range(10):
            other.log(quiet)
        errors = [call.exception(timeout=DEADLINE) for call in calls]
    refusals = [error for error in errors if error is not None]
    assert {error.code() for error in refusals} <= {grpc.StatusCode.RESOURCE_EXHAUSTED}
    assert len(names_of(data / "a.ndjson")) == len(calls) - len(refusals)


def resident(process_id: int) -> int:
    """Return how much memory a process occupies, in bytes."""
    status = Path(f"/proc/{process_id}/status").read_text()
    match = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert match
    return int(match.group(1)) * 1024


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the memory in /proc")
def test_memory_stays_bounded(tmp_path: Path) -> None:
    """Flood after flood, the service needs no more memory than for the first ones."""
    data = tmp_path / "data"
    with logger_process(data, "--ack", "os") as server, Raw(server.address) as raw:
        attachment = raw.initialize("a.ndjson")
        request = raw.log_request(attachment, outputs={"x": text_value("y" * 16_000)})
        occupied = []
        for _ in range(4):
            for call in flood(raw, request, 400):
                call.result(timeout=DEADLINE)
            occupied.append(resident(server.process.pid))
        raw.release(attachment)
    assert occupied[-1] - occupied[1] < 16 * MEBIBYTE, occupied
