"""The stream by which a client logs: requests and their answers, with no call for each."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any, Protocol

import grpc

from session_sharing.client.deadlines import DEADLINES, Deadline
from session_sharing.wire.failed_call import FailedCall
from session_sharing.wire.generated import records_pb2
from session_sharing.wire.status import call_from_status


class AnswerStream(Protocol):
    """What gRPC gives for a call whose requests and answers are streams."""

    def __iter__(self) -> Iterator[records_pb2.StreamRecordsResponse]:
        """Iterate over the answers."""
        ...

    def __next__(self) -> records_pb2.StreamRecordsResponse:
        """Wait for an answer."""
        ...

    def cancel(self) -> bool:
        """Break the call off."""
        ...


class Request(Protocol):
    """What is sent."""

    in_doubt: bool
    """Whether it was sent by a stream that broke, and so may be stored."""

    @property
    def message(self) -> records_pb2.LogRecordsRequest:
        """The message."""
        ...


class RecordStream:
    """Sends requests to log, and waits for the answer to each.

    A call for each request would cost twice as much, for gRPC as for the service. The stream is
    opened with the first request, and anew after it broke or something was refused: then whoever
    calls brings what was not answered again, in its order, and it is sent again.

    One thread at a time calls it, for which the caller takes care; `close` may be called by any.
    `_guard` guards which stream there is, and is held for an instant only.

    Args:
        open_stream: Opens a stream, as a method of the service's stub does.
        channel: Returns the present channel: a stream on another one is dead, and not asked.
        is_broken_off: Tells whether nobody waits any more for an answer; asked from any thread.
    """

    def __init__(
        self,
        open_stream: Callable[[Iterator[Any]], AnswerStream],
        channel: Callable[[], object],
        is_broken_off: Callable[[], bool],
    ) -> None:
        self._open_stream = open_stream
        self._channel = channel
        self._is_broken_off = is_broken_off
        self._opened_on: object = None
        self._sent = 0
        self._guard = threading.Lock()
        self._requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._answers: AnswerStream | None = None

    def __call__(
        self, requests: Sequence[Request], *, timeout: float
    ) -> records_pb2.StreamRecordsResponse:
        """Send what was not sent, and return the answer to the first.

        Args:
            requests: What is not answered, in order: with what was brought before and not answered
                at its beginning.
            timeout: How long to wait for the answer, in seconds.

        Raises:
            grpc.RpcError: As for a call: the service refused it, or did not answer in time, or the
                stream broke. None of the requests is under way any more.
        """
        if self._opened_on is not self._channel():
            self.close()
        answers = self._answers or self._open(requests)
        try:
            end = partial(_cancel, answers)
            with DEADLINES.within(timeout, end, self._is_broken_off) as deadline:
                self._send(requests)
                answer = self._answer(answers, deadline)
        except BaseException:
            self._broke(requests)
            raise
        if answer is None:  # As a service does that stops.
            self._broke(requests)
            raise FailedCall(grpc.StatusCode.UNAVAILABLE, "The service ended the stream.")
        if answer.first_record_number != requests[0].message.first_record_number:
            self._broke(requests)
            raise FailedCall(grpc.StatusCode.UNAVAILABLE, "The answers were out of step.")
        self._sent -= 1
        if answer.HasField("refusal"):
            self._sent = 0  # Nothing of what was sent behind it is stored.
            self.close()
            raise call_from_status(answer.refusal)
        return answer

    def send(self, requests: Sequence[Request]) -> None:
        """Send what was not sent, if that can be done at once; else it is left to the next call.

        Args:
            requests: What is not answered, in order, as for a call.
        """
        if self._answers is None:
            try:
                self._open(requests)
            except ValueError:  # A channel that was closed: who waits for the answer is told.
                return
        self._send(requests)

    def break_off(self, requests: Sequence[Request]) -> None:
        """End the stream, as some of what was sent is not waited for any more.

        Args:
            requests: What is not answered, in order, as for a call.
        """
        self._broke(requests)

    def close(self) -> None:
        """End the stream, if one is open; who waits for an answer is woken as well."""
        with self._guard:
            answers, self._answers = self._answers, None
            self._requests.put(None)
        if answers is not None:
            _cancel(answers)

    def _broke(self, requests: Sequence[Request]) -> None:
        """The stream is no more: what was sent by it may be stored, or not."""
        self.close()
        for request in islice(requests, self._sent):
            request.in_doubt = True
        self._sent = 0

    def _send(self, requests: Sequence[Request]) -> None:
        for request in islice(requests, self._sent, None):
            self._requests.put(request.message)
            self._sent += 1

    def _answer(
        self, answers: AnswerStream, deadline: Deadline
    ) -> records_pb2.StreamRecordsResponse | None:
        """Wait for the next answer; None if the stream ended."""
        try:
            return next(answers, None)
        except BaseException:
            if deadline.is_over:
                late = grpc.StatusCode.DEADLINE_EXCEEDED
                raise FailedCall(late, "The answer did not come in time.") from None
            raise

    def _open(self, waiting: Sequence[Request]) -> AnswerStream:
        self._broke(waiting)
        requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._opened_on = self._channel()
        answers = self._open_stream(iter(requests.get, None))
        with self._guard:
            self._requests, self._answers = requests, answers
        return answers


def _cancel(answers: AnswerStream) -> None:
    """Break a stream off, in a thread of its own: an interrupt may have left gRPC's locks held."""
    threading.Thread(target=answers.cancel, name="cancel stream", daemon=True).start()
