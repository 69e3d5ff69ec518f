"""The stream that records go by: in step, or given up; never an answer of another request."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from session_sharing.client.record_stream import RecordStream
from session_sharing.errors import InvalidRequestError, OutcomeUnknownError, UnavailableError
from session_sharing.wire.generated import records_pb2
from session_sharing.wire.status import error_to_status

DEADLINE = 10.0  # seconds
END = None


class Answers:
    """A stream whose answers a test gives; cancelled, it breaks."""

    def __init__(self, requests: Iterator[Any]) -> None:
        self.requests = requests
        self.given: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.cancelled = threading.Event()

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        answer = self.given.get(timeout=DEADLINE)
        if isinstance(answer, BaseException):
            raise answer
        if answer is END:
            raise StopIteration
        return answer

    def cancel(self) -> bool:
        """Break off."""
        self.cancelled.set()
        self.given.put(ConnectionError("cancelled"))
        return True


class Service:
    """Opens streams and keeps them."""

    def __init__(self, *answers: Any) -> None:
        self.streams: list[Answers] = []
        self._answers = answers

    def open(self, requests: Iterator[Any]) -> Answers:
        """Open one more."""
        stream = Answers(requests)
        self.streams.append(stream)
        for answer in self._answers:
            stream.given.put(answer)
        return stream


def request(number: int) -> records_pb2.LogRecordsRequest:
    """Make a request."""
    return records_pb2.LogRecordsRequest(first_record_number=number)


def stored(number: int) -> records_pb2.StreamRecordsResponse:
    """Make an answer."""
    return records_pb2.StreamRecordsResponse(first_record_number=number)


def test_one_stream_serves_many_requests() -> None:
    """Requests go by one stream, each with its own answer, until it is closed."""
    service = Service(stored(1), stored(2))
    stream = RecordStream(service.open)
    answers = [stream(request(number), timeout=DEADLINE) for number in (1, 2)]
    stream.close()
    assert [answer.first_record_number for answer in answers] == [1, 2]
    assert [sent.first_record_number for sent in service.streams[0].requests] == [1, 2]
    assert len(service.streams) == 1
    assert service.streams[0].cancelled.is_set()


def test_refusal_is_raised_and_the_stream_goes_on() -> None:
    """A refused request raises what the service raised; the next goes by the same stream."""
    refusal = error_to_status(InvalidRequestError("No.", size=3))
    service = Service(records_pb2.StreamRecordsResponse(refusal=refusal), stored(1))
    stream = RecordStream(service.open)
    with pytest.raises(InvalidRequestError, match="No") as refused:
        stream(request(1), timeout=DEADLINE)
    assert refused.value.size == 3
    assert stream(request(1), timeout=DEADLINE).first_record_number == 1
    assert len(service.streams) == 1


@pytest.mark.parametrize(
    ("broken", "told"), [(END, UnavailableError), (ConnectionError("gone"), ConnectionError)]
)
def test_broken_stream_is_replaced(broken: Any, told: type[Exception]) -> None:
    """After a stream ended or broke the next request opens another one."""
    service = Service(broken)
    stream = RecordStream(service.open)
    for _ in range(2):
        with pytest.raises(told):
            stream(request(1), timeout=DEADLINE)
    assert len(service.streams) == 2


def test_late_answer_is_unknown_and_goes_to_nobody() -> None:
    """No answer in time means unknown; one that comes later is not taken for the next one's."""
    service = Service()
    stream = RecordStream(service.open)
    with pytest.raises(OutcomeUnknownError, match=r"no answer within 0\.01 s"):
        stream(request(1), timeout=0.01)
    service.streams[0].given.put(stored(1))
    service._answers = (stored(2),)
    assert stream(request(2), timeout=DEADLINE).first_record_number == 2
