"""One run of a measurement, as its caller sees it."""

from __future__ import annotations

import threading
from concurrent.futures import TimeoutError as NotInTimeError
from types import SimpleNamespace

import grpc
import pytest

from measurement_support.client import Call
from session_sharing.errors import InternalError


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
