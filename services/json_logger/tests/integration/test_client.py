"""The client library: what is logged comes back, and what its endings mean."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from enum import IntEnum
from itertools import accumulate
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from json_logger import (
    INSTRUMENT_TYPE,
    JsonLoggerClient,
    JsonLoggerSessionConstructor,
    Record,
    RecordContext,
)
from json_logger.service.log_file import LogFile
from services.json_logger.tests.support import DEADLINE, lines_of, local_logger, names_of
from session_sharing.client.delivery import RecordDelivery
from session_sharing.core import Outcome
from session_sharing.errors import (
    AttachmentEndedError,
    InvalidRequestError,
    SessionExistsError,
    SessionNotFoundError,
    SharingError,
    TooLargeError,
    UnavailableError,
    ValueTypeError,
)
from session_sharing.records import Batch, RecordLimits
from session_sharing.testing.hosting import LocalService
from session_sharing.wire.generated import records_pb2

Connect = Callable[..., JsonLoggerClient]
CONTEXT = RecordContext("S-1", 2, "VCC", "step", "station", "operator", "run 7")
OUTPUTS = {
    "integer": 2**63 - 1,
    "float": 1.0,
    "text": "µ",
    "flag": True,
    "nothing": None,
    "list": [1, 2.5, "x", None, {"deep": [math.inf]}],
    "nan": math.nan,
}


def same(first: object, second: object) -> bool:
    """Compare values with their types; NaN is the same as NaN."""
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(same(first[k], second[k]) for k in first)
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(same, first, second))
    if isinstance(first, float) and isinstance(second, float) and math.isnan(first):
        return math.isnan(second)
    return type(first) is type(second) and first == second


def test_typed_values_come_back(connect: Connect) -> None:
    """Values come back with their types, with context and time."""
    client = connect("a.ndjson")
    moment = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=timezone(timedelta(hours=2)))
    client.log("m", {"range": 10}, OUTPUTS, timestamp=moment, context=CONTEXT)
    (record,) = client.read()
    assert record.measurement_name == "m"
    assert same(dict(record.configurations), {"range": 10})
    assert same(dict(record.outputs), OUTPUTS)
    assert record.timestamp == moment
    assert record.context == CONTEXT


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2000, 1, 1, tzinfo=timezone.utc),
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=timezone.utc),
        datetime(1, 1, 1, tzinfo=timezone.utc),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=timezone.utc),
    ],
)
def test_timestamps_are_respected(connect: Connect, moment: datetime) -> None:
    """The time that a caller names is logged to the microsecond."""
    client = connect("a.ndjson")
    client.log("m", {}, {}, timestamp=moment)
    assert [record.timestamp for record in client.read()] == [moment]


def test_time_of_logging(connect: Connect) -> None:
    """Without a time a record has that of its logging, by the client's clock."""
    client = connect("a.ndjson")
    before = datetime.now(timezone.utc)
    client.log("m", {}, {})
    after = datetime.now(timezone.utc)
    (record,) = client.read()
    assert record.timestamp is not None
    assert before <= record.timestamp <= after


def test_time_without_zone_is_refused(connect: Connect, data: Path) -> None:
    """A time without a zone could mean anything, and is refused."""
    with pytest.raises(ValueTypeError, match="time zone"):
        connect("a.ndjson").log("m", {}, {}, timestamp=datetime(2026, 1, 1))
    assert lines_of(data / "a.ndjson") == []


def test_value_without_a_place_is_refused_before_it_is_sent(connect: Connect, data: Path) -> None:
    """A value that no record can hold is named with its place; the client goes on."""
    client = connect("a.ndjson")
    for value in (2**63, object(), {1: 2}, "\ud800"):
        with pytest.raises(ValueTypeError, match="/measurement_outputs/x"):
            client.log("m", {}, {"x": value})
    client.log("good", {}, {})
    assert names_of(data / "a.ndjson") == ["good"]


def test_many_records(connect: Connect) -> None:
    """`log_many` takes any iterable and keeps its order; none is no call."""
    client = connect("a.ndjson")
    client.log_many([])
    client.log_many(Record(str(number), {}, {"n": number}) for number in range(2500))
    client.flush()
    assert [record.outputs["n"] for record in client.read()] == list(range(2500))


def test_threads_keep_their_order(connect: Connect) -> None:
    """Records of many threads are all there, those of each thread in its order."""
    client = connect("a.ndjson")

    def log(thread: int) -> None:
        for number in range(40):
            client.log("m", {}, {"thread": thread, "number": number})

    threads = [threading.Thread(target=log, args=(thread,), daemon=True) for thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    logged: dict[int, list[int]] = {thread: [] for thread in range(8)}
    for record in client.read():
        logged[record.outputs["thread"]].append(record.outputs["number"])
    assert logged == {thread: list(range(40)) for thread in range(8)}


@pytest.mark.parametrize("ack", [None, "os", "disk"])
def test_ack_levels(connect: Connect, ack: str | None) -> None:
    """Each level can be asked for by name, and what was acknowledged can be read."""
    client = connect("a.ndjson", ack=ack)
    client.log("m", {}, {})
    assert len(list(client.read())) == 1


@pytest.mark.parametrize(("ack", "number"), [(None, 0), ("os", 1), ("disk", 2)])
def test_ack_level_reaches_the_wire(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, ack: str | None, number: int
) -> None:
    """The level that a caller names is the one that the service is asked for."""
    client = connect("a.ndjson", ack=ack)
    asked: list[int] = []
    answered: list[int] = []
    call = client._call

    def spy(method, requests, **options):
        asked.append(requests[0].message.acknowledgement)
        answer = call(method, requests, **options)
        answered.append(answer.acknowledgement)
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(client._delivery, "_call", spy)
        client.log("m", {}, {})
    assert asked == [number]
    assert answered == [number or 1]  # the service's own default is the operating system here


def test_unknown_ack_level(logger: LocalService[LogFile]) -> None:
    """A misspelt level is refused before anything is opened."""
    with pytest.raises(InvalidRequestError, match="'disk' or 'os'"):
        JsonLoggerClient("a.ndjson", address=logger.address, ack="paper")
    assert logger.call(logger.engine.sessions) == []


class NiBehavior(IntEnum):
    """NI's enumeration, by shape."""

    ATTACH_TO_SERVER_SESSION = 2


def test_behaviors_by_number_and_by_enumeration(connect: Connect) -> None:
    """A behaviour is given by its number or by NI's member of that number."""
    with pytest.raises(SessionNotFoundError):
        connect("a.ndjson", NiBehavior.ATTACH_TO_SERVER_SESSION)
    connect("a.ndjson", 1)
    with pytest.raises(SessionExistsError):
        connect("a.ndjson", 3)
    assert not connect("a.ndjson", NiBehavior.ATTACH_TO_SERVER_SESSION).new_session
    with pytest.raises(InvalidRequestError, match="99"):
        connect("a.ndjson", 99)


@pytest.mark.parametrize(
    ("behavior", "open_before", "open_after"),
    [
        (0, False, False),
        (0, True, True),
        (1, False, False),
        (2, True, True),
        (3, False, True),
        (4, True, False),
    ],
)
def test_leaving_the_block(
    logger: LocalService[LogFile], behavior: int, open_before: bool, open_after: bool
) -> None:
    """Leaving the `with` block closes the session or leaves it open, as the behaviour says."""
    if open_before:
        JsonLoggerClient("a.ndjson", address=logger.address).detach()
    with JsonLoggerClient("a.ndjson", behavior, address=logger.address) as client:
        assert client.new_session is not open_before
        client.log("m", {}, {})
    assert bool(logger.call(logger.engine.sessions)) is open_after


@pytest.mark.parametrize("behavior", [0, 1, 3])
def test_close_and_detach(logger: LocalService[LogFile], behavior: int) -> None:
    """`close` always asks to close, `detach` never does; repeated, they answer the same."""
    client = JsonLoggerClient("a.ndjson", behavior, address=logger.address)
    assert [client.detach().outcome for _ in range(3)] == [Outcome.LEFT_OPEN] * 3
    assert client.close().outcome is Outcome.LEFT_OPEN  # the first one counts
    client = JsonLoggerClient("a.ndjson", 2, address=logger.address)
    assert [client.close().outcome for _ in range(3)] == [Outcome.CLOSED] * 3
    assert logger.call(logger.engine.sessions) == []


def test_pending_close_says_who_holds(connect: Connect) -> None:
    """A close that others hold up is answered as pending, with the holders."""
    first, second = connect("a.ndjson"), connect("a.ndjson?client=other")
    released = first.close()
    assert released.outcome is Outcome.CLOSE_PENDING
    assert released.session is not None
    assert [held.alias for held in released.session.attachments] == ["other"]
    second.log("still works", {}, {})


@pytest.mark.parametrize("end", ["close", "detach"])
def test_use_after_the_end(logger: LocalService[LogFile], end: str) -> None:
    """A client that was closed or detached refuses to log with an error that says so."""
    client = JsonLoggerClient("a.ndjson", 3, address=logger.address)
    keeper = JsonLoggerClient("a.ndjson", 2, address=logger.address)
    try:
        getattr(client, end)()
        with pytest.raises(AttachmentEndedError):
            client.log("m", {}, {})
        with pytest.raises(AttachmentEndedError):
            list(client.read())
    finally:
        keeper.close()


@pytest.mark.parametrize("use", [lambda client: client.log("m", {}, {}), lambda c: list(c.read())])
def test_use_after_the_end_of_the_last_client(
    logger: LocalService[LogFile], use: Callable[[JsonLoggerClient], object]
) -> None:
    """The same holds for the last client of a process, with which the connection was closed."""
    client = JsonLoggerClient("a.ndjson", address=logger.address)
    client.close()
    with pytest.raises(SharingError):
        use(client)


def test_nobody_there() -> None:
    """Where no service answers, the error names the address and what to do."""
    with pytest.raises(UnavailableError, match=r"127\.0\.0\.1:1\b.*Start the service"):
        JsonLoggerClient("a.ndjson", address="127.0.0.1:1", wait=0.3)


def test_session_constructor(logger: LocalService[LogFile], data: Path) -> None:
    """NI's reservation opens a client through the constructor, by the name in the pin map."""
    construct = JsonLoggerSessionConstructor(1, address=logger.address, ack="os")
    with construct(SimpleNamespace(resource_name="a.ndjson?client=site0")) as client:
        client.log("m", {}, {})
        assert client.new_session
    assert names_of(data / "a.ndjson") == ["m"]
    assert INSTRUMENT_TYPE == "FileLogger"
    assert logger.call(logger.engine.sessions) == []


def test_numbers_follow_the_order_of_the_file(
    logger: LocalService[LogFile], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Threads that log through one client are numbered in the order in which they are stored."""
    delivered: list[records_pb2.LogRecordsRequest] = []
    original = RecordDelivery.deliver

    def noting(self: RecordDelivery, requests: Any) -> Any:
        message = requests[0].message
        answer = original(self, requests)
        delivered.append(message)
        return answer

    monkeypatch.setattr(RecordDelivery, "deliver", noting)
    with JsonLoggerClient("a.ndjson", address=logger.address) as client:

        def log(thread: int) -> None:
            for index in range(50):
                client.log(f"{thread}-{index}", {}, {})

        threads = [threading.Thread(target=log, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    numbers = [message.first_record_number for message in delivered]
    assert numbers == [1, *accumulate((message.count for message in delivered[:-1]), initial=1)][1:]
    rows = [row for message in delivered for row in orjson.loads(message.records_json)]
    assert [name for _, name, *_ in rows] == names_of(data / "a.ndjson")
    assert len(rows) == 300


def test_refused_records_use_up_no_numbers(logger: LocalService[LogFile]) -> None:
    """The numbers of an attachment have no gap where a record was refused for good."""
    with JsonLoggerClient("a.ndjson", address=logger.address) as client:
        client.log("one", {}, {})
        with pytest.raises(InvalidRequestError):
            client._log_batch(Batch(1, b"no json"))
        client.log("two", {}, {})
        (session,) = logger.call(logger.engine.sessions)
    assert session.attachments[0].last_record_number == 2


def test_record_that_is_too_big_refuses_no_other(tmp_path: Path) -> None:
    """Of what travels together only what is refused is refused, and each receipt is true."""
    limits = RecordLimits(record_bytes=2000)
    with (
        local_logger(tmp_path, limits=limits) as service,
        JsonLoggerClient("a.ndjson", address=service.address) as client,
    ):
        sizes = [3000 if index in {3, 11} else 10 for index in range(20)]
        receipts = [client.log_soon(f"{n}", {}, {"x": "y" * size}) for n, size in enumerate(sizes)]
        with pytest.raises(TooLargeError, match="1 more"):
            client.flush()
    refused = [n for n, receipt in enumerate(receipts) if isinstance(receipt.outcome, SharingError)]
    assert refused == [3, 11]
    assert names_of(tmp_path / "data" / "a.ndjson") == [
        f"{n}" for n in range(20) if n not in refused
    ]
