"""Who sends records: in order, together where they may, and never twice under two numbers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from session_sharing.client.patience import Patience
from session_sharing.client.record_log import RecordLog
from session_sharing.client.sender import WINDOW
from session_sharing.errors import (
    InvalidRequestError,
    OutcomeUnknownError,
    ResourceExhaustedError,
    SharingError,
    UnavailableError,
)
from session_sharing.records import Batch
from shared.tests.unit.client.sending import DEADLINE, DONE, Gate, Service, batch, in_threads, make


def log_of(service: Service, seconds: float = DEADLINE) -> RecordLog:
    """Make the log of a client."""
    return RecordLog(make, service, lambda: Patience(seconds))


def refuse(*bad: str, error: SharingError) -> Callable[[list[str]], None]:
    """Refuse requests in which one of these is."""

    def decide(names: list[str]) -> None:
        if set(bad) & set(names):
            raise error

    return decide


def test_one_caller_waits_for_nobody() -> None:
    """Each record of one thread is a request of its own, and is acknowledged when it returns."""
    service = Service()
    log = log_of(service)
    assert [log.log_one(batch(name)) for name in "abc"] == [DONE] * 3
    assert service.asked == [(1, ["a"]), (2, ["b"]), (3, ["c"])]


def test_what_threads_log_meanwhile_travels_together() -> None:
    """Records that wait for an answer to another share the next request."""
    gate = Gate()
    service = Service(gate)
    log = log_of(service)
    threads = in_threads([lambda: log.log_one(batch("first"))])
    assert gate.entered.wait(DEADLINE)
    threads += in_threads([lambda name=name: log.log_one(batch(name)) for name in "abcdef"])  # type: ignore[misc]
    waits = threading.Event()
    while len(log._sender._waiting._receipts) < 6:
        waits.wait(0.001)
    gate.go_on.set()
    for thread in threads:
        thread.join(DEADLINE)
    assert [number for number, _ in service.asked] == [1, 2]
    assert sorted(service.asked[1][1]) == list("abcdef")


def test_what_is_wrong_with_one_record_is_no_fault_of_others() -> None:
    """A shared request that is refused because of one record stores the others nevertheless."""
    gate = Gate()
    bad = refuse("c", error=InvalidRequestError("c has no place."))
    service = Service(lambda names: (gate(names), bad(names))[1])  # type: ignore[func-returns-value]
    log = log_of(service)
    threads = in_threads([lambda: log.log_one(batch("first"))])
    assert gate.entered.wait(DEADLINE)
    receipts = [log.log_soon(batch(name)) for name in "abcde"]
    gate.go_on.set()
    for thread in threads:
        thread.join(DEADLINE)
    with pytest.raises(InvalidRequestError, match="c has no place"):
        log.flush()
    assert [receipt.outcome == DONE for receipt in receipts] == [True, True, False, True, True]
    assert service.stored == ["first", *"abde"]
    assert [number for number, names in service.asked if names == ["d"]] == [5]


def test_parts_of_one_call_end_with_the_first_that_fails() -> None:
    """What stands before a refused part is logged; it and what stands behind it is not."""
    service = Service(refuse("3", error=ResourceExhaustedError("Full.")))
    log = log_of(service)
    with pytest.raises(ResourceExhaustedError):
        log.log_all(batch(str(number)) for number in range(2 * WINDOW))
    assert service.stored == ["0", "1", "2"]
    assert service.most_under_way == WINDOW
    service.decide = lambda names: None
    assert log.log_all(batch(name) for name in "xyz") == DONE
    assert service.asked[-3:] == [(4, ["x"]), (5, ["y"]), (6, ["z"])], "none has used a number"


def test_a_number_that_may_be_stored_is_not_used_again() -> None:
    """Only what was surely not stored gives its number back: else a record would pass for it."""
    maybe = ResourceExhaustedError("Full.")
    maybe.maybe_done = True
    service = Service(refuse("a", error=maybe))
    log = log_of(service)
    for error in (maybe, OutcomeUnknownError("No answer."), UnavailableError("Away.")):
        service.decide = refuse("a", error=error)
        with pytest.raises(type(error)):
            log.log_one(batch("a"))
    log.log_one(batch("b"))
    assert [number for number, _ in service.asked] == [1, 2, 3, 4]


def test_who_waits_behind_others_waits_no_longer_than_its_time() -> None:
    """Who is out of patience before its turn is told that nothing was sent; others go on."""
    gate = Gate()
    service = Service(gate)
    log = log_of(service)
    threads = in_threads([lambda: log.log_one(batch("first"))])
    assert gate.entered.wait(DEADLINE)
    log._new_patience = lambda: Patience(0.05)
    with pytest.raises(UnavailableError, match=r"turn in 0.1 s.*nothing was sent. Logging 2 rec"):
        log.log_one(batch("a", "b"))
    gate.go_on.set()
    threads[0].join(DEADLINE)
    log.log_one(batch("c"))
    assert service.asked == [(1, ["first"]), (2, ["c"])]


def test_an_interrupted_caller_leaves_nothing_behind() -> None:
    """What Ctrl-C cut short is not sent by the next call, under whatever number."""
    service = Service(lambda names: (_ for _ in ()).throw(KeyboardInterrupt))
    log = log_of(service)
    with pytest.raises(KeyboardInterrupt):
        log.log_all(batch(name) for name in "abc")
    service.decide = lambda names: None
    log.log_one(batch("d"))
    assert service.stored == ["d"]
    assert service.asked[-1][0] > 1


def test_who_waits_for_an_interrupted_record_is_told() -> None:
    """A flush of another thread ends when the caller of the last record is interrupted."""
    gate, flushed = Gate(), threading.Event()

    def interrupted(names: list[str]) -> None:
        gate(names)
        raise KeyboardInterrupt

    log = log_of(Service(interrupted))

    def work() -> None:
        with pytest.raises(KeyboardInterrupt):
            log.log_one(batch("a"))

    threads = in_threads([work])
    assert gate.entered.wait(DEADLINE)
    threads += in_threads([lambda: (log.flush(), flushed.set())])
    gate.go_on.set()
    assert flushed.wait(DEADLINE)
    for thread in threads:
        thread.join(DEADLINE)


def test_an_interrupted_leader_leads_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever an interrupt meets a caller, the next one is not kept waiting."""
    service = Service()
    log = log_of(service)

    def interrupted(wanted: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(log._sender, "_lead", interrupted)
        with pytest.raises(KeyboardInterrupt):
            log.log_one(batch("a"))
    assert log.log_one(batch("b")) == DONE
    assert service.stored == ["b"]


def test_what_stands_before_a_failure_of_the_caller_is_logged() -> None:
    """A generator that raises ends the call; the parts that it has yielded are logged."""
    service = Service()

    def parts() -> Iterator[Batch]:
        yield batch("a")
        yield batch("b")
        raise LookupError("no more")

    with pytest.raises(LookupError):
        log_of(service).log_all(parts())
    assert service.stored == ["a", "b"]
