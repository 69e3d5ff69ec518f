"""Records through the typed door: every kind of value, times, levels and numbers."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import grpc
import pytest
from google.protobuf.struct_pb2 import NULL_VALUE
from google.protobuf.timestamp_pb2 import Timestamp

from json_logger import JsonLoggerClient, Record, RecordContext
from json_logger.service.log_file import LogFile
from services.json_logger.tests.support import DEADLINE, Raw, lines_of, local_logger, refused
from session_sharing.records import AckLevel
from session_sharing.testing.hosting import LocalService
from session_sharing.wire.generated import records_pb2
from session_sharing.wire.records import record_to_wire

INVALID = grpc.StatusCode.INVALID_ARGUMENT
Value = records_pb2.Value
VALUES = {
    "yes": Value(bool_value=True),
    "no": Value(bool_value=False),
    "smallest": Value(integer_value=-(2**63)),
    "largest": Value(integer_value=2**63 - 1),
    "zero": Value(integer_value=0),
    "whole": Value(number_value=1.0),
    "tiny": Value(number_value=5e-324),
    "empty": Value(text_value=""),
    "text": Value(text_value='Größe "µ"\n\u2028'),
    "list": Value(list_value=records_pb2.ValueList(values=[Value(integer_value=1), Value()])),
    "map": Value(map_value=records_pb2.ValueMap(values={"in": Value(bool_value=False)})),
    "nothing": Value(null_value=NULL_VALUE),
}
VALUES["list"].list_value.values[1].null_value = NULL_VALUE
PLAIN = {
    "yes": True,
    "no": False,
    "smallest": -(2**63),
    "largest": 2**63 - 1,
    "zero": 0,
    "whole": 1.0,
    "tiny": 5e-324,
    "empty": "",
    "text": 'Größe "µ"\n\u2028',
    "list": [1, None],
    "map": {"in": False},
    "nothing": None,
}


def test_every_kind_of_value(raw: Raw, data: Path) -> None:
    """Each kind of value stands in the line with its type."""
    raw.log(raw.initialize("a.ndjson"), outputs=VALUES)
    (line,) = lines_of(data / "a.ndjson")
    assert line["measurement_outputs"] == PLAIN
    assert {name: type(value) for name, value in line["measurement_outputs"].items()} == {
        name: type(value) for name, value in PLAIN.items()
    }
    assert set(line) == {
        "timestamp",
        "measurement_name",
        "measurement_configurations",
        "measurement_outputs",
    }


def test_numbers_that_json_lacks(
    raw: Raw, connect: Callable[..., JsonLoggerClient], data: Path
) -> None:
    """NaN and the infinities are texts whose places are named, and floats when read back."""
    numbers = {"nan": math.nan, "up": math.inf, "down": -math.inf}
    outputs = {name: Value(number_value=number) for name, number in numbers.items()}
    raw.log(raw.initialize("a.ndjson"), outputs={**outputs, "text": Value(text_value="NaN")})
    (line,) = lines_of(data / "a.ndjson")
    assert line["measurement_outputs"] == {
        "nan": "NaN",
        "up": "Infinity",
        "down": "-Infinity",
        "text": "NaN",
    }
    assert sorted(line["non_finite"]) == [
        f"/measurement_outputs/{name}" for name in ("down", "nan", "up")
    ]
    (record,) = connect("a.ndjson").read()
    assert math.isnan(record.outputs["nan"])
    assert (record.outputs["up"], record.outputs["down"]) == (math.inf, -math.inf)
    assert record.outputs["text"] == "NaN"


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (Value(), "/measurement_outputs/x"),
        (
            Value(list_value=records_pb2.ValueList(values=[Value(bool_value=True), Value()])),
            "/measurement_outputs/x/1",
        ),
        (
            Value(map_value=records_pb2.ValueMap(values={"a/b": Value()})),
            "/measurement_outputs/x/a~1b",
        ),
    ],
)
def test_value_of_no_kind(raw: Raw, data: Path, value: records_pb2.Value, place: str) -> None:
    """A value of no kind is refused with its place; the record is not logged."""
    with refused(INVALID, "'m'", place, "of no kind"):
        raw.log(raw.initialize("a.ndjson"), "m", outputs={"x": value})
    assert lines_of(data / "a.ndjson") == []


def test_one_line_whichever_way(
    raw: Raw, connect: Callable[..., JsonLoggerClient], data: Path
) -> None:
    """The same record gives the same line by a typed message and by a batch."""
    context = RecordContext(serial_number="S1", site=-1, pin="P", step="s", run="r")
    moment = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=timezone.utc)
    record = Record("m", {"range": 10}, {**PLAIN, "nan": math.nan}, moment, context)
    request = records_pb2.LogMeasurementDataRequest(
        attachment=raw.initialize("a.ndjson"), record=record_to_wire(record)
    )
    raw.stub.LogMeasurementData(request, timeout=DEADLINE)
    connect("a.ndjson").log_many([record])
    first, second = lines_of(data / "a.ndjson")
    assert first == second
    assert list(first) == list(second)


@pytest.mark.parametrize(
    ("timestamp", "text"),
    [
        (Timestamp(seconds=946_684_800), "2000-01-01T00:00:00.000000+00:00"),
        (Timestamp(seconds=-1, nanos=1_999), "1969-12-31T23:59:59.000001+00:00"),
        (Timestamp(), "1970-01-01T00:00:00.000000+00:00"),
    ],
)
def test_client_timestamp(raw: Raw, data: Path, timestamp: Timestamp, text: str) -> None:
    """The time that the client names is logged, not that of the service."""
    attachment = raw.initialize("a.ndjson")
    request = raw.log_request(attachment)
    request.record.timestamp.CopyFrom(timestamp)
    raw.stub.LogMeasurementData(request, timeout=DEADLINE)
    assert [line["timestamp"] for line in lines_of(data / "a.ndjson")] == [text]


def test_missing_timestamp(raw: Raw, data: Path) -> None:
    """A record without a time gets that of the service."""
    before = datetime.now(timezone.utc)
    raw.log(raw.initialize("a.ndjson"))
    (line,) = lines_of(data / "a.ndjson")
    logged = datetime.fromisoformat(line["timestamp"])
    assert before - timedelta(seconds=1) <= logged <= datetime.now(timezone.utc)


@pytest.mark.parametrize(
    "timestamp", [Timestamp(seconds=2**60), Timestamp(nanos=-1), Timestamp(nanos=10**9)]
)
def test_bad_timestamp(raw: Raw, data: Path, timestamp: Timestamp) -> None:
    """A time that is none is refused."""
    request = raw.log_request(raw.initialize("a.ndjson"))
    request.record.timestamp.CopyFrom(timestamp)
    with refused(INVALID, "imestamp"):
        raw.stub.LogMeasurementData(request, timeout=DEADLINE)
    assert lines_of(data / "a.ndjson") == []


@pytest.mark.parametrize("default", list(AckLevel))
@pytest.mark.parametrize(("asked", "reached"), [(0, None), (1, AckLevel.OS), (2, AckLevel.DISK)])
def test_level_that_was_reached(
    tmp_path: Path, default: AckLevel, asked: int, reached: AckLevel | None
) -> None:
    """The answer names the level that was asked for, or the service's default, on both methods."""
    with local_logger(tmp_path, level=default) as service, Raw(service.address) as raw:
        attachment = raw.initialize("a.ndjson")
        single = raw.log(attachment, acknowledgement=asked)
        batch = raw.stub.LogRecords(
            records_pb2.LogRecordsRequest(
                attachment=attachment,
                count=1,
                records_json=b'[[null,"a",{},{}]]',
                acknowledgement=asked,  # type: ignore[arg-type]
            ),
            timeout=DEADLINE,
        )
        expected = {AckLevel.OS: 1, AckLevel.DISK: 2}[reached or default]
        assert (single.acknowledgement, batch.acknowledgement) == (expected, expected)


def test_unknown_level(raw: Raw, data: Path) -> None:
    """A level that nobody knows is refused: it might have meant more than we do."""
    attachment = raw.initialize("a.ndjson")
    with refused(INVALID, "99", "acknowledgement level"):
        raw.log(attachment, acknowledgement=99)
    assert lines_of(data / "a.ndjson") == []


def test_record_numbers_are_told(raw: Raw, logger: LocalService[LogFile]) -> None:
    """The highest stored number of an attachment is told, also when Initialize is repeated."""
    attachment = raw.initialize("a.ndjson")
    for number in (1, 2, 3):
        raw.log(attachment, record_number=number)
    request = records_pb2.LogRecordsRequest(
        attachment=attachment,
        first_record_number=4,
        count=2,
        records_json=b'[[null,"a",{},{}],[null,"b",{},{}]]',
    )
    raw.stub.LogRecords(request, timeout=DEADLINE)
    (session,) = logger.call(logger.engine.sessions)
    assert [held.last_record_number for held in session.attachments] == [5]
    again = raw.initialize("a.ndjson", attachment_id=attachment.attachment_id)
    assert again == attachment


def test_stream_of_requests(raw: Raw, data: Path, logger: LocalService[LogFile]) -> None:
    """Requests of a stream are answered in turn; behind a refused one nothing is stored."""
    attachment = raw.initialize("a.ndjson")
    two, bad, one = b'[[null,"a",{},{}],[null,"b",{},{}]]', b"[", b'[[null,"c",{},{}]]'
    answers = list(
        raw.stub.StreamRecords(
            iter(
                records_pb2.LogRecordsRequest(
                    attachment=attachment, first_record_number=first, count=count, records_json=each
                )
                for first, each, count in ((1, two, 2), (3, bad, 1), (3, one, 1))
            ),
            timeout=DEADLINE,
        )
    )
    assert [answer.first_record_number for answer in answers] == [1, 3]
    assert [answer.HasField("refusal") for answer in answers] == [False, True]
    assert answers[0].acknowledgement == 1
    logged = [line["measurement_name"] for line in lines_of(data / "a.ndjson")]
    assert logged == ["a", "b"]


def test_stop_ends_streams(raw: Raw, data: Path, logger: LocalService[LogFile]) -> None:
    """A client that holds its stream open holds up no stop: the stream ends, well."""
    asked = threading.Event()

    def requests() -> Iterator[records_pb2.LogRecordsRequest]:
        yield records_pb2.LogRecordsRequest(attachment=attachment, records_json=b"[]")
        asked.wait(DEADLINE)

    attachment = raw.initialize("a.ndjson")
    answers = raw.stub.StreamRecords(requests(), timeout=DEADLINE)
    next(answers)
    logger.call(logger.engine.stopping.set)
    logger.call(logger.engine.streams.stop)
    assert list(answers) == []
    asked.set()


def test_nothing_but_the_service_writes_lines(raw: Raw, data: Path) -> None:
    """No text of a client breaks a line or adds a key to it."""
    evil = 'x"}\n{"measurement_name": "smuggled'
    raw.log(raw.initialize("a.ndjson"), evil, outputs={evil: Value(text_value=evil)})
    (line,) = lines_of(data / "a.ndjson")
    assert line["measurement_name"] == evil
    assert line["measurement_outputs"] == {evil: evil}
