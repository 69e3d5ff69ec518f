"""The delivery, into a database that is a dictionary and goes away as tests want."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from db_writer.service import record_refusals
from db_writer.service.failures import WriteError
from db_writer.service.spool import delivery as module
from db_writer.service.spool.delivery import Delivery
from db_writer.service.spool.spool import Spool
from services.db_writer.tests.list_store import SETTINGS
from services.db_writer.tests.looking import until
from services.db_writer.tests.unit.spool.spooling import (
    AWAY,
    BAD,
    DEADLINE,
    Database,
    Station,
    entry,
    new_file,
)
from session_sharing.errors import OutcomeUnknownError, PreconditionError, UnavailableError

LIMIT = 1 << 20
Start = Callable[[], Spool]


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Database:
    """Return the database to which is delivered."""
    database = Database()
    monkeypatch.setattr(module, "Store", lambda settings, again: Station(database))
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(module, "LONGEST_PAUSE", 0.02)
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    return database


@pytest.fixture
def start(tmp_path: Path, database: Database) -> Iterator[Start]:
    """Return what starts a delivery, and returns its spool."""
    with ExitStack() as running:

        def begin() -> Spool:
            spool = Spool(new_file(tmp_path), LIMIT)
            running.callback(Delivery(spool, lambda: SETTINGS).stop, DEADLINE)
            return spool

        yield begin


def is_empty(spool: Spool) -> bool:
    """Say whether nothing waits."""
    return not spool.backlog().waiting_records


def test_what_waits_is_delivered_in_order(start: Start, database: Database) -> None:
    """While the database is away records wait; when it is back they are there, in order, once."""
    database.failure = UnavailableError("It is away.")
    spool = start()
    spool.is_away("It is away.")
    for number in range(1, 6):
        spool.put([entry(str(number), first=number)])
    until(lambda: spool.backlog().reason == "It is away.")
    assert not database.rows
    database.failure = None
    until(lambda: is_empty(spool))
    assert database.rows == {("a", number): str(number) for number in range(1, 6)}
    assert list(database.rows) == sorted(database.rows)


def test_what_waits_from_before_is_delivered_without_a_session(
    start: Start, database: Database, tmp_path: Path
) -> None:
    """A spool that is found at the start of the service is delivered at once."""
    before = Spool(new_file(tmp_path), LIMIT)
    before.put([entry("a")])
    before.file.close()
    spool = start()
    until(lambda: is_empty(spool))
    assert database.rows == {("a", 1): "a"}


def test_lost_answer_stores_nothing_twice(start: Start, database: Database) -> None:
    """A transaction that was committed unnoticed is repeated, and known by its numbers."""
    database.lose_answer = True
    spool = start()
    spool.put([entry("a", "b")])
    until(lambda: is_empty(spool))
    assert not database.lose_answer
    assert list(database.rows.values()) == ["a", "b"]


def test_refused_record_does_not_hold_up_the_rest(
    start: Start, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """What the database refuses for good is kept, counted and told once; all else is stored.

    What was brought together is refused together, with the number of the record that was the cause.
    """
    spool = start()
    spool.is_away("It is away.")
    group, other = entry("2", BAD, "4", first=2), entry(BAD, attachment="b")
    spool.put([entry("1"), group, entry("5", first=5), other])
    until(lambda: is_empty(spool))
    assert list(database.rows) == [("a", 1), ("a", 5)]
    assert spool.backlog().refused_records == 4
    kept = [
        (refused.attachment_id, refused.number, refused.cause) for refused in spool.file.refused()
    ]
    assert kept == [("a", 2, 3), ("a", 3, 3), ("a", 4, 3), ("b", 1, 1)]
    (told,) = [line for line in caplog.messages if "refused" in line]
    assert "refused 4 record(s) for good, the first for 3 of attachment a" in told
    assert "--refused" in told


def test_refused_record_is_tried_again_when_somebody_wants_it(
    start: Start, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What refused a record was mended: whoever says so, in another process, has it delivered."""
    spool = start()
    spool.put([entry(BAD)])
    until(lambda: spool.backlog().refused_records == 1)
    monkeypatch.setattr("services.db_writer.tests.unit.spool.spooling.BAD", "another")
    assert spool.file.want_again() == 1
    until(lambda: spool.backlog().refused_records == 0)
    until(lambda: is_empty(spool))
    assert database.rows == {("a", 1): BAD}


def test_what_is_no_fault_of_a_record_is_waited_for(start: Start, database: Database) -> None:
    """Rights, tables, room and the like are mended by people: nothing is given up meanwhile."""
    database.failure = PreconditionError("The tables were dropped.")
    spool = start()
    spool.put([entry("a")])
    until(lambda: "tables were dropped" in spool.backlog().reason)
    database.failure = WriteError(AWAY)
    until(lambda: "nobody listens" in spool.backlog().reason)
    bad = record_refusals.against_a_rule("it is bad", SETTINGS)
    database.failure = WriteError(bad, OutcomeUnknownError("An attempt may have stored it."))
    until(lambda: "it is bad" in spool.backlog().reason)
    database.failure = None
    until(lambda: is_empty(spool))
    assert spool.backlog().refused_records == 0
    assert database.rows == {("a", 1): "a"}


def test_defect_does_not_end_the_delivery(start: Start, database: Database) -> None:
    """After a defect, which the log shows, it is tried again: nobody else would."""
    database.failure = ZeroDivisionError("secret detail")
    spool = start()
    spool.put([entry("a")])
    until(lambda: "ZeroDivisionError" in spool.backlog().reason)
    assert "secret detail" not in spool.backlog().reason
    database.failure = None
    until(lambda: is_empty(spool))


def test_records_stay_until_they_are_committed(start: Start, database: Database) -> None:
    """What is under way when the service ends is in the spool still."""
    database.go_on.clear()
    spool = start()
    spool.put([entry("a")])
    assert database.written.wait(DEADLINE)
    assert spool.file.content().waiting.records == 1
    database.go_on.set()
    until(lambda: spool.file.content().waiting.records == 0)


def test_going_and_coming_is_logged_once_each(
    start: Start, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """A database that stays away for long fills no log; that it is back is no warning."""
    caplog.set_level("INFO")
    database.failure = UnavailableError("It is away.")
    tried = threading.Semaphore(0)
    spool = start()
    spool.pause = lambda seconds: tried.release()  # type: ignore[method-assign]
    spool.put([entry("a")])
    for _ in range(3):
        assert tried.acquire(timeout=DEADLINE)
    database.failure = None
    until(lambda: is_empty(spool))
    until(lambda: len(caplog.messages) == 2)
    gone, back = caplog.messages
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert gone == "What is logged into line waits in its spool: It is away."
    assert back == "The database line is back; delivered: 1"
