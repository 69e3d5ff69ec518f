"""One run of a measurement, as its caller sees it."""

from __future__ import annotations

import threading
from concurrent.futures import TimeoutError as NotInTimeError
from types import SimpleNamespace

import grpc
import pytest

from measurement_support.client import Call
from session_sharing.errors import InternalError
from session_sharing.wire.failed_call import FailedCall


class Stream:
    """The answers of a plug-in, which come when the test lets them."""

    def __init__(self, *answers: object) -> None:
        self.go, self.cancelled = threading.Event(), False
        self._answers = answers

    def cancel(self) -> None:
        """End without an answer."""
        self.cancelled = True
        self.go.set()

    def __iter__(self):
        assert self.go.wait(10.0)
        if self.cancelled:
            raise grpc.RpcError
        for answer in self._answers:
            if isinstance(answer, Exception):
                raise answer
            yield SimpleNamespace(outputs=SimpleNamespace(value=answer))


DECODED = SimpleNamespace(decode=lambda encoded: {"decoded": encoded})


def test_the_last_answer_counts():
    """A measurement that tells of its progress has the outputs of its last answer; again too."""
    stream = Stream(b"half", b"whole")
    call = Call("test", stream, DECODED)
    assert not call.done()
    stream.go.set()
    assert call.result(10.0) == {"decoded": b"whole"}
    assert call.done()
    assert call.result() == {"decoded": b"whole"}


def test_waiting_may_end_before_the_run():
    """Who does not want to wait longer gets an error, and the run goes on."""
    stream = Stream(b"late")
    call = Call("test", stream, DECODED)
    with pytest.raises(NotInTimeError):
        call.result(0.01)
    stream.go.set()
    assert call.result(10.0) == {"decoded": b"late"}


def test_cancelling_reaches_the_plug_in():
    """A cancelled run has no outputs; the error is that of the call."""
    call = Call("test", stream := Stream(b"never"), DECODED)
    call.cancel()
    with pytest.raises(grpc.RpcError):
        call.result(10.0)
    assert stream.cancelled


def test_no_answer_is_an_error():
    """A plug-in that ends without outputs is not taken for one that had none to give."""
    call = Call("test", stream := Stream(), DECODED)
    stream.go.set()
    with pytest.raises(InternalError, match="without an answer"):
        call.result(10.0)


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("Stream removed (Socket closed)", True),
        ("failed to connect to all addresses; last error: UNKNOWN: Connection refused", True),
        ("The measurement plug-in output_voltage is stopping.", False),
        ("NI-DMM: NI gRPC Device Server is gone (Failed to connect to server).", False),
    ],
)
def test_a_lost_connection_is_told_with_its_plug_in(text, is_told):
    """Who loses a plug-in in the middle learns which one, and that records may be logged.

    What a plug-in tells itself is left as it is.
    """
    stream = Stream(b"half", FailedCall(grpc.StatusCode.UNAVAILABLE, text))
    stream.go.set()
    with pytest.raises(grpc.RpcError) as caught:
        Call("test", stream, DECODED, "The plug-in test at here:1").result(10.0)
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    found = caught.value.details()
    assert found.startswith("The plug-in test at here:1 does not answer") == is_told
    assert ("may have logged records" in found) == is_told
    assert text in found
