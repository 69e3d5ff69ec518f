"""Which command starts a program, and in which environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from local_station.discovery.launching import command_of, environment_for
from session_sharing.errors import PreconditionError

windows = pytest.mark.skipif(sys.platform != "win32", reason="the rule of Windows")
elsewhere = pytest.mark.skipif(sys.platform == "win32", reason="the rule of other systems")


def _file(folder, name, mode=0o600):
    path = folder / name
    path.write_text("", "utf-8")
    path.chmod(mode)
    return path


@elsewhere
def test_twin_of_a_batch_file_is_started(tmp_path):
    """One file describes a service for all systems: start.sh takes the place of start.bat."""
    _file(tmp_path, "start.bat")
    twin = _file(tmp_path, "start.sh", 0o700)
    assert command_of(tmp_path / "start.bat") == [str(twin)]


@elsewhere
def test_script_that_is_not_executable_is_started_all_the_same(tmp_path):
    """Wheels and zip files lose the mode of files."""
    twin = _file(tmp_path, "start.sh")
    assert command_of(tmp_path / "start.bat") == ["/bin/sh", str(twin)]


@elsewhere
def test_missing_twin_is_named(tmp_path):
    """Who brings a plug-in from Windows is told what is missing."""
    _file(tmp_path, "start.bat")
    with pytest.raises(PreconditionError, match=r"start\.sh, which takes the place of start\.bat"):
        command_of(tmp_path / "start.bat")


@elsewhere
def test_path_that_no_system_takes_is_refused(tmp_path):
    """Who wrote too long a path is told so, as of any other program that cannot be started."""
    with pytest.raises(PreconditionError, match="cannot be looked for"):
        command_of(tmp_path / ("a" * 5_000))


@elsewhere
def test_executable_has_no_ending_elsewhere(tmp_path):
    """What is server.exe on Windows is server elsewhere."""
    program = _file(tmp_path, "server")
    assert command_of(tmp_path / "server.exe") == [str(program)]


@windows
def test_batch_file_is_started_on_windows(tmp_path):
    """There it is started as it is, whatever lies beside it."""
    program = _file(tmp_path, "start.bat")
    _file(tmp_path, "start.sh")
    assert command_of(program) == [str(program)]


def test_python_file_runs_in_the_python_of_the_station(tmp_path):
    """A plug-in may do without any script to start it."""
    program = _file(tmp_path, "main.py")
    assert command_of(program) == [sys.executable, str(program)]


def test_children_find_the_station_and_its_python():
    """A child looks into the station's folder, and `python3` is what the station runs on."""
    own = {"PATH": "elsewhere", "SESSION_SHARING_DISCOVERY": "other:1", "X": "y"}
    home = Path("/home-of-it")
    found = environment_for(home, {"SESSION_SHARING_DISCOVERY": ""}, own)
    assert found["LOCAL_STATION_HOME"] == str(home)
    assert found["PATH"] == os.pathsep.join([str(Path(sys.executable).parent), "elsewhere"])
    assert "SESSION_SHARING_DISCOVERY" not in found
    assert found["X"] == "y"
