"""What tests of sending records have in common: batches of names, services, and threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence

from session_sharing.client.requests import RecordRequest
from session_sharing.records import AckLevel, Acknowledged, Batch
from session_sharing.wire.generated import records_pb2

DEADLINE = 20.0
DONE = Acknowledged(AckLevel.DISK)


def batch(*names: str) -> Batch:
    """Make a batch whose rows are names."""
    return Batch(len(names), ("[" + ",".join(f'"{name}"' for name in names) + "]").encode())


def names_of(request: RecordRequest) -> list[str]:
    """Return the names in a request."""
    return [name.strip('"') for name in request.message.records_json.decode()[1:-1].split(",")]


def make(first: int, records: Batch, more: bool) -> records_pb2.LogRecordsRequest:
    """Make a message."""
    return records_pb2.LogRecordsRequest(
        first_record_number=first,
        count=records.count,
        records_json=records.records_json,
        more_follows=more,
    )


class Service:
    """Stores what is delivered, unless a test says otherwise, and notes it.

    Args:
        decide: Given the names of a request, raises what it is answered with.
    """

    def __init__(self, decide: Callable[[list[str]], None] = lambda names: None) -> None:
        self.decide = decide
        self.asked: list[tuple[int, list[str]]] = []
        self.stored: list[str] = []
        self.most_under_way = 0

    def send(self, requests: Sequence[RecordRequest]) -> None:
        """Note how many are under way."""
        self.most_under_way = max(self.most_under_way, len(requests))

    def break_off(self, requests: Sequence[RecordRequest]) -> None:
        """Nothing is under way."""

    def deliver(self, requests: Sequence[RecordRequest]) -> Acknowledged:
        """Store the first."""
        self.send(requests)
        names = names_of(requests[0])
        self.asked.append((requests[0].message.first_record_number, names))
        self.decide(names)
        self.stored += names
        return DONE


class Gate:
    """Holds the first delivery up until others wait."""

    def __init__(self) -> None:
        self.entered, self.go_on = threading.Event(), threading.Event()

    def __call__(self, names: list[str]) -> None:
        """Wait, the first time."""
        if not self.entered.is_set():
            self.entered.set()
            assert self.go_on.wait(DEADLINE)


def in_threads(works: Iterable[Callable[[], object]]) -> list[threading.Thread]:
    """Start threads."""
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    return threads
