"""Delivering requests: only an answer says that something was not done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import pytest

from session_sharing.client.delivery import RecordDelivery
from session_sharing.client.patience import Patience
from session_sharing.client.receipts import Receipt
from session_sharing.client.record_stream import RecordStream
from session_sharing.client.requests import RecordRequest
from session_sharing.errors import ResourceExhaustedError
from session_sharing.wire.failed_call import FailedCall
from session_sharing.wire.generated import records_pb2
from session_sharing.wire.status import error_from_call, error_to_status
from shared.tests.unit.client.sending import batch, make
from shared.tests.unit.client.test_record_stream import Service

FULL = error_to_status(ResourceExhaustedError("Full."))


def call(method: Callable[[], Any], requests: Any, **_: object) -> Any:
    """Call a method as a client does, once."""
    try:
        return method()(requests, timeout=10.0)
    except grpc.RpcError as failure:
        raise error_from_call(failure) from failure


def delivery_of(*answers: Any) -> RecordDelivery:
    """Make a delivery over a stream with these answers."""
    stream = RecordStream(Service(*answers).open, lambda: "the channel", lambda: False)
    return RecordDelivery(stream, call)


def request() -> RecordRequest:
    """Make a request of one record."""
    return RecordRequest(make(1, batch("a"), False), [Receipt(batch("a"), Patience(10.0))])


def test_refusal_that_is_an_answer_was_not_done() -> None:
    """What the service answers with a refusal is not stored."""
    refused = records_pb2.StreamRecordsResponse(first_record_number=1, refusal=FULL)
    with pytest.raises(ResourceExhaustedError) as error:
        delivery_of(refused).deliver([request()])
    assert not error.value.maybe_done


def test_refusal_of_a_whole_stream_may_have_been_done() -> None:
    """A stream that ends with a status says nothing of the requests that were under way."""
    status = FailedCall(grpc.StatusCode.RESOURCE_EXHAUSTED, "Full.")
    with pytest.raises(ResourceExhaustedError, match="unknown") as error:
        delivery_of(status).deliver([request()])
    assert error.value.maybe_done
