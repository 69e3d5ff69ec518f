"""How requests with records reach the service: by the stream, repeated as long as not answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from session_sharing.client.failures import REFUSALS, refused_repeat
from session_sharing.client.record_stream import RecordStream
from session_sharing.client.requests import RecordRequest
from session_sharing.records import Acknowledged
from session_sharing.wire.records import acknowledged_from_wire


class RecordDelivery:
    """Delivers requests over whatever link there is. One thread at a time uses it.

    Args:
        stream: Sends requests, and waits for answers.
        call: Calls the service, as `CallsService` does; given the stream as a method.
    """

    def __init__(self, stream: RecordStream, call: Callable[..., Any]) -> None:
        self._stream = stream
        self._call = call

    def send(self, requests: Sequence[RecordRequest]) -> None:
        """Send what was not sent yet, if that can be done at once; it never fails."""
        self._stream.send(requests)

    def break_off(self, requests: Sequence[RecordRequest]) -> None:
        """End what is under way: somebody waits no more for some of it."""
        self._stream.break_off(requests)

    def deliver(self, requests: Sequence[RecordRequest]) -> Acknowledged:
        """Send what was not sent yet, and return what was acknowledged of the first request.

        Raises:
            SharingError: It was refused, or whether it was done is unknown.
        """
        first = requests[0]
        try:
            answer = self._call(
                lambda: self._stream,
                requests,
                patience=first.receipts[-1].patience,
                named=lambda: first.named,
            )
        except REFUSALS as error:
            # Only an answer tells that it was not done; and not of what was sent before as well.
            if first.in_doubt and not error.maybe_done:
                raise refused_repeat(error, lambda: first.named) from error
            raise
        return acknowledged_from_wire(answer.acknowledgement, spooled=answer.spooled)
