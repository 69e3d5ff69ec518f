"""Finding files, and the Python of a step."""

from __future__ import annotations

import os
import sys

import pytest

from teststand_runner.interpreters import InterpreterStartError
from teststand_runner.model import Interpreter
from teststand_runner.running.files import find_file
from teststand_runner.running.options import RunOptions
from teststand_runner.running.preparing import preparation_problems
from teststand_runner.running.pythons import python_for
from teststand_runner.testing.making import python, sequence, sequence_file


@pytest.fixture
def folder(tmp_path):
    """Return the folder of a sequence file, with a pin map in one beside it."""
    (tmp_path / "PinMaps").mkdir()
    (tmp_path / "PinMaps" / "Demo.PinMap").touch()
    (tmp_path / "sequence").mkdir()
    return tmp_path / "sequence"


@pytest.mark.parametrize(
    "name", [r"..\PinMaps\Demo.PinMap", r"..\pinmaps\demo.pinmap", "../PINMAPS/Demo.pinmap"]
)
def test_files_are_found_as_windows_finds_them(folder, name):
    r"""`\` parts folders everywhere, and case makes no difference."""
    found = find_file(folder, name)
    assert found is not None
    assert found.samefile(folder.parent / "PinMaps" / "Demo.PinMap")


def test_absolute_paths_are_found_without_regard_to_case(folder):
    """So does a path that was entered as a whole."""
    name = str(folder.parent / "pinmaps" / "demo.pinmap")
    assert find_file(folder, name) is not None


@pytest.mark.parametrize(
    "name", ["", "no.pinmap", r"..\no\Demo.PinMap", "a\0b", r"Q:\no\x.py", "x" * 5000]
)
def test_what_is_not_there_is_not_found(folder, name):
    """Nothing is found in the place of something else."""
    assert find_file(folder, name) is None


def _interpreter(*, environment="", version="", from_adapter=False):
    return Interpreter(from_adapter, 3, version, environment, "", True)


def test_the_python_of_a_step_is_that_which_it_says(folder, tmp_path):
    """Its environment beside the sequence; the adapter's, which is the runner's; or the given."""
    place = ("Scripts", "python.exe") if sys.platform == "win32" else ("bin", "python")
    environment = folder / ".venv"
    (environment / place[0]).mkdir(parents=True)
    (environment / place[0] / place[1]).touch()
    (environment / "pyvenv.cfg").write_text("home = x\nversion = 3.9.1\n")
    step = _interpreter(environment=".venv", version="3.9")
    assert python_for(step, folder, None) == environment / place[0] / place[1]
    assert python_for(step, folder, tmp_path) == tmp_path
    with pytest.raises(InterpreterStartError, match=r"3\.10.* 3\.9\.1"):
        python_for(_interpreter(environment=".venv", version="3.10"), folder, None)
    adapter = _interpreter(environment="none", version="2.7", from_adapter=True)
    assert os.fspath(python_for(adapter, folder, None)) == sys.executable


@pytest.mark.parametrize(
    "asked", [{"environment": ".venv"}, {"version": "2.7"}, {"environment": "..", "version": ""}]
)
def test_a_python_that_is_not_there_is_refused(folder, asked):
    """A step does not run in a Python that its author did not mean."""
    with pytest.raises(InterpreterStartError):
        python_for(_interpreter(**asked), folder, None)


def test_modules_and_pythons_are_looked_for_before_a_run(folder):
    """A module that is not there is told with the step, before the first step runs."""
    file = sequence_file(sequence("MainSequence", python("no.py", "f")))
    problems = preparation_problems(file, folder / "made.seq", RunOptions())
    assert [each.property for each in problems] == ["TS.SData.PythonCall.ModulePath"]
    assert '"no.py"' in problems[0].what
