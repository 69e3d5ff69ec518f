"""What the README tells people to type."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from session_sharing.testing.processes import ServerProcess, running_station

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)
SERVICES = re.compile(r"^python -m (local_station|json_logger)\b", re.MULTILINE)


def test_services_and_first_program_work_as_written(tmp_path: Path) -> None:
    """Who starts the services as the README says can run its first program as it stands."""
    assert SERVICES.findall(README) == ["local_station", "json_logger"]
    home = {"LOCAL_STATION_HOME": str(tmp_path), "SESSION_SHARING_DATA": str(tmp_path / "data")}
    with running_station(tmp_path), ServerProcess("json_logger", (), home):
        finished = subprocess.run(
            [sys.executable, "-c", CODE.findall(README)[0]],
            env={**os.environ, **home},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert (finished.returncode, finished.stderr) == (0, "")
    assert "SN-0042" in finished.stdout
    assert (tmp_path / "data" / "results.ndjson").read_text("utf-8").count("\n") == 1


def test_other_code_is_valid() -> None:
    """What else the README shows names what is there."""
    for code in CODE.findall(README)[1:]:
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
