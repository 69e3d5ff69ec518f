"""The plug-ins that `plugins/README.md` shows, as its reader types them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import grpc
import pytest

from session_sharing.testing.processes import ServerProcess
from tests.system.floor import PIN_MAPS, Floor

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "plugins" / "README.md").read_text("utf-8")


def shown(language: str, words: str = "") -> str:
    """Return the one block of code in a language that has some words."""
    blocks = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    (found,) = (block for block in blocks if words in block)
    return str(found)


def test_it_runs_and_logs_as_it_stands(floor: Floor, tmp_path: Path) -> None:
    """Who copies the two files has a plug-in that measures, and shares the log."""
    (tmp_path / "pressure.serviceconfig").write_text(shown("json"), "utf-8")
    (tmp_path / "pressure.py").write_text(shown("python", "pressure"), "utf-8")
    environment = {**floor.environment, "PYTHONPATH": str(tmp_path)}
    with ServerProcess("pressure", (), environment) as plug_in:
        with floor.measurement("bench.Pressure") as pressure:
            outputs = pressure.measure(
                floor.load(PIN_MAPS / "waiting.pinmap"), serial_number="SN-own"
            )
        assert plug_in.stop() == 0
    assert outputs == {"pressure": 101.3}
    last = (floor.logs / "results.ndjson").read_text("utf-8").splitlines()[-1]
    assert '"pressure":101.3' in last
    assert "SN-own" in last


def test_a_driver_of_nis_is_told_with_its_status(floor: Floor, tmp_path: Path) -> None:
    """Who copies the one with a driver has its readings, and its refusals as what they are."""
    config = shown("json").replace("bench.Pressure", "bench.Volts")
    (tmp_path / "volts.serviceconfig").write_text(config, "utf-8")
    (tmp_path / "volts.py").write_text(shown("python", "volts"), "utf-8")
    environment = {**floor.environment, "PYTHONPATH": str(tmp_path)}
    with ServerProcess("volts", (), environment), floor.measurement("bench.Volts") as volts:
        pin_map = floor.load(PIN_MAPS / "waiting.pinmap")
        assert volts.measure(pin_map)["volts"] == pytest.approx(3.3, abs=0.05)
        with pytest.raises(grpc.RpcError, match=r"NI-DMM: -1074135024: .*range") as caught:
            volts.measure(pin_map, range=1e6)
    assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION


def test_it_says_what_is_missing_without_a_station(tmp_path: Path) -> None:
    """It is started as a program of its own, and without a station it says how to start one."""
    (tmp_path / "pressure.serviceconfig").write_text(shown("json"), "utf-8")
    program = tmp_path / "pressure.py"
    program.write_text(shown("python", "pressure"), "utf-8")
    finished = subprocess.run(
        [sys.executable, program], capture_output=True, text=True, timeout=30, check=False
    )
    assert finished.returncode == 1
    assert "python -m local_station" in finished.stderr
