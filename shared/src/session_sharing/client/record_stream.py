"""The stream by which a client logs: a request, then its answer, with no call for each."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
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


class RecordStream:
    """Sends requests to log, and waits for the answer to each.

    A call for each request would cost twice as much, for gRPC as for the service. The stream is
    opened with the first request, and anew after it broke: then the answer to the request that was
    under way is lost.

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
        self._guard = threading.Lock()
        self._requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._answers: AnswerStream | None = None

    def __call__(
        self, request: records_pb2.LogRecordsRequest, *, timeout: float
    ) -> records_pb2.StreamRecordsResponse:
        """Send a request and return its answer.

        Args:
            request: The request.
            timeout: How long to wait for the answer, in seconds.

        Raises:
            grpc.RpcError: As for a call: the service refused it, or did not answer in time, or the
                stream broke.
        """
        if self._opened_on is not self._channel():
            self.close()
        answers = self._answers or self._open()
        try:
            with DEADLINES.within(timeout, answers.cancel, self._is_broken_off) as deadline:
                answer = self._ask(answers, request, deadline)
        except BaseException:
            self.close()
            raise
        if answer is None:  # As a service does that stops.
            self.close()
            raise FailedCall(grpc.StatusCode.UNAVAILABLE, "The service ended the stream.")
        if answer.HasField("refusal"):
            raise call_from_status(answer.refusal)
        return answer

    def close(self) -> None:
        """End the stream, if one is open; a request that waits for its answer ends as well."""
        with self._guard:
            answers, self._answers = self._answers, None
            self._requests.put(None)
        if answers is not None:
            answers.cancel()

    def _ask(
        self, answers: AnswerStream, request: records_pb2.LogRecordsRequest, deadline: Deadline
    ) -> records_pb2.StreamRecordsResponse | None:
        """Send a request and return its answer; None if the stream ended."""
        self._requests.put(request)
        try:
            return next(answers, None)
        except BaseException:
            if deadline.is_over:
                late = grpc.StatusCode.DEADLINE_EXCEEDED
                raise FailedCall(late, "The answer did not come in time.") from None
            raise

    def _open(self) -> AnswerStream:
        requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._opened_on = self._channel()
        answers = self._open_stream(iter(requests.get, None))
        with self._guard:
            self._requests, self._answers = requests, answers
        return answers
