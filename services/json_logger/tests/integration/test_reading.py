"""Reading back: all, the last ones, and as they come; never half a record."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest

from json_logger import JsonLoggerClient, Record
from json_logger.service.log_file import LogFile
from json_logger.wire import json_logger_pb2
from services.json_logger.tests.support import DEADLINE, Raw, local_logger, names_of, until
from session_sharing.errors import (
    AttachmentEndedError,
    InvalidRequestError,
    SharingError,
    UnavailableError,
)
from session_sharing.testing.hosting import LocalService

Connect = Callable[..., JsonLoggerClient]
END = "the stream ended"


class Follower:
    """Follows a log in a thread; what it sees, and how it ends, comes out of a queue."""

    def __init__(self, client: JsonLoggerClient, last: int | None = None) -> None:
        self._records = client.read(last, follow=True)
        self._seen: queue.SimpleQueue[Any] = queue.SimpleQueue()
        threading.Thread(target=self._follow, name="follower", daemon=True).start()

    def _follow(self) -> None:
        try:
            for record in self._records:
                self._seen.put(record.measurement_name)
        except SharingError as error:
            self._seen.put(error)
        else:
            self._seen.put(END)

    def see(self) -> Any:
        """Return what comes next."""
        return self._seen.get(timeout=DEADLINE)


@pytest.mark.parametrize(
    ("last", "expected"),
    [(None, range(20)), (0, []), (1, [19]), (5, range(15, 20)), (20, range(20)), (99, range(20))],
)
def test_the_last_records(connect: Connect, last: int | None, expected: range) -> None:
    """All records, or the last so many, come in the order of the file."""
    client = connect("a.ndjson")
    client.log_many(Record(str(number), {}, {}) for number in range(20))
    assert [int(record.measurement_name) for record in client.read(last)] == list(expected)


def test_negative_number_is_refused(connect: Connect) -> None:
    """A negative number of records is refused at once, not when the first one is asked for."""
    with pytest.raises(InvalidRequestError, match="0 or more"):
        connect("a.ndjson").read(-1)


def test_empty_log(connect: Connect) -> None:
    """An empty log reads as no record."""
    client = connect("a.ndjson")
    assert list(client.read()) == []
    assert list(client.read(5)) == []


def test_what_was_there_before_is_read(connect: Connect, data: Path) -> None:
    """Records that other programs wrote before the session are read too, with CRLF as with LF."""
    (data / "a.ndjson").write_bytes(
        b'{"timestamp": "2024-05-06 07:08:09", "measurement_name": "NI", '
        b'"measurement_configurations": {"a": "1"}, "measurement_outputs": {}}\r\n'
    )
    client = connect("a.ndjson")
    client.log("ours", {}, {})
    first, second = client.read()
    assert (first.measurement_name, second.measurement_name) == ("NI", "ours")
    assert first.timestamp.isoformat() == "2024-05-06T07:08:09+00:00"
    assert first.configurations == {"a": "1"}


def test_line_that_is_no_record_is_shown(connect: Connect, data: Path) -> None:
    """A line of another program that is no record is shown in the error; those before are read."""
    (data / "a.ndjson").write_bytes(b"")
    client = connect("a.ndjson")
    client.log("good", {}, {})
    client.close()
    with (data / "a.ndjson").open("ab") as log:
        log.write(b"a human was here\n")
    records = connect("a.ndjson").read()
    assert next(records).measurement_name == "good"
    with pytest.raises(InvalidRequestError, match="a human was here"):
        next(records)


def test_follower_sees_records_of_others(connect: Connect) -> None:
    """A follower sees what was there and what others log as it comes; it ends with the session."""
    follower, other = connect("a.ndjson"), connect("a.ndjson")
    other.log("before", {}, {})
    following = Follower(follower)
    assert following.see() == "before"
    for number in range(5):
        other.log(f"live {number}", {}, {})
        assert following.see() == f"live {number}"
    other.close()
    follower.close()
    assert following.see() == END


def test_follower_may_begin_at_the_end(connect: Connect) -> None:
    """Who follows from the last 0 records sees new ones only."""
    client = connect("a.ndjson")
    client.log("old", {}, {})
    following = Follower(connect("a.ndjson"), last=0)
    until_following(connect, following)


def until_following(connect: Connect, following: Follower) -> None:
    """Log until the follower sees something: it must be a new record."""
    writer = connect("a.ndjson")
    seen: list[str] = []
    reader = threading.Thread(target=lambda: seen.append(following.see()), daemon=True)
    reader.start()

    def log_and_look() -> bool:
        writer.log("new", {}, {})
        return bool(seen)

    until(log_and_look, "the follower sees a record")
    assert seen == ["new"]


def test_follower_of_a_session_closed_by_force(
    connect: Connect, logger: LocalService[LogFile]
) -> None:
    """When an operator closes the session, its followers end."""
    client = connect("a.ndjson")
    client.log("one", {}, {})
    following = Follower(client)
    assert following.see() == "one"
    closing = logger.engine.force_close(client.public_id, "an operator")
    asyncio.run_coroutine_threadsafe(closing, logger.loop).result(DEADLINE)
    assert following.see() == END


def test_follower_of_a_service_that_stops(tmp_path: Path) -> None:
    """When the service stops a follower gets an error: more may come after a restart."""
    with local_logger(tmp_path) as service:
        client = JsonLoggerClient("a.ndjson", address=service.address, wait=1.0)
        client.log("one", {}, {})
        following = Follower(client)
        assert following.see() == "one"
    error = following.see()
    assert isinstance(error, UnavailableError)
    assert "stopping" in error.message


def test_follower_who_leaves_is_forgotten(connect: Connect, logger: LocalService[LogFile]) -> None:
    """Who stops reading leaves nothing behind in the service."""
    client = connect("a.ndjson")
    client.log("one", {}, {})
    records = client.read(follow=True)
    assert next(records).measurement_name == "one"
    (session,) = logger.engine._executor.sessions.values()
    assert len(session.handle._followers) == 1
    records.close()  # type: ignore[attr-defined]
    until(lambda: not session.handle._followers)


def test_half_records_are_never_read(connect: Connect) -> None:
    """While others write, every reader sees whole records in order, without gaps."""
    writer, reader = connect("a.ndjson"), connect("a.ndjson")
    padding = "x" * 50_000
    done = threading.Event()

    def write() -> None:
        for number in range(100):
            writer.log(str(number), {}, {"padding": padding})
        done.set()

    thread = threading.Thread(target=write, name="writer", daemon=True)
    thread.start()
    rounds = 0
    while not done.is_set():
        numbers = [int(record.measurement_name) for record in reader.read()]
        assert numbers == list(range(len(numbers)))
        rounds += 1
    thread.join(DEADLINE)
    assert rounds > 2
    assert len(list(reader.read())) == 100


def test_slow_reader_keeps_nobody_from_closing(
    connect: Connect, logger: LocalService[LogFile]
) -> None:
    """Who stops in the middle of reading holds up no closing, and may read the rest afterwards."""
    client, reader = connect("a.ndjson"), connect("a.ndjson", 2)
    client.log_many(Record(str(number), {}, {"x": "y" * 500_000}) for number in range(20))
    with Raw(logger.address) as raw:
        attachment = raw.initialize("a.ndjson")
        responses = raw.stub.ReadRecords(
            json_logger_pb2.ReadRecordsRequest(attachment=attachment), timeout=DEADLINE
        )
        lines = next(responses).lines
        raw.release(attachment)
        reader.detach()
        assert client.close().session is None
        until(lambda: not logger.call(logger.engine.sessions))
        lines += b"".join(response.lines for response in responses)
    assert lines.count(b"\n") == 20


def test_closing_while_reading_is_told(connect: Connect) -> None:
    """A client that is closed in the middle of its own reading says so, and closes at once."""
    client = connect("a.ndjson")
    client.log_many(Record(str(number), {}, {"x": "y" * 500_000}) for number in range(20))
    records = client.read()
    next(records)
    client.close()
    with pytest.raises(AttachmentEndedError, match="closed while it read"):
        list(records)


def test_reading_needs_an_attachment(raw: Raw, data: Path) -> None:
    """Only who holds the session may read it or follow it."""
    attachment = raw.initialize("a.ndjson")
    raw.log(attachment)
    raw.initialize("a.ndjson")
    raw.release(attachment)
    for follow in (False, True):
        request = json_logger_pb2.ReadRecordsRequest(attachment=attachment, follow=follow)
        with pytest.raises(grpc.RpcError) as caught:
            list(raw.stub.ReadRecords(request, timeout=DEADLINE))
        call: Any = caught.value
        assert call.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert names_of(data / "a.ndjson") == ["raw"]
