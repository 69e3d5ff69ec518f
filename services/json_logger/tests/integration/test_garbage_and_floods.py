"""What is no request, what is too big, and what is too much: refused, while others go on."""

from __future__ import annotations

import re
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import grpc
import pytest

from json_logger import JsonLoggerClient, Record
from json_logger.service import ni_servicer, servicer
from json_logger.service.log_file import LogFile
from services.json_logger.tests.ni_client import text_field, varint
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
from session_sharing.client import recording
from session_sharing.errors import SharingError, TooLargeError
from session_sharing.records import RecordLimits, record_to_line
from session_sharing.testing.hosting import LocalService
from session_sharing.wire.generated import records_pb2
from session_sharing.wire.status import call_from_status, error_from_call

INVALID = grpc.StatusCode.INVALID_ARGUMENT
OWN = "session_sharing.json_logger.v1.JsonLogger"
NI = "json_logger.JsonLogger"
METHODS = [
    *(f"/{OWN}/{name}" for name in ("InitializeFile", "LogMeasurementData", "LogRecords")),
    *(f"/{OWN}/{name}" for name in ("StreamRecords", "SetContext", "ReadRecords", "CloseFile")),
    *(f"/{NI}/{name}" for name in ("InitializeFile", "LogMeasurementData", "CloseFile")),
]


NEEDS_MORE = {f"/{OWN}/InitializeFile", f"/{OWN}/CloseFile", f"/{NI}/InitializeFile"}
"""Methods that ask for a file or an id before they look for a session."""


def send(raw: Raw, method: str, request: bytes) -> None:
    """Call a method with these bytes."""
    if method.endswith("ReadRecords"):
        next(raw.channel.unary_stream(method)(request, timeout=DEADLINE))
    elif method.endswith("StreamRecords"):
        answer = next(raw.channel.stream_stream(method)(iter([request]), timeout=DEADLINE))
        raise call_from_status(records_pb2.StreamRecordsResponse.FromString(answer).refusal)
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
    request = records_pb2.LogRecordsRequest(
        attachment=attachment, count=count, records_json=records_json
    )
    with refused(INVALID, word):
        raw.stub.LogRecords(request, timeout=DEADLINE)
    assert (data / "a.ndjson").read_bytes() == b""


def test_numbers_beyond_64_bits(raw: Raw, data: Path, logger: LocalService[LogFile]) -> None:
    """Record numbers that nothing can hold are refused: they would spoil the list of sessions."""
    request = records_pb2.LogRecordsRequest(
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
        request = records_pb2.LogRecordsRequest(attachment=attachment, count=1, records_json=batch)
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
    request = records_pb2.LogRecordsRequest(attachment=attachment, count=1, records_json=batch)
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
    monkeypatch.setattr(recording, "_LIMITS", RecordLimits(80_000, 100_000))
    client = connect("a.ndjson")
    client.log_many(Record(f"big {n}", {}, {"x": "y" * 70_000}) for n in range(8))
    client.log_many(Record(f"small {n}", {}, {}) for n in range(3000))
    expected = [*(f"big {n}" for n in range(8)), *(f"small {n}" for n in range(3000))]
    assert names_of(data / "a.ndjson") == expected
    assert client._log._sender._next_number == 3009


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
    floods, overlapped = 0, False
    with Raw(logger.address) as raw:
        request = raw.log_request(raw.initialize("a.ndjson"), outputs={"x": text_value("y" * 1000)})
        while not overlapped:
            floods += 1
            assert floods < 20, "every flood was over before the other called"
            calls = flood(raw, request, 1000)
            begin = time.monotonic()
            other.log("urgent", {}, {})
            took = time.monotonic() - begin
            overlapped = any(not call.done() for call in calls)
            for call in calls:
                call.result(timeout=DEADLINE)
            assert took < 1.0
    assert len(names_of(data / "a.ndjson")) == 1000 * floods


def costly_own(raw: Raw) -> Any:
    """Call our own door with a record of a million small values."""
    item = records_pb2.Value(integer_value=1)
    many = records_pb2.Value(list_value=records_pb2.ValueList(values=[item] * 1_000_000))
    request = raw.log_request(raw.initialize("a.ndjson"), outputs={"x": many})
    return raw.stub.LogMeasurementData.future(request, timeout=DEADLINE)


def ni_request(session_name: str, entries: int, text: bytes = b"y") -> bytes:
    """Return a request of NI's contract with so many outputs, whose keys have seven digits."""
    size = len(text)
    entry = b"\x0a\x07%07d\x12" + varint(size) + text
    head = b"\x2a" + varint(len(entry % 0))
    return text_field(1, session_name) + b"".join(head + entry % n for n in range(entries))


def costly_ni(raw: Raw) -> Any:
    """Call NI's door with a record of many short texts, each of which has to be looked at."""
    session_name = raw.initialize("a.ndjson").session_name
    call = raw.channel.unary_unary(f"/{NI}/LogMeasurementData")
    return call.future(ni_request(session_name, 300_000, b"null"), timeout=DEADLINE)


@pytest.mark.parametrize("costly", [costly_own, costly_ni])
def test_costly_request_delays_nobody_for_long(
    logger: LocalService[LogFile],
    connect: Callable[..., JsonLoggerClient],
    costly: Callable[[Raw], Any],
) -> None:
    """While a record of a million small values is converted, another client is answered."""
    other = connect("other.ndjson")
    other.log("warm", {}, {})
    with Raw(logger.address) as raw:
        call = costly(raw)
        slowest, answered = 0.0, 0
        while not call.done():
            begin = time.monotonic()
            other.log("urgent", {}, {})
            slowest, answered = max(slowest, time.monotonic() - begin), answered + 1
        call.result(timeout=DEADLINE)
    assert slowest < 1.0
    assert answered > 3


@pytest.mark.parametrize(
    ("costly", "door", "step"),
    [
        (costly_own, servicer, "record_from_wire"),
        (costly_ni, ni_servicer, "_texts"),
        (costly_ni, ni_servicer, "record_to_line"),
    ],
)
def test_conversion_holds_up_nobody(
    connect: Callable[..., JsonLoggerClient],
    raw: Raw,
    monkeypatch: pytest.MonkeyPatch,
    costly: Callable[[Raw], Any],
    door: Any,
    step: str,
) -> None:
    """However long a big record takes to convert, at either door, others are answered meanwhile."""
    other = connect("other.ndjson")
    begun, answered = threading.Event(), threading.Event()
    convert = getattr(door, step)

    def convert_late(*args: Any, **options: Any) -> Any:
        begun.set()
        assert answered.wait(DEADLINE / 2), "nobody was answered meanwhile"
        return convert(*args, **options)

    monkeypatch.setattr(door, step, convert_late)
    call = costly(raw)
    assert begun.wait(DEADLINE)
    other.log("urgent", {}, {})
    answered.set()
    call.result(timeout=DEADLINE)


def test_request_that_is_too_big_at_the_door_of_ni(
    logger: LocalService[LogFile], raw: Raw, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NI's door refuses what is too big by its size alone: the record is not even looked at."""
    limit = ni_servicer.request_limit(RecordLimits())
    session_name = raw.initialize("a.ndjson").session_name
    call = raw.channel.unary_unary(f"/{NI}/LogMeasurementData")
    request = ni_request(session_name, limit // MEBIBYTE + 1, b"y" * MEBIBYTE)
    monkeypatch.setattr(ni_servicer, "_texts", None)
    with canary(logger.address, data), refused(INVALID) as errors:
        call(request, timeout=DEADLINE)
    too_large(error_from_call(errors[0]), len(request), limit)
    assert names_of(data / "a.ndjson") == []


@pytest.mark.parametrize(
    ("entries", "length"), [(1, 990_000), (7000, 126), (70_000, 1), (74_000, 0)]
)
def test_every_record_that_fits_passes_the_size_of_ni_requests(entries: int, length: int) -> None:
    """NI's door refuses no request by its size whose record would fit, however it is made up."""
    limits = RecordLimits(1_000_000, 64 * MEBIBYTE)
    outputs = {f"{n:07d}": "y" * length for n in range(entries)}
    now = datetime.now(timezone.utc)
    line = record_to_line(Record("NI", {}, outputs), now=now, limits=limits)
    assert len(line) > 900_000
    request = ni_request("session", entries, b"y" * length)
    assert len(request) <= ni_servicer.request_limit(limits) - MEBIBYTE


def test_big_requests_take_turns(
    logger: LocalService[LogFile], raw: Raw, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many big requests come at once, by either door, two are converted at a time."""
    session_name = raw.initialize("a.ndjson").session_name
    attachment = raw.initialize("a.ndjson")
    converting = Converting()
    monkeypatch.setattr(servicer, "batch_to_text", converting.watch(servicer.batch_to_text))
    monkeypatch.setattr(ni_servicer, "record_to_line", converting.watch(record_to_line))
    batch = b"[" + b",".join([b'[null,"own",{},{"x":"%s"}]' % (b"y" * MEBIBYTE)] * 8) + b"]"
    own = records_pb2.LogRecordsRequest(attachment=attachment, count=8, records_json=batch)
    ni = ni_request(session_name, 8, b"y" * MEBIBYTE)
    calls = []
    for _ in range(3):
        calls.append(raw.stub.LogRecords.future(own, timeout=DEADLINE))
        method = raw.channel.unary_unary(f"/{NI}/LogMeasurementData")
        calls.append(method.future(ni, timeout=DEADLINE))
    for call in calls:
        call.result(timeout=DEADLINE)
    assert converting.most == 2
    assert len(names_of(data / "a.ndjson")) == 3 * 8 + 3


class Converting:
    """Counts how many conversions run at once; `_guard` guards the counts."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._running = 0
        self.most = 0
        self._met = threading.Barrier(2)

    def watch(self, convert: Callable[..., Any]) -> Callable[..., Any]:
        """Return the conversion, counted; each waits for another one to run beside it."""

        def run(*args: Any, **options: Any) -> Any:
            with self._guard:
                self._running += 1
                self.most = max(self.most, self._running)
            try:
                self._met.wait(DEADLINE)
                return convert(*args, **options)
            finally:
                with self._guard:
                    self._running -= 1

        return run


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
