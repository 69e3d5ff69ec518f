"""The plug-in as a program: what starts it, what it says, and what ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import grpc
import pytest

import output_voltage
from measurement_support.client import MeasurementClient
from session_sharing.errors import NoStationError, ServiceNotFoundError
from session_sharing.testing.processes import READY, ServerProcess, running_station

LIMIT = 30.0
CLASS = "session_sharing.OutputVoltage"


@pytest.fixture(scope="module")
def station(tmp_path_factory) -> Iterator[ServerProcess]:
    """Start a station."""
    with running_station(tmp_path_factory.mktemp("station"), "--port", "0") as server:
        yield server


@pytest.fixture
def found(station, monkeypatch) -> None:
    """Let this process, and those that it starts, find the station."""
    monkeypatch.setenv("SESSION_SHARING_DISCOVERY", station.address)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program to its end."""
    command = [sys.executable, "-m", "output_voltage", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False)


def test_help_tells_what_it_is():
    """Who does not know the program can ask it."""
    result = run("--help")
    assert result.returncode == 0
    assert "'Output Voltage'" in result.stdout
    assert "--verbose" in result.stdout


def test_wrong_usage_exits_2():
    """A mistyped option is told, not ignored."""
    assert run("--bort").returncode == 2


def test_without_a_station_it_says_how_to_start_one():
    """A start that fails exits 1, with one line that says what to do, and no ready line."""
    result = run()
    assert (result.returncode, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith("output_voltage cannot start: No discovery service is running")
    assert line.endswith("python -m local_station")


@pytest.mark.skipif(sys.platform == "win32", reason="start.bat is for Windows")
@pytest.mark.usefixtures("found")
def test_a_station_can_start_it_and_ctrl_c_ends_it():
    """What discovery starts says one line on standard output, and exits 0 on SIGINT."""
    script = files(output_voltage).joinpath("start.sh")
    environment = {**os.environ, "OUTPUT_VOLTAGE_PYTHON": sys.executable}
    process = subprocess.Popen(
        ["sh", str(script)],
        env=environment,
        stdin=subprocess.DEVNULL,  # as if whoever started it had closed its input
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        ready = process.stdout.readline()
        assert READY.fullmatch(ready.strip()).group(1) == "output_voltage"
        with MeasurementClient(CLASS) as client:
            assert client.display_name == "Output Voltage"
            process.send_signal(signal.SIGINT)
            rest, _ = process.communicate(timeout=LIMIT)
    assert (process.returncode, rest) == (0, "")


@pytest.mark.usefixtures("found")
def test_a_stopped_plug_in_is_found_no_longer():
    """It unregisters when it stops, and its callers are told that, or of what is alike."""
    with ServerProcess("output_voltage") as plug_in, MeasurementClient(CLASS) as client:
        assert client.configurations["voltage_pins"] == ["VOUT"]
        assert client.outputs[:3] == ["sites", "pins", "mean"]
        with pytest.raises(ServiceNotFoundError, match=f"Do you mean {CLASS}"):
            MeasurementClient("session_sharing.OutputVoltages")
        assert plug_in.stop() == 0
        with pytest.raises(grpc.RpcError, match=f"The plug-in {CLASS} at .* does not answer"):
            client.measure()
    with pytest.raises(ServiceNotFoundError, match=CLASS):
        MeasurementClient(CLASS)


def test_it_stops_though_the_station_is_gone(tmp_path: Path, monkeypatch):
    """Without a station to unregister from it still exits 0, and says what it could not do."""
    with running_station(tmp_path, "--port", "0") as station:
        monkeypatch.setenv("SESSION_SHARING_DISCOVERY", station.address)
        plug_in = ServerProcess("output_voltage")
    with plug_in:
        assert plug_in.stop() == 0
    assert any("Discovery could not be told" in line for line in plug_in.log)


def test_no_station_is_told_to_callers():
    """Who calls a measurement without a station learns how to start one."""
    with pytest.raises(NoStationError, match="python -m local_station"):
        MeasurementClient(CLASS)
