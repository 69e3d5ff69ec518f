"""Where records go: into the database, into its spool, or back to who brought them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from db_writer.service import refusals
from db_writer.service.failures import WriteError
from db_writer.service.spool.spool import Spool
from db_writer.service.spool.writing import COMMITTED, SPOOLED, SpooledWriting
from services.db_writer.tests.list_store import SETTINGS
from services.db_writer.tests.unit.spool.spooling import (
    AWAY,
    BAD,
    Database,
    Station,
    entry,
    new_file,
)
from session_sharing.errors import (
    AccessDeniedError,
    OutcomeUnknownError,
    ResourceExhaustedError,
    UnavailableError,
    ValueTypeError,
)
from session_sharing.service import StoreError

UNKNOWN = WriteError(AWAY, OutcomeUnknownError("Whether it is stored is unknown."))


@pytest.fixture
def database() -> Database:
    """Return a database that is there."""
    return Database()


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    """Return an empty spool."""
    spool = Spool(new_file(tmp_path), 1000)
    yield spool
    spool.file.close()


@pytest.fixture
def writing(database: Database, spool: Spool) -> SpooledWriting:
    """Return what stores into both."""
    return SpooledWriting(Station(database), spool)  # type: ignore[arg-type]


def test_database_that_is_there_is_written(
    writing: SpooledWriting, database: Database, spool: Spool
) -> None:
    """Without trouble nothing is spooled, and the answer says committed."""
    assert writing.write([entry("a")]) == COMMITTED
    assert writing.newest() == 1
    assert database.rows == {("a", 1): "a"}
    assert spool.backlog().waiting_records == 0


@pytest.mark.parametrize("failure", [WriteError(AWAY), UNKNOWN], ids=["away", "unknown"])
def test_what_cannot_be_stored_now_waits(
    writing: SpooledWriting, database: Database, spool: Spool, failure: WriteError
) -> None:
    """Away or unknown, the records wait; those that follow wait behind them, without a try."""
    database.failure = failure
    assert writing.write([entry("a")]) == SPOOLED
    database.failure = None
    assert writing.write([entry("b", first=2)]) == SPOOLED
    assert not database.rows
    assert spool.backlog().waiting_records == 2
    assert spool.backlog().reason == AWAY.told.message
    with pytest.raises(UnavailableError, match="nobody listens"):
        writing.newest()


def test_what_the_database_refuses_is_refused(
    writing: SpooledWriting, database: Database, spool: Spool
) -> None:
    """A database that is there and refuses has the last word, whatever the reason."""
    with pytest.raises(StoreError, match="it is bad"):
        writing.write([entry(BAD)])
    database.failure = WriteError(refusals.denied("no right", SETTINGS))
    with pytest.raises(StoreError) as caught:
        writing.write([entry("a")])
    assert isinstance(caught.value.told, AccessDeniedError)
    assert spool.backlog().waiting_records == 0


def test_what_has_no_place_anywhere_is_told_at_once(writing: SpooledWriting, spool: Spool) -> None:
    """Who brings what no database takes is told also while it is away."""
    spool.is_away("It is away.")
    with pytest.raises(StoreError) as caught:
        writing.write([entry("with \0")])
    assert isinstance(caught.value.told, ValueTypeError)
    assert spool.backlog().waiting_records == 0


def test_full_spool_refuses(writing: SpooledWriting, database: Database) -> None:
    """Where there is no room either, the record is refused, and nothing else is touched."""
    database.failure = WriteError(AWAY)
    with pytest.raises(StoreError) as caught:
        writing.write([entry("x" * 400), entry("y" * 1000, first=2)])
    assert isinstance(caught.value.told, ResourceExhaustedError)
    assert "nobody listens" in caught.value.told.message


def test_full_spool_after_a_lost_answer_leaves_it_unknown(
    writing: SpooledWriting, database: Database
) -> None:
    """Nobody is told that nothing was stored where it may be."""
    database.lose_answer = True
    with pytest.raises(StoreError) as caught:
        writing.write([entry("x" * 1000)])
    assert isinstance(caught.value.told, OutcomeUnknownError)
    assert database.rows


def test_spool_that_is_off_takes_nothing(tmp_path: Path, database: Database) -> None:
    """Where it was turned off, a database that is away is told as that."""
    spool = Spool(new_file(tmp_path), 0)
    writing = SpooledWriting(Station(database), spool)  # type: ignore[arg-type]
    database.failure = WriteError(AWAY)
    with pytest.raises(StoreError) as caught:
        writing.write([entry("a")])
    assert caught.value is database.failure
    spool.file.close()
