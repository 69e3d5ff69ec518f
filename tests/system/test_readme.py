"""What the README tells people to type."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from session_sharing.testing.processes import ServerProcess, running_station

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)
SERVERS = re.compile(r"^python -m ([\w.]+)(?: +(--[^#\n]+?))? *(?:#.*)?$", re.MULTILINE)
MEASURE, LOG = "MeasurementClient(", 'JsonLoggerClient("results.ndjson") as'
ASK = 'DbWriterClient("measurements.sqlite") as'


def program(using: str) -> str:
    """Return the README's program that uses something."""
    (found,) = (code for code in CODE.findall(README) if using in code)
    return found


def run(code: str, environment: dict[str, str]) -> str:
    """Run a program in the project's folder; return what it prints."""
    finished = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (finished.returncode, finished.stderr) == (0, "")
    return finished.stdout


def test_servers_and_programs_work_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who starts what the README says can run its programs as they stand."""
    monkeypatch.chdir(ROOT)  # where the README has its reader type it
    station, *others = SERVERS.findall(README)
    assert station == ("local_station", "")
    assert [module for module, _ in others] == [
        *("local_station.instruments", "json_logger", "db_writer"),
        *("output_voltage", "supply_current"),
    ]
    home = {"LOCAL_STATION_HOME": str(tmp_path), "SESSION_SHARING_DATA": str(tmp_path / "data")}
    with ExitStack() as servers:
        servers.enter_context(running_station(tmp_path))
        for module, arguments in others:
            servers.enter_context(ServerProcess(module, arguments.split(), home))
        assert run(program(MEASURE), home).count("'passed': True") == 2
        into_database = program(MEASURE).replace("aliases.pinmap", "database.pinmap")
        assert run(into_database, home).count("'passed': True") == 2
        assert run(program(ASK), home).count("'index': ") == 3
        assert "SN-0042" in run(program(LOG), home)
    assert (tmp_path / "data" / "results.ndjson").read_text("utf-8").count("\n") == 601


def test_other_code_is_valid() -> None:
    """What else the README shows names what is there."""
    for code in CODE.findall(README):
        compile(code, "README.md", "exec")
        imports = [line for line in code.splitlines() if line.startswith("from ")]
        exec("\n".join(imports), {})


def test_guards_of_the_promises_exist() -> None:
    """Every promise of the README names tests that are there."""
    rows = README[README.index("| promise |") :].split("\n\n", 1)[0].splitlines()[2:]
    guards = [re.findall(r"`([^`]+\.py)`", row.split("|")[2]) for row in rows]
    assert len(guards) > 10
    assert all(guards), "a promise names no test"
    assert [path for paths in guards for path in paths if not (ROOT / path).is_file()] == []
