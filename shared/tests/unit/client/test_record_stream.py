"""The stream that records go by: in step, or given up; never an answer of another request."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from session_sharing.client.deadlines import DEADLINES
from session_sharing.client.failures import is_unanswered
from session_sharing.client.record_stream import RecordStream
from session_sharing.client.requests import RecordRequest
from session_sharing.errors import InvalidRequestError
from session_sharing.wire.failed_call import FailedCall
from session_sharing.wire.generated import records_pb2
from session_sharing.wire.status import error_from_call, error_to_status, is_told

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


def stream_of(service: Service) -> RecordStream:
    """Make a stream of a client whose channel stays, and which is not broken off."""
    return RecordStream(service.open, lambda: "the channel", lambda: False)


def request(number: int) -> RecordRequest:
    """Make a request."""
    return RecordRequest(records_pb2.LogRecordsRequest(first_record_number=number), [])


def numbers(stream: Answers) -> list[int]:
    """Return what was sent by a stream that has ended."""
    return [sent.first_record_number for sent in stream.requests]


def stored(number: int) -> records_pb2.StreamRecordsResponse:
    """Make an answer."""
    return records_pb2.StreamRecordsResponse(first_record_number=number)


def test_one_stream_serves_many_requests() -> None:
    """Requests go by one stream, each with its own answer, until it is closed."""
    service = Service(stored(1), stored(2))
    stream = stream_of(service)
    answers = [stream([request(number)], timeout=DEADLINE) for number in (1, 2)]
    stream.close()
    assert [answer.first_record_number for answer in answers] == [1, 2]
    assert [sent.first_record_number for sent in service.streams[0].requests] == [1, 2]
    assert len(service.streams) == 1
    assert service.streams[0].cancelled.wait(DEADLINE)


def test_refusal_is_raised_and_ends_the_stream() -> None:
    """A refused request fails as a call would; what was sent behind it is sent anew."""
    refusal = error_to_status(InvalidRequestError("No.", size=3))
    no = records_pb2.StreamRecordsResponse(first_record_number=1, refusal=refusal)
    service = Service(no)
    stream, behind = stream_of(service), request(2)
    with pytest.raises(FailedCall) as refused:
        stream([request(1), behind], timeout=DEADLINE)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert is_told(refused.value)
    error = error_from_call(refused.value)
    assert (type(error), error.message, error.size) == (InvalidRequestError, "No.", 3)
    service._answers = (stored(2),)
    assert stream([behind], timeout=DEADLINE).first_record_number == 2
    assert not behind.in_doubt, "behind a refused one nothing is stored"
    stream.close()
    assert [numbers(each) for each in service.streams] == [[1, 2], [2]]


def test_several_are_under_way() -> None:
    """What is sent is not sent again, and each answer is that of the oldest."""
    service = Service(stored(1), stored(2), stored(3))
    stream, requests = stream_of(service), deque(map(request, (1, 2, 3)))
    for number in (1, 2, 3):
        assert stream(requests, timeout=DEADLINE).first_record_number == number
        requests.popleft()
    requests.append(request(4))
    stream.send(requests)
    stream.close()
    assert numbers(service.streams[0]) == [1, 2, 3, 4]


def test_to_send_opens_a_stream() -> None:
    """What is sent before anybody waits is on its way, and is not sent again by who waits."""
    service = Service(stored(1))
    stream, requests = stream_of(service), [request(1)]
    stream.send(requests)
    stream(requests, timeout=DEADLINE)
    stream.close()
    assert numbers(service.streams[0]) == [1]
    assert len(service.streams) == 1


def test_closed_channel_is_left_to_who_waits() -> None:
    """Where no stream can be opened nothing is sent, and nothing fails before somebody waits."""

    def closed(requests: Iterator[Any]) -> Any:
        raise ValueError("Cannot invoke RPC on closed channel!")

    stream, requests = RecordStream(closed, lambda: "the channel", lambda: False), [request(1)]
    stream.send(requests)
    with pytest.raises(ValueError, match="closed channel"):
        stream(requests, timeout=DEADLINE)
    assert not requests[0].in_doubt


@pytest.mark.parametrize("broken", [END, ConnectionError("gone")])
def test_what_a_broken_stream_has_sent_is_in_doubt(broken: Any) -> None:
    """All that was sent by a stream that broke may be stored; what was not sent is not."""
    service = Service(stored(1), broken)
    stream, requests = stream_of(service), [request(number) for number in (1, 2, 3)]
    stream(requests[:2], timeout=DEADLINE)
    with pytest.raises((FailedCall, ConnectionError)):
        stream(requests[1:2], timeout=DEADLINE)
    assert [each.in_doubt for each in requests] == [False, True, False]


@pytest.mark.parametrize(
    ("broken", "told"), [(END, FailedCall), (ConnectionError("gone"), ConnectionError)]
)
def test_broken_stream_is_replaced(broken: Any, told: type[Exception]) -> None:
    """After a stream ended or broke the next request opens another one."""
    service = Service(broken)
    stream = stream_of(service)
    for _ in range(2):
        with pytest.raises(told) as failure:
            stream([request(1)], timeout=DEADLINE)
    assert told is ConnectionError or is_unanswered(failure.value)  # It may be repeated.
    assert len(service.streams) == 2


def test_late_answer_goes_to_nobody() -> None:
    """No answer in time is no answer; one that comes later is not taken for the next one's."""
    service = Service()
    stream = stream_of(service)
    with pytest.raises(FailedCall) as late:
        stream([request(1)], timeout=0.01)
    assert late.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert not is_unanswered(late.value)
    service.streams[0].given.put(stored(1))
    service._answers = (stored(2),)
    assert stream([request(2)], timeout=DEADLINE).first_record_number == 2


def test_stream_that_cannot_be_watched_tells_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no thread can be started for the time-out, that is raised, and nothing was sent."""
    service = Service(stored(1))
    stream = stream_of(service)

    def no_thread(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(DEADLINES, "within", no_thread)
    with pytest.raises(RuntimeError, match="can't start"):
        stream([request(1)], timeout=DEADLINE)
    assert service.streams[0].cancelled.wait(DEADLINE)
    assert list(service.streams[0].requests) == []


def test_answer_to_another_request_is_not_taken() -> None:
    """Answers out of step break the stream: what was sent is in doubt, and sent again."""
    service = Service(stored(7))
    stream, requests = stream_of(service), [request(1)]
    with pytest.raises(FailedCall) as failure:
        stream(requests, timeout=DEADLINE)
    assert is_unanswered(failure.value)
    assert requests[0].in_doubt
    service._answers = (stored(1),)
    assert stream(requests, timeout=DEADLINE).first_record_number == 1


def test_what_is_waited_for_no_more_ends_the_stream() -> None:
    """After an interrupt nothing that was sent before is taken for what is sent later."""
    service = Service(stored(1), stored(2))
    stream, requests = stream_of(service), [request(1), request(2)]
    stream(requests, timeout=DEADLINE)
    stream.break_off(requests[1:])
    assert requests[1].in_doubt
    service._answers = (stored(2),)
    stream([request(2)], timeout=DEADLINE)
    assert len(service.streams) == 2


def test_stream_of_an_old_channel_is_not_asked() -> None:
    """After the service was found anew, nothing is sent over the channel of before."""
    service, channel = Service(stored(1)), ["first"]
    stream = RecordStream(service.open, lambda: channel[0], lambda: False)
    stream([request(1)], timeout=DEADLINE)
    channel[0] = "second"
    service._answers = (stored(2),)
    stream([request(2)], timeout=DEADLINE)
    old, new = service.streams
    assert old.cancelled.wait(DEADLINE)
    assert [sent.first_record_number for sent in old.requests] == [1]
    stream.close()
    assert [sent.first_record_number for sent in new.requests] == [2]


def test_answer_that_nobody_waits_for_any_more() -> None:
    """Who gives up while a frozen service is silent need not wait for the end of the time."""
    service, given_up = Service(), threading.Event()
    stream = RecordStream(service.open, lambda: "the channel", given_up.is_set)
    given_up.set()
    with pytest.raises(ConnectionError, match="cancelled"):
        stream([request(1)], timeout=DEADLINE)
