"""Operators see what waits in the spools of a service that does not run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from db_writer.service.spool.refused import Refusal
from db_writer.service.spool.waiting import encoded
from services.db_writer.tests.unit.spool.spooling import entry, new_file
from session_sharing import cli
from session_sharing.cli import left_spools as module
from session_sharing.cli.left_spools import left_spools
from session_sharing.data_folders import DATA_VARIABLE


def files(folder: Path) -> dict[str, bytes]:
    """Return what is in the files of the spools, but for what readers of a log agree on."""
    kept = [path for path in (folder / "spool").iterdir() if not path.name.endswith("-shm")]
    return {path.name: path.read_bytes() for path in kept}


@pytest.mark.parametrize("killed", [False, True])
def test_what_a_stopped_service_left_is_seen(tmp_path: Path, killed: bool) -> None:
    """How much waits since when, and was refused, is read; the files stay as they are."""
    spool = new_file(tmp_path)
    assert left_spools(tmp_path) == [], "nothing is in it"
    spool.put([encoded(entry("a", "b")), encoded(entry("c", first=3))])
    spool.put([encoded(entry("d", attachment="other"))])
    content = spool.content()
    if not killed:
        spool.close()
    before = files(tmp_path)
    (left,) = left_spools(tmp_path)
    assert files(tmp_path) == before
    assert (left.path, left.data_folder, left.problem) == (spool.path, tmp_path, "")
    told = left.backlog
    assert told.resource_name == "line"
    assert (told.waiting_records, told.waiting_bytes) == content.waiting
    assert told.waiting_since == content.since
    spool.close()


def test_refused_records_of_a_stopped_service_are_seen(tmp_path: Path) -> None:
    """A spool in which nothing waits is told if something of it was refused."""
    spool = new_file(tmp_path)
    spool.put([encoded(entry("a"))])
    batch = spool.oldest()
    assert batch is not None
    spool.settle(batch, [Refusal(entry("a"), "it is bad")])
    spool.close()
    (left,) = left_spools(tmp_path)
    assert (left.backlog.waiting_records, left.backlog.refused_records) == (0, 1)


def test_spool_that_runs_or_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a service that runs delivers is told by itself; what is no spool is told as such."""
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / "line-0.sqlite3").write_text("this is a text " * 100)
    (left,) = left_spools(tmp_path)
    assert "not a database" in left.problem
    monkeypatch.setattr(module, "runs", lambda journal: journal.name == "db_writer.journal")
    assert left_spools(tmp_path) == []


def test_operators_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`doctor` warns of what waits for a service that does not run, and names what starts it."""
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    spool = new_file(tmp_path)
    spool.put([encoded(entry("a", "b"))])
    spool.close()
    cli.main(["doctor", "--json"])
    findings = json.loads(capsys.readouterr().out)
    (found,) = [one for one in findings if one["check"] == "records-wait"]
    assert "for 'line': 2 records wait since " in found["what"]
    assert str(tmp_path) in found["mend"]
