"""What starts the services in the background: units of systemd, and a task of Windows."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path, PureWindowsPath
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = ROOT / "docs" / "howto" / "files"
UNITS = sorted(ROOT.glob("services/*/*.service"))
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    """No unit has a key or a value that systemd would ignore, alone or for the whole machine."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd-analyze here")
    system = (FILES / "system.conf").read_text("utf-8")
    for unit in UNITS:
        text = unit.read_text("utf-8").replace("/opt/session-sharing/bin/python", sys.executable)
        (tmp_path / unit.name).write_text(text, "utf-8")
        (tmp_path / f"machine_{unit.name}").write_text(f"{text}\n{system}", "utf-8")
    command = [analyze, "verify", *map(str, tmp_path.iterdir())]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert len(UNITS) >= 3
    assert (found.returncode, found.stdout + found.stderr) == (0, "")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_units_start_what_is_there(unit: Path) -> None:
    """The command of a unit is that of its own service, by names that exist."""
    (command,) = (
        line for line in unit.read_text("utf-8").splitlines() if line.startswith("ExecStart=")
    )
    module = command.split()[-1]
    assert module == unit.parent.name
    assert (unit.parent / "src" / module / "__main__.py").is_file()


def test_the_task_runs_for_ever_and_once() -> None:
    """The task starts the script of the logger, is not ended after days, nor started twice."""
    task = ElementTree.parse(FILES / "json_logger_task.xml").getroot()
    script = PureWindowsPath(task.findtext(f".//{TASK}Command", ""))
    assert ROOT.joinpath(*script.parts[-3:]).is_file()
    assert task.findtext(f".//{TASK}ExecutionTimeLimit") == "PT0S"
    assert task.findtext(f".//{TASK}MultipleInstancesPolicy") == "IgnoreNew"
