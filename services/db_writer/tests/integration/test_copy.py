"""Copying all records of one database into another."""

from __future__ import annotations

import math
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

import pytest

from db_writer import DbWriterClient, Limits, Record, RecordContext, copy
from db_writer.copy.__main__ import main
from db_writer.service.database import Database
from db_writer.service.settings import DatabaseSettings
from services.db_writer.tests.looking import DEADLINE, until
from services.db_writer.tests.support import environment, local_writer
from session_sharing import AckLevel, Acknowledged
from session_sharing.client.failures import stream_broken
from session_sharing.errors import UnavailableError
from session_sharing.testing.hosting import LocalService

Writer = LocalService[Database]
RECORDS = [
    Record(
        "load",
        {"steps": [1, 2.5, None], "mode": "fast"},
        {"voltage": math.nan if index == 3 else 3.3, "index": index},
        datetime(2026, 1, 2, 3, 4, index, 678901, timezone.utc),
        RecordContext(serial_number="SN-1", site=index % 2, station="old", program="test"),
        "passed",
        {"voltage": "V"},
        {"voltage": Limits(3.2, 3.4)},
    )
    for index in range(7)
]


@contextmanager
def started(folder: Path, databases: Mapping[str, DatabaseSettings]) -> Iterator[Writer]:
    """Start a writer whose `old.sqlite` has the records."""
    with local_writer(folder, databases) as service:
        with opened(service, "old.sqlite") as source:
            source.log_many(RECORDS)
        yield service


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    """Start a writer of SQLite files alone: those are made sooner."""
    with started(tmp_path, {}) as service:
        yield service


def opened(writer: Writer, name: str) -> DbWriterClient:
    """Open a database."""
    return DbWriterClient(name, address=writer.address, wait=DEADLINE)


def copied(writer: Writer, source: str = "old.sqlite", target: str = "new.sqlite") -> int:
    """Run the command; return its exit code."""
    return main([source, target, "--address", writer.address])


@contextmanager
def holder(writer: Writer) -> Iterator[subprocess.Popen[str]]:
    """Run a program that holds the source until it is killed."""
    program = (
        "import sys\nfrom db_writer import DbWriterClient\n"
        "with DbWriterClient('old.sqlite?client=line4', address=sys.argv[1]):\n"
        "    print('open', flush=True)\n    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, writer.address],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "open\n"
        yield process


def texts(writer: Writer, name: str) -> list[str]:
    """Return all that a database has."""
    with opened(writer, name) as client:
        return [repr(record) for record in client.read()]


def test_everything_is_there_once(
    tmp_path: Path, postgresql: DatabaseSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    """From SQLite to PostgreSQL no record changes; a second copy has nothing to do."""
    with started(tmp_path, {"line": postgresql}) as writer:
        assert copied(writer, target="line") == 0
        assert capsys.readouterr().out == "line has all 7 records of old.sqlite; 7 were copied.\n"
        assert texts(writer, "line") == [repr(record) for record in RECORDS]
        assert copied(writer, target="line") == 0
        assert "; 0 were copied" in capsys.readouterr().out
        assert len(texts(writer, "line")) == len(RECORDS)


def test_an_interrupted_copy_goes_on(
    writer: Writer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was copied before the interruption is not copied again."""
    log_many = DbWriterClient.log_many
    monkeypatch.setattr(copy, "_CHUNK_RECORDS", 3)

    def log_once(client: DbWriterClient, records: list[Record]) -> Acknowledged:
        monkeypatch.setattr(DbWriterClient, "log_many", refuse)
        return log_many(client, records)

    def refuse(*_arguments: object) -> Acknowledged:
        raise UnavailableError("The power is off.")

    monkeypatch.setattr(DbWriterClient, "log_many", log_once)
    assert copied(writer) == 1
    assert "The power is off." in capsys.readouterr().err
    monkeypatch.setattr(DbWriterClient, "log_many", log_many)
    assert copied(writer) == 0
    assert "; 4 were copied" in capsys.readouterr().out
    assert texts(writer, "new.sqlite") == [repr(record) for record in RECORDS]


@pytest.mark.parametrize("others", [RECORDS[1:2], [*RECORDS, RECORDS[0]]], ids=["other", "more"])
def test_a_target_with_other_records_is_left_alone(
    writer: Writer, others: list[Record], capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is mixed into what somebody has logged there."""
    with opened(writer, "new.sqlite") as target:
        target.log_many(others)
    assert copied(writer) == 1
    assert "of the target is not that of the source" in capsys.readouterr().err
    assert len(texts(writer, "new.sqlite")) == len(others)


def test_nobody_has_it_open_meanwhile(writer: Writer, capsys: pytest.CaptureFixture[str]) -> None:
    """Who holds a database is named; of one who died it is said that the service lets go of it."""
    with holder(writer) as program:
        assert copied(writer) == 1
        told = capsys.readouterr().err
        assert "'line4'" in told
        assert "is gone" not in told
        program.kill()
    until(lambda: writer.call(writer.engine.sessions)[0].attachments[0].lost)
    assert copied(writer) == 1
    assert "Its holder is gone" in capsys.readouterr().err
    assert texts(writer, "new.sqlite") == []


@pytest.mark.parametrize("target", ["old.sqlite", "./old.sqlite", "old.sqlite?client=x"])
def test_a_database_is_not_copied_into_itself(
    writer: Writer, target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever it is called there, it is told, and nothing else is blamed."""
    assert copied(writer, target=target) == 1
    assert "FROM and TO are the same database" in capsys.readouterr().err


def test_a_misspelt_name_is_told(
    writer: Writer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who copies nothing is not told that all is well, and no target is made for it."""
    assert copied(writer, "odl.sqlite", "new.sqlite") == 1
    assert "Is its name right?" in capsys.readouterr().err
    assert not list((tmp_path / "data").glob("new.sqlite*"))


def test_a_server_that_goes_away_is_told(
    writer: Writer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What merely waits on the station does not count as copied."""
    waits = Acknowledged(AckLevel.DISK, spooled=True)
    monkeypatch.setattr(DbWriterClient, "log_many", lambda *_: waits)
    assert copied(writer) == 1
    assert "7 records are copied or wait on this station" in capsys.readouterr().err


def test_a_service_that_goes_away_is_told(
    writer: Writer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The text says what to do with the copy, not what a program that reads would do."""
    read = DbWriterClient.read

    def break_off(client: DbWriterClient, last: int | None = None) -> Iterator[Record]:
        yield from read(client, last or 2)
        if last is None:
            raise stream_broken("The service is away since noon", "Stream removed")

    monkeypatch.setattr(DbWriterClient, "read", break_off)
    assert copied(writer) == 1
    told = capsys.readouterr().err
    assert "away since noon" in told
    assert "start the copy again, it goes on from there" in told
    assert "to read again" not in told


def test_ctrl_c_is_no_fault(
    writer: Writer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who interrupts a copy is told how far it is and that it goes on, as it does then."""
    monkeypatch.setattr(copy, "_CHUNK_RECORDS", 3)
    monkeypatch.setattr(copy, "print", lambda *_, **__: signal.raise_signal(signal.SIGINT), False)
    assert copied(writer) == 130
    assert "Interrupted: 3 records" in capsys.readouterr().err
    monkeypatch.undo()
    assert copied(writer) == 0
    assert "; 4 were copied" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "advice"),
    [("new.sqlite", "empty the target"), ("old.sqlite", "it goes on from there")],
)
def test_others_who_log_meanwhile_are_told(
    writer: Writer,
    name: str,
    advice: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """All is well only when both databases have the same in the end; the text says what to do."""
    log_many = DbWriterClient.log_many

    def log_another(client: DbWriterClient, records: list[Record]) -> Acknowledged:
        acknowledged = log_many(client, records)
        with opened(writer, name) as other:
            other.log("another", {}, {})
        return acknowledged

    monkeypatch.setattr(DbWriterClient, "log_many", log_another)
    assert copied(writer) == 1
    told = capsys.readouterr().err
    assert "Others logged to the" in told
    assert advice in told


def test_a_target_that_lost_records_is_told(
    writer: Writer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All is well only when everything was read back."""
    log_many = DbWriterClient.log_many
    monkeypatch.setattr(
        DbWriterClient, "log_many", lambda client, records: log_many(client, records[:-1])
    )
    assert copied(writer) == 1
    assert "it has 6 of the 7 that were copied" in capsys.readouterr().err
