"""A spool in memory: who may store now, how much there is, and that it is bounded."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from db_writer.service.spool import spool as module
from db_writer.service.spool.spool import Spool
from services.db_writer.tests.looking import until
from services.db_writer.tests.unit.spool.spooling import DEADLINE, entry, new_file
from session_sharing.errors import ResourceExhaustedError, UnavailableError
from session_sharing.information import Backlog
from session_sharing.service import StoreError

LIMIT = 2000


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    """Return an empty spool with a small limit."""
    spool = Spool(new_file(tmp_path), LIMIT)
    yield spool
    spool.file.close()


def is_direct(spool: Spool) -> bool:
    """Say whether the writer may store directly."""
    with spool.direct() as granted:
        return granted


def deliver(spool: Spool) -> None:
    """Take out what waits longest, as if it was delivered."""
    batch = spool.file.oldest()
    assert batch
    spool.reached(0)
    spool.settle(batch, [])


def test_nothing_is_stored_directly_while_something_waits(spool: Spool) -> None:
    """What comes later goes behind what waits, until the last of it is delivered."""
    assert is_direct(spool)
    spool.is_away("It is away.")
    assert not is_direct(spool)
    spool.put([entry("a"), entry("b", attachment="other")])
    assert not is_direct(spool)
    spool.reached(0)
    assert not is_direct(spool), "it is back, and the records wait still"
    deliver(spool)
    assert is_direct(spool)


def test_what_waits_from_before_comes_first(spool: Spool, tmp_path: Path) -> None:
    """After a restart of the service nothing overtakes what waits since the last run."""
    spool.put([entry("a")])
    again = Spool(new_file(tmp_path), LIMIT)
    assert again.is_due
    assert not is_direct(again)
    assert "not reached yet" in again.backlog().reason
    deliver(again)
    assert is_direct(again)
    again.file.close()


def test_delivery_waits_for_who_stores_directly(spool: Spool) -> None:
    """The two never store at once: the delivery begins when the transaction has ended."""
    with spool.direct() as granted:
        assert granted
        spool.is_away("It is away.")
        assert not spool.alone(0.0)
    assert spool.alone(0.0)


def test_delivery_comes_to_its_end_under_load(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At its last records who stores waits a moment, and then stores directly."""
    monkeypatch.setattr(module, "TURN_SECONDS", DEADLINE)
    spool.put([entry("a")])
    spool.reached(0)
    found: list[bool] = []
    storing = threading.Thread(target=lambda: found.append(is_direct(spool)), name="writer")
    storing.start()
    deliver(spool)
    storing.join(DEADLINE)
    assert found == [True]


def test_nobody_waits_for_a_delivery_that_fails(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the database goes away meanwhile, who waits for the delivery's end goes on at once."""
    monkeypatch.setattr(module, "TURN_SECONDS", 2 * DEADLINE)
    spool.put([entry("a")])
    spool.reached(0)
    found: list[bool] = []
    storing = threading.Thread(target=lambda: found.append(is_direct(spool)), name="writer")
    storing.start()
    spool.is_away("It is away.")
    storing.join(DEADLINE)
    assert found == [False]


@pytest.mark.parametrize("delivered", [0, 1], ids=["heavy", "light"])
def test_who_brings_more_than_is_delivered_is_slowed(
    spool: Spool, monkeypatch: pytest.MonkeyPatch, delivered: int
) -> None:
    """While much waits only those wait who bring more than is delivered meanwhile."""
    monkeypatch.setattr(module, "MAX_RECORDS", 1)
    monkeypatch.setattr(module, "TURN_SECONDS", 0.0)
    for number in range(1, 5):
        spool.put([entry("a", first=number)])
    spool.is_away("It is away.")
    spool.reached(0)
    spool.put([entry("a", first=5)])
    spool._lead -= delivered
    assert spool._is_my_turn() is bool(delivered)


def test_spool_is_bounded_and_says_so(spool: Spool) -> None:
    """What exceeds the limit is refused with all that one needs to know; what waits stays."""
    spool.is_away("The database line is away: no route.")
    spool.put([entry("x" * 1000)])
    assert spool.problem() == ""
    with pytest.raises(StoreError) as caught:
        spool.put([entry("y" * 1000, first=2)])
    told = caught.value.told
    assert isinstance(told, ResourceExhaustedError)
    assert told.retry_delay
    assert caught.value.alone, "a smaller one may have room"
    for part in ("1 wait since", "no route", "databases.line.spool_bytes", "Nothing was dropped"):
        assert part in told.message
    spool.put([entry("z" * 700, first=2)])
    assert "80% full" in spool.problem()
    assert spool.backlog().waiting_records == 2
    deliver(spool)
    assert spool.problem() == ""


def test_refused_records_count_towards_the_limit(spool: Spool) -> None:
    """The disk is bounded, whatever its content: records that were refused take room, too."""
    spool.put([entry("x" * 1700)])
    batch = spool.file.oldest()
    spool.settle(batch, [module.Refusal(batch.entries[0], "it is bad")])
    with pytest.raises(StoreError):
        spool.put([entry("y" * 1000, first=2)])
    assert "refused" in spool.problem()


def test_failed_put_counts_nothing(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be written is not counted as waiting."""
    monkeypatch.setattr(spool.file, "put", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        spool.put([entry("a")])
    assert spool.backlog() == Backlog("line", limit_bytes=LIMIT)


def test_backlog_tells_what_there_is(spool: Spool) -> None:
    """How much waits, since when and why is told; a repeat does not count twice."""
    assert spool.backlog() == Backlog("line", limit_bytes=LIMIT)
    spool.is_away("It is away.")
    assert spool.backlog().reason == "", "nothing waits"
    for _ in range(2):
        spool.put([entry("a", "b")])
    told = spool.backlog()
    assert (told.waiting_records, told.reason) == (2, "It is away.")
    assert told.waiting_bytes == spool.file.content().waiting.size
    assert told.waiting_since is not None
    assert str(told).startswith("2 records wait since ")


def test_newest_record_is_known_while_it_is_delivered(spool: Spool) -> None:
    """Those who follow are told a number between two deliveries, and why there is none."""
    told: list[int] = []
    spool.tell(told.append)
    spool.is_away("It is away.")
    with pytest.raises(UnavailableError, match="It is away"):
        spool.newest()
    spool.reached(7)
    assert spool.newest() == 7
    assert told == [7]
    assert is_direct(spool)
    with pytest.raises(UnavailableError):  # Only the writer knows now.
        spool.newest()


def test_spool_that_is_off_only_delivers(tmp_path: Path) -> None:
    """One that was turned off takes nothing, says so, and lets nothing overtake what it has."""
    first = Spool(new_file(tmp_path), LIMIT)
    first.put([entry("a")])
    first.file.close()
    off = Spool(new_file(tmp_path), 0)
    assert not off.takes_records
    assert not is_direct(off)
    with pytest.raises(StoreError, match="spool is off"):
        off.put([entry("b", first=2)])
    assert off.problem() == ""
    deliver(off)
    assert is_direct(off)
    off.file.close()


def test_waiting_for_work_ends_with_the_stop(spool: Spool) -> None:
    """Who delivers is woken by what is put, and by the stop."""
    found: list[bool] = []
    waiting = threading.Thread(
        target=lambda: found.append(spool.wait_until_due(DEADLINE)), name="delivery"
    )
    waiting.start()
    spool.put([entry("a")])
    waiting.join(DEADLINE)
    spool.stop()
    until(lambda: found == [True])
    assert not spool.wait_until_due(DEADLINE)
