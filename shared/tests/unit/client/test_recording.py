"""A client that logs: what is encoded, what errors call it, and what a release waits for."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from session_sharing.client import RecordingClient
from session_sharing.client.delivery import RecordDelivery
from session_sharing.client.patience import Patience
from session_sharing.client.record_log import RecordLog
from session_sharing.core import Outcome, Released, ReleaseMode
from session_sharing.errors import AttachmentEndedError, InvalidRequestError, ValueTypeError
from session_sharing.records import AckLevel, Acknowledged, Record
from session_sharing.wire.generated import records_pb2

DISK = records_pb2.ACKNOWLEDGEMENT_LEVEL_DISK


class CountingClient(RecordingClient):
    """A client whose calls end as a test says, and which notes what they were for."""

    _stub = SimpleNamespace(LogRecords=None)

    def __init__(self) -> None:
        self._level, self._attachment = 0, None
        self._wait, self._releasing = 20.0, SimpleNamespace(begun=False, release=self.released_as)
        self._connection = SimpleNamespace(refuse_after_fork=lambda: None)
        self._records = SimpleNamespace(send=lambda requests: None, close=lambda: None)
        self._delivery = RecordDelivery(self._records, self._call)
        self._log = RecordLog(self._message, self._delivery, lambda: Patience(self._wait))
        self._is_given_back, self._response = True, SimpleNamespace(new_session=True)
        self.answer = records_pb2.StreamRecordsResponse(acknowledgement=DISK)
        self.failure: Exception | None = None
        self.calls: list[str] = []
        self.rows: list[Any] = []

    def _call(self, method, request, *, timeout=None, patience=None, named=None):
        self.calls.append(named())
        if self.failure is not None:
            raise self.failure
        self.rows += orjson.loads(request[0].message.records_json)
        return self.answer

    def _connected(self, mode):
        return threading.Lock()

    def released_as(self, mode, **_):
        """Be released."""
        self.calls.append(f"release {mode.name}")
        self._releasing.begun = True
        return Released(Outcome.CLOSED)

    def _call_initialize(self, request, timeout):
        raise NotImplementedError

    def _call_close(self, request, timeout):
        raise NotImplementedError


def test_a_call_is_named_by_its_records():
    """Errors say which records they are about, by the numbers that this client counts."""
    client = CountingClient()
    client.log("a", {}, {})
    client.log_many(Record("b", {}, {}) for _ in range(3))
    assert client.calls == [
        "logging record 1 of this client (counted from 1)",
        "logging records 2 to 4 of this client (counted from 1)",
    ]


@pytest.mark.parametrize("spooled", [False, True])
def test_what_was_acknowledged_is_told(spooled):
    """A caller is told how safe its records are, and whether they wait for a database."""
    client = CountingClient()
    client.answer.spooled = spooled
    reached = Acknowledged(AckLevel.DISK, spooled)
    assert client.log("a", {}, {}) == reached
    assert client.log_many([Record("b", {}, {})] * 2) == reached
    assert client.log_soon("c", {}, {}).wait() == reached
    assert client.log_many([]) == Acknowledged(AckLevel.DISK)


def test_values_are_read_before_log_soon_returns():
    """A caller may change its dicts at once: what was logged is what they held."""
    client, outputs = CountingClient(), {}
    for number in range(3):
        outputs["n"] = number
        client.log_soon("a", {}, outputs)
    client.flush()
    assert [row[3] for row in client.rows] == [{"n": 0}, {"n": 1}, {"n": 2}]


def test_what_is_wrong_with_a_value_is_told_at_once():
    """A value that has no place in a record is refused where it is logged, not by a flush."""
    client = CountingClient()
    with pytest.raises(ValueTypeError, match="/measurement_outputs/x"):
        client.log_soon("a", {}, {"x": object()})
    client.flush()
    assert client.calls == []


def test_flush_tells_of_what_nobody_waited_for():
    """The first failure is raised, with how many there were; once, and each receipt knows it."""
    client = CountingClient()
    client.failure = InvalidRequestError("No.")
    receipts = [client.log_soon("a", {}, {}) for _ in range(3)]
    with pytest.raises(InvalidRequestError, match=r"No. 2 more calls of `log_soon` failed"):
        client.flush()
    client.flush()
    for receipt in receipts:
        with pytest.raises(InvalidRequestError, match=r"No\."):
            receipt.wait()


@pytest.mark.parametrize("failure", [None, InvalidRequestError("No.")])
def test_release_waits_for_what_was_logged(failure):
    """A release comes behind all records; that some were not logged is raised after it."""
    client = CountingClient()
    client.failure = failure
    receipt = client.log_soon("a", {}, {})
    if failure is None:
        assert client._release(ReleaseMode.BY_BEHAVIOR).outcome is Outcome.CLOSED
    else:
        with pytest.raises(InvalidRequestError):
            client._release(ReleaseMode.BY_BEHAVIOR)
    assert receipt.is_settled
    assert client.calls[-1] == "release BY_BEHAVIOR"
    with pytest.raises(AttachmentEndedError):
        client.log_soon("b", {}, {})
