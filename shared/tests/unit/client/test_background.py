"""Records that no caller waits for: sent together, soon, bounded, and told of."""

from __future__ import annotations

import threading

import pytest

from session_sharing.client import background, record_log
from session_sharing.client.patience import Patience
from session_sharing.client.record_log import RecordLog
from session_sharing.errors import ResourceExhaustedError, UnavailableError
from shared.tests.unit.client.sending import DEADLINE, DONE, Gate, Service, batch, make


def log_of(service: Service, seconds: float = DEADLINE) -> RecordLog:
    """Make the log of a client."""
    return RecordLog(make, service, lambda: Patience(seconds))


def test_records_linger_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is logged within the linger travels in one request, without anybody asking."""
    monkeypatch.setattr(background, "LINGER_SECONDS", DEADLINE)
    service = Service()
    log = log_of(service)
    receipts = [log.log_soon(batch(name)) for name in "abc"]
    assert service.asked == []
    assert [receipt.wait() for receipt in receipts] == [DONE] * 3, "asking ends the linger"
    assert service.asked == [(1, ["a", "b", "c"])]


def test_records_are_sent_by_themselves() -> None:
    """Nobody has to flush: a record is under way within milliseconds."""
    arrived = threading.Event()
    service = Service(lambda names: arrived.set())
    log_of(service).log_soon(batch("a"))
    assert arrived.wait(DEADLINE)


def test_order_is_that_of_the_calls() -> None:
    """A record that is waited for stands behind those that were logged soon before it."""
    service = Service()
    log = log_of(service)
    log.log_soon(batch("a"))
    log.log_one(batch("b"))
    log.log_soon(batch("c"))
    log.log_all([batch("d"), batch("e")])
    assert service.stored == list("abcde")


def test_what_waits_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who logs faster than the service stores has to wait, and is told when that takes too long."""
    monkeypatch.setattr(record_log, "MOST_WAITING", 20)
    gate = Gate()
    service = Service(gate)
    log = log_of(service, seconds=0.2)
    log.log_soon(batch("a"))
    assert gate.entered.wait(DEADLINE)
    waiting = [log.log_soon(batch(name)) for name in "bcde"]
    with pytest.raises(UnavailableError, match=r"nothing was sent\. Logging 1 rec"):
        log.log_soon(batch("f"))
    gate.go_on.set()
    log.catch_up()
    assert all(receipt.is_settled for receipt in waiting)
    assert "f" not in service.stored


def test_wait_for_a_receipt_has_an_end() -> None:
    """Who waits for a record for a while is told that it is under way still."""
    gate = Gate()
    log = log_of(Service(gate))
    receipt = log.log_soon(batch("a"))
    with pytest.raises(UnavailableError, match="not acknowledged yet"):
        receipt.wait(0.01)
    gate.go_on.set()
    assert receipt.wait() == DONE


def test_no_thread_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no thread can be started nothing is put in line, and that is told."""

    def no_thread(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    service = Service()
    log = log_of(service)
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", no_thread)
        with pytest.raises(ResourceExhaustedError, match="Nothing was logged"):
            log.log_soon(batch("a"))
    log.log_soon(batch("b"))
    log.flush()
    assert service.stored == ["b"]


def test_thread_ends_with_the_client() -> None:
    """A client that was released leaves no thread behind."""
    log = log_of(Service())
    log.log_soon(batch("a"))
    thread = log._background._thread
    assert thread is not None
    log.flush()
    log.end()
    thread.join(DEADLINE)
    assert not thread.is_alive()
