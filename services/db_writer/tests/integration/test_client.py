"""The client against a real service: what is logged comes back, from both kinds of databases."""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import grpc
import pytest

import db_writer
from db_writer import (
    INSTRUMENT_TYPE,
    DbWriterClient,
    DbWriterSessionConstructor,
    Limits,
    Record,
    RecordContext,
)
from db_writer.service.database import Database
from services.db_writer.tests.looking import DEADLINE
from services.db_writer.tests.support import handle_of
from session_sharing import AckLevel, Acknowledged
from session_sharing.core import Outcome
from session_sharing.errors import (
    InvalidRequestError,
    PreconditionError,
    SessionExistsError,
    SessionNotFoundError,
    SharingError,
    TooLargeError,
    ValueTypeError,
)
from session_sharing.testing.hosting import LocalService
from session_sharing.wire.generated import records_pb2

Connect = Callable[..., DbWriterClient]
Writer = LocalService[Database]

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, timezone.utc)


def names(client: DbWriterClient) -> list[str]:
    """Return the names of all records, in the order in which they were stored."""
    return [record.measurement_name for record in client.read()]


def test_five_behaviours_and_aliases(connect: Connect, writer: Writer) -> None:
    """Create, attach, refuse, close and leave open, as the table of behaviours says."""
    for behavior in (2, 4):
        with pytest.raises(SessionNotFoundError):
            connect(behavior=behavior)
    first = connect("?client=first")
    for behavior in (1, 3):
        with pytest.raises(SessionExistsError, match="first"):
            connect("?client=first", behavior)
    other = connect("?client=other", 2)
    assert (first.new_session, other.new_session) == (True, False)
    assert first.session_name == other.session_name
    assert first.close().outcome is Outcome.CLOSE_PENDING
    other.log("one", {}, {})
    assert other.detach().outcome is Outcome.CLOSED
    with connect(behavior=3) as creator:
        creator.log("two", {}, {})
    with connect(behavior=4) as closer:
        assert names(closer) == ["one", "two"]
    assert writer.call(writer.engine.sessions) == []


def test_all_that_a_record_holds_comes_back(connect: Connect) -> None:
    """Values of every type, their units and limits, status, time and context are not changed."""
    everything = Record(
        "dc voltage; DROP TABLE measurements; --",
        {"range": 10, "auto": True, "note": "", "none": None},
        {
            "voltage": 3.3,
            "high": 2**63 - 1,
            "nan": math.nan,
            "least": -math.inf,
            "zero": -0.0,
            "trace": [1.5, math.inf, None, [True, "x"]],
            "nested": {"a": {"b": []}},
        },
        NOW.astimezone(timezone(timedelta(hours=5, minutes=45))),
        RecordContext("SN '1'", 3, "VCC", "step", "station", "operator", "run", "program"),
        "passed",
        {"voltage": "V"},
        {"voltage": Limits(3.2, 3.4), "zero": Limits(high=1.0)},
    )
    client = connect()
    client.log_many([everything, Record("empty", {}, {}, NOW)])
    client.log("now", {}, {}, context=RecordContext(site=-1))
    full, empty, now = client.read()
    assert repr(full) == repr(Record(**{**vars(everything), "timestamp": NOW}))
    assert empty == Record("empty", {}, {}, NOW)
    assert now.context == RecordContext(site=-1)
    assert now.timestamp is not None
    assert abs(datetime.now(timezone.utc) - now.timestamp) < timedelta(minutes=1)


def test_one_record_with_typed_values(connect: Connect) -> None:
    """The RPC for one record stores the same; a level below "on disk" is exceeded."""
    client = connect()
    record = records_pb2.Record(measurement_name="typed")
    record.outputs["count"].integer_value = 7
    request = records_pb2.LogMeasurementDataRequest(
        attachment=client._attachment,
        record=record,
        acknowledgement=records_pb2.ACKNOWLEDGEMENT_LEVEL_OPERATING_SYSTEM,
    )
    answer = client._stub.LogMeasurementData(request, timeout=DEADLINE)
    assert answer.acknowledgement == records_pb2.ACKNOWLEDGEMENT_LEVEL_DISK
    (found,) = client.read()
    assert found.outputs == {"count": 7}
    assert found.timestamp is not None


def test_one_record_that_is_too_big(connect: Connect) -> None:
    """The RPC for one record refuses what a batch refuses, and stores nothing of it."""
    client = connect()
    record = records_pb2.Record(measurement_name="big")
    record.outputs["x"].text_value = "x" * (16 << 20)
    request = records_pb2.LogMeasurementDataRequest(attachment=client._attachment, record=record)
    with pytest.raises(grpc.RpcError) as caught:
        client._stub.LogMeasurementData(request, timeout=DEADLINE)
    assert "a record may have" in caught.value.details()  # type: ignore[attr-defined]
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT  # type: ignore[attr-defined]
    assert names(client) == []


def test_group_is_stored_whole_or_not_at_all(connect: Connect, writer: Writer) -> None:
    """A group is one transaction; of one whose block raises, or that is refused, nothing is."""
    client = connect()
    with client.group() as group:
        group.log_many(Record(str(number), {}, {}) for number in range(2000))
        group.log("last", {}, {"x": 1.5}, status="passed")
    counts = handle_of(writer).store.counts
    assert (counts.commits, counts.records) == (1, 2001)
    assert group.acknowledged == Acknowledged(AckLevel.DISK)
    with pytest.raises(ZeroDivisionError):
        _log_and_fail(client)
    with pytest.raises(PreconditionError, match="has ended"):
        group.log("late", {}, {})
    big = [Record("big", {}, {"text": "x" * (12 << 20)})] * 6
    with pytest.raises(TooLargeError), client.group() as group:
        group.log_many(big)
    with client.group():
        pass
    assert names(client) == [*map(str, range(2000)), "last"]


def _log_and_fail(client: DbWriterClient) -> None:
    with client.group() as group:
        group.log("lost", {}, {})
        raise ZeroDivisionError


def test_eight_clients_at_once_commit_together(connect: Connect, writer: Writer) -> None:
    """Records of clients that log at the same time share transactions, and none is lost."""
    clients = [connect(f"?client=c{number}") for number in range(8)]
    start = threading.Barrier(len(clients))

    def log(client: DbWriterClient, number: int) -> None:
        start.wait(DEADLINE)
        for index in range(25):
            client.log(f"{number}-{index}", {}, {"value": index})

    threads = [
        threading.Thread(target=log, args=(client, number)) for number, client in enumerate(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    stored = names(clients[0])
    assert sorted(stored) == sorted(f"{n}-{i}" for n in range(8) for i in range(25))
    for number in range(8):
        own = [name for name in stored if name.startswith(f"{number}-")]
        assert own == [f"{number}-{index}" for index in range(25)]
    counts = handle_of(writer).store.counts
    assert counts.records == 200
    assert counts.commits < 200


def test_context_is_inherited_by_site(connect: Connect) -> None:
    """A record's own values win, then those of its site, then those for all; until the close."""
    setup, plugin = connect("?client=setup"), connect("?client=plugin")
    setup.set_context(RecordContext(operator="Ada", run="r1", serial_number="all"))
    setup.set_context(RecordContext(site=0, serial_number="SN-0"))
    plugin.log("a", {}, {}, context=RecordContext(site=0, run="own"))
    plugin.log("b", {}, {}, context=RecordContext(site=1))
    plugin.log("c", {}, {})
    found = {record.measurement_name: record.context for record in plugin.read()}
    assert found == {
        "a": RecordContext("SN-0", 0, operator="Ada", run="own"),
        "b": RecordContext("all", 1, operator="Ada", run="r1"),
        "c": RecordContext("all", operator="Ada", run="r1"),
    }
    setup.close()
    plugin.close()
    later = connect()
    later.log("d", {}, {})
    (last,) = later.read(last=1)
    assert last.context is None


@pytest.mark.parametrize(
    ("context", "told"),
    [
        (RecordContext(operator="a\0b"), "field operator .* NUL"),
        (RecordContext(site=0, serial_number="x" * 501), "field serial_number .* 501 characters"),
    ],
    ids=["NUL", "long"],
)
def test_context_that_no_record_can_have(
    connect: Connect, context: RecordContext, told: str
) -> None:
    """It is refused to whoever sets it, not to everybody who logs afterwards."""
    client = connect()
    with pytest.raises(ValueTypeError, match=told):
        client.set_context(context)
    client.log("a", {}, {}, context=RecordContext(site=0))
    assert names(client) == ["a"]


def test_repeated_request_stores_nothing_twice(connect: Connect) -> None:
    """A request whose answer was lost may be sent again: its records have numbers."""
    client = connect()
    client.log("one", {}, {})
    client._log._sender._next_number = 1  # as if no answer had come
    client.log("one", {}, {})
    client.log("two", {}, {})
    assert names(client) == ["one", "two"]


def test_session_constructor(writer: Writer, resource: str) -> None:
    """NI's reservation opens a client through the constructor, by the name in the pin map."""
    construct = DbWriterSessionConstructor(1, address=writer.address, ack="disk")
    with construct(SimpleNamespace(resource_name=f"{resource}?client=site0")) as client:
        client.log("m", {}, {})
        assert client.new_session
        assert names(client) == ["m"]
    assert INSTRUMENT_TYPE == "DatabaseWriter"
    with pytest.raises(SharingError):
        client.log("late", {}, {})


def test_example_of_the_readme(
    writer: Writer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the README shows does what it says."""
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    client = partial(DbWriterClient, address=writer.address)
    monkeypatch.setattr(db_writer, "DbWriterClient", client)
    exec(compile(example, "README.md", "exec"), {})
    assert "dc voltage {'voltage': 3.3}" in capsys.readouterr().out
    with client("results.sqlite") as database:
        found = list(database.query(serial_number="SN-1"))
    expected = ["dc voltage", *["ripple"] * 2, *["load"] * 2]
    assert [record.measurement_name for record in found] == expected
    assert len({record.context.run for record in found if record.context}) == 1


@pytest.mark.parametrize(
    "query",
    [
        {"last": -1},
        {"last": "5"},
        {"since": datetime(2026, 1, 1)},
        {"since": "2026-11-01"},
        {"until": date(2026, 11, 1)},
        {"site": 2**40},
        {"run": 5},
        {"until": datetime.min.replace(tzinfo=timezone(timedelta(hours=1)))},
    ],
    ids=str,
)
def test_query_that_can_find_nothing_is_refused(connect: Connect, query: dict[str, object]) -> None:
    """What no record can be like is refused at once, not answered with an empty stream."""
    with pytest.raises(InvalidRequestError):
        connect().query(**query)  # type: ignore[arg-type]
