"""What records inherit from their session, and what is said of their outputs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from json_logger import JsonLoggerClient, Limits, Record, RecordContext
from json_logger.service.log_file import LogFile
from services.json_logger.tests.ni_client import NiClient
from services.json_logger.tests.support import DEADLINE, Raw, lines_of
from session_sharing.errors import AttachmentEndedError, TooLargeError, ValueTypeError
from session_sharing.testing.hosting import LocalService
from session_sharing.wire.generated import records_pb2

Connect = Callable[..., JsonLoggerClient]


def contexts_of(path: Path) -> list[dict[str, Any] | None]:
    """Return the contexts of a log's records, in its order."""
    return [line.get("context") for line in lines_of(path)]


def test_records_of_all_clients_inherit(
    connect: Connect, raw: Raw, logger: LocalService[LogFile], data: Path
) -> None:
    """What Setup code sets once is in the records of all clients, by whichever way they log."""
    setup, plug_in = connect("a.ndjson"), connect("a.ndjson?client=other")
    plug_in.log("before", {}, {})
    setup.set_context(RecordContext(operator="o"))
    setup.set_context(RecordContext("S-0", 0, run="r"))
    plug_in.log("batch", {}, {}, context=RecordContext(site=0, pin="A", run="own"))
    raw.log(raw.initialize("a.ndjson"), "typed")
    ni = NiClient(logger.address)
    ni.log(ni.initialize("a.ndjson")[0])
    ni.disconnect()
    assert contexts_of(data / "a.ndjson") == [
        None,
        {"serial_number": "S-0", "site": 0, "pin": "A", "operator": "o", "run": "own"},
        {"operator": "o"},
        {"operator": "o"},
    ]


def test_big_batches_inherit(connect: Connect) -> None:
    """Batches that are converted beside the event loop inherit as well."""
    client = connect("a.ndjson")
    client.set_context(RecordContext(site=1, run="r"))
    own = RecordContext(site=1)
    client.log_many(Record("a", {}, {"text": "x" * 1000}, context=own) for _ in range(500))
    assert {record.context for record in client.read()} == {RecordContext(site=1, run="r")}


def test_contexts_end_with_the_session(connect: Connect, data: Path) -> None:
    """A session that is opened anew on the same file knows nothing of the one before."""
    with connect("a.ndjson") as client:
        client.set_context(RecordContext(run="first"))
        client.log("a", {}, {})
    connect("a.ndjson").log("b", {}, {})
    assert contexts_of(data / "a.ndjson") == [{"run": "first"}, None]


def test_contexts_that_cannot_be_set(connect: Connect, data: Path) -> None:
    """A context is refused where it is set, and what was set before stays."""
    client = connect("a.ndjson")
    client.set_context(RecordContext(run="r"))
    with pytest.raises(ValueTypeError, match="RecordContext"):
        client.set_context({"run": "s"})  # type: ignore[arg-type]
    with pytest.raises(TooLargeError):
        client.set_context(RecordContext(run="x" * 20_000))
    client.log("a", {}, {})
    assert contexts_of(data / "a.ndjson") == [{"run": "r"}]
    ended = connect("a.ndjson")
    ended.detach()
    with pytest.raises(AttachmentEndedError):
        ended.set_context(RecordContext(run="s"))


def test_an_empty_context_takes_back(raw: Raw, data: Path) -> None:
    """A request without a context is one that says nothing, for all."""
    attachment = raw.initialize("a.ndjson")
    for context in (records_pb2.RecordContext(run="r"), None):
        request = records_pb2.SetContextRequest(attachment=attachment, context=context)
        raw.stub.SetContext(request, timeout=DEADLINE)
        raw.log(attachment)
    assert contexts_of(data / "a.ndjson") == [{"run": "r"}, None]


def test_details_come_back(connect: Connect, raw: Raw, data: Path) -> None:
    """Status, units and limits are in the file, by either way, and are read back as they were."""
    client = connect("a.ndjson")
    details: dict[str, Any] = {"status": "passed", "units": {"v": "V"}}
    client.log("a", {}, {"v": 3.3}, **details, limits={"v": Limits(3, None)})
    request = raw.log_request(raw.initialize("a.ndjson"), "b")
    request.record.outputs["v"].number_value = 3.3
    request.record.status = "passed"
    request.record.units["v"] = "V"
    request.record.limits["v"].low = 3
    raw.stub.LogMeasurementData(request, timeout=DEADLINE)
    for record in client.read():
        assert record.details == ("passed", {"v": "V"}, {"v": Limits(3.0)})
    for line in lines_of(data / "a.ndjson"):
        assert list(line)[-3:] == ["status", "units", "limits"]
        assert line["limits"] == {"v": [3.0, None]}
