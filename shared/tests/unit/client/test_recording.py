"""Numbering records: what a number is used for, and what errors say of it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from session_sharing.client import RecordingClient
from session_sharing.client.patience import Patience
from session_sharing.client.turns import Turns
from session_sharing.errors import (
    InvalidRequestError,
    ResourceExhaustedError,
    SharingError,
    UnavailableError,
)
from session_sharing.records import Record


class CountingClient(RecordingClient):
    """A client whose calls end as a test says, and which notes what they were for."""

    _stub = SimpleNamespace(LogRecords=None)

    def __init__(self) -> None:
        self._turns, self._next_number, self._level, self._attachment = Turns(), 1, 0, None
        self._wait, self._releasing = 0.05, SimpleNamespace(begun=False)
        self.patiences: list[Patience] = []
        self.failure: SharingError | None = None
        self.calls: list[tuple[int, str]] = []

    def _patience(self, seconds):
        self.patiences.append(Patience(seconds))
        return self.patiences[-1]

    def _call(self, method, request, *, timeout=None, patience=None, named=None):
        assert self.patiences == [patience], "its time ran from its beginning on"
        self.patiences.clear()
        self.calls.append((request.first_record_number, named()))
        if self.failure is not None:
            raise self.failure

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
        (1, "logging record 1 of this client (counted from 1)"),
        (2, "logging records 2 to 4 of this client (counted from 1)"),
    ]


@pytest.mark.parametrize(
    ("failure", "maybe_done", "following"),
    [
        (InvalidRequestError("no"), False, 1),
        (ResourceExhaustedError("full"), True, 2),
        (UnavailableError("away"), False, 2),
    ],
)
def test_a_number_that_may_be_stored_is_not_used_again(failure, maybe_done, following):
    """Only what was surely not stored gives its number back: else a record would pass for it."""
    client = CountingClient()
    failure.maybe_done = maybe_done
    client.failure = failure
    with pytest.raises(type(failure)):
        client.log("a", {}, {})
    client.failure = None
    client.log("b", {}, {})
    assert [number for number, _ in client.calls] == [1, following]


def test_waiting_for_other_callers_takes_of_the_same_time():
    """Who waits for others of its client waits no longer than `wait`, and takes no number."""
    client = CountingClient()
    with (
        client._turns.take(Patience(10.0), str),
        pytest.raises(UnavailableError, match=r"turn in 0.1 s.* nothing was sent. Logging 2 rec"),
    ):
        client.log_many([Record("a", {}, {}), Record("b", {}, {})])
    client.patiences.clear()
    client.log("c", {}, {})
    assert [number for number, _ in client.calls] == [1]
