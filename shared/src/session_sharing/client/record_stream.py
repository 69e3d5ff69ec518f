"""The stream by which a client logs: a request, then its answer, with no call for each."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from session_sharing.client.deadlines import DEADLINES
from session_sharing.errors import OutcomeUnknownError, UnavailableError
from session_sharing.wire.generated import records_pb2
from session_sharing.wire.status import error_from_status


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
    """

    def __init__(self, open_stream: Callable[[Iterator[Any]], AnswerStream]) -> None:
        self._open_stream = open_stream
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
            SharingError: The service refused it, or did not answer in time.
            grpc.RpcError: The stream broke.
        """
        answers = self._answers or self._open()
        try:
            with DEADLINES.within(timeout, answers.cancel) as deadline:
                self._requests.put(request)
                answer = next(answers, None)
        except BaseException:
            self.close()
            if deadline.is_over:
                raise OutcomeUnknownError(
                    f"The service gave no answer within {timeout:g} s. Whether the records are "
                    "stored is unknown. Look at its log; `python -m session_sharing list` shows "
                    "whether it answers at all."
                ) from None
            raise
        if answer is None:
            self.close()
            raise UnavailableError(
                "The service ended the stream of records, as it does when it stops. Whether the "
                "last records are stored is unknown. Start it again, then initialize again."
            )
        if answer.HasField("refusal"):
            raise error_from_status(answer.refusal)
        return answer

    def close(self) -> None:
        """End the stream, if one is open; a request that waits for its answer ends as well."""
        with self._guard:
            answers, self._answers = self._answers, None
            self._requests.put(None)
        if answers is not None:
            answers.cancel()

    def _open(self) -> AnswerStream:
        requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
        answers = self._open_stream(iter(requests.get, None))
        with self._guard:
            self._requests, self._answers = requests, answers
        return answers
