"""Copying all records of one database into another."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

from db_writer import DbWriterClient, Limits, Record, RecordContext, copy
from db_writer.copy.__main__ import main
from db_writer.service.database import Database
from services.db_writer.tests.looking import DEADLINE
from services.db_writer.tests.support import environment, local_writer
from session_sharing import AckLevel, Acknowledged
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


@pytest.fixture
def writer(tmp_path: Path, make_postgresql: Callable[[], object]) -> Iterator[Writer]:
    """Start a writer that knows one PostgreSQL database, which is empty."""
    with local_writer(tmp_path, {"line": make_postgresql()}) as service:
        with opened(service, "old.sqlite") as source:
            source.log_many(RECORDS)
        yield service


def opened(writer: Writer, name: str) -> DbWriterClient:
    """Open a database."""
    return DbWriterClient(name, address=writer.address, wait=DEADLINE)


def copied(writer: Writer, source: str = "old.sqlite", target: str = "line") -> int:
    """Run the command; return its exit code."""
    return main([source, target, "--address", writer.address])


def texts(writer: Writer, name: str) -> list[str]:
    """Return all that a database has."""
    with opened(writer, name) as client:
        return [repr(record) for record in client.read()]


def test_everything_is_there_once(writer: Writer, capsys: pytest.CaptureFixture[str]) -> None:
    """From SQLite to PostgreSQL no record changes; a second copy has nothing to do."""
    assert copied(writer) == 0
    assert capsys.readouterr().out == "line has all 7 records of old.sqlite; 7 were copied.\n"
    assert texts(writer, "line") == [repr(record) for record in RECORDS]
    assert copied(writer) == 0
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
    assert texts(writer, "line") == [repr(record) for record in RECORDS]


@pytest.mark.parametrize("others", [RECORDS[1:2], [*RECORDS, RECORDS[0]]], ids=["other", "more"])
def test_a_target_with_other_records_is_left_alone(
    writer: Writer, others: list[Record], capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is mixed into what somebody has logged there."""
    with opened(writer, "line") as target:
        target.log_many(others)
    assert copied(writer) == 1
    assert "of the target is not that of the source" in capsys.readouterr().err
    assert len(texts(writer, "line")) == len(others)


def test_nobody_logs_meanwhile(writer: Writer) -> None:
    """A database that another program still holds is not copied, and the text names the holder."""
    command = [sys.executable, "-m", "db_writer.copy", "old.sqlite", "line"]
    with opened(writer, "old.sqlite?client=line4"):
        finished = subprocess.run(
            [*command, "--address", writer.address],
            env=environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert finished.returncode == 1
    assert "line4" in finished.stderr
    assert texts(writer, "line") == []


def test_a_misspelt_name_is_told(writer: Writer, capsys: pytest.CaptureFixture[str]) -> None:
    """Who copies nothing is not told that all is well."""
    assert copied(writer, "odl.sqlite") == 1
    assert "Is its name right?" in capsys.readouterr().err


def test_a_server_that_goes_away_is_told(
    writer: Writer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What merely waits on the station does not count as copied."""
    waits = Acknowledged(AckLevel.DISK, spooled=True)
    monkeypatch.setattr(DbWriterClient, "log_many", lambda *_: waits)
    assert copied(writer) == 1
    assert "7 records are copied or wait on this station" in capsys.readouterr().err


def test_a_target_that_lost_records_is_told(
    writer: Writer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All is well only when everything was read back."""
    log_many = DbWriterClient.log_many
    monkeypatch.setattr(
        DbWriterClient, "log_many", lambda client, records: log_many(client, records[:-1])
    )
    assert copied(writer) == 1
    assert "Others logged to a database meanwhile" in capsys.readouterr().err
