"""`python -m session_sharing run`: a program runs as Python itself would run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from session_sharing.discovery.ni_software import ni_key_file_folder

LIMIT = 30
TELL = """
import json, sys
import neighbour
print(json.dumps({
    "argv": sys.argv, "path": sys.path[0], "name": __name__, "file": __file__,
    "main": sys.modules["__main__"].__dict__ is globals(), "neighbour": neighbour.VALUE,
}))
"""


@pytest.fixture
def folder(tmp_path):
    """Return a folder with a program in it that tells how it was run."""
    (tmp_path / "tell.py").write_text(TELL)
    (tmp_path / "neighbour.py").write_text("VALUE = 42")
    return tmp_path


def _python(*arguments, cwd):
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, "LOCAL_STATION_HOME": str(cwd)},
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )


def _run(*arguments, cwd):
    return _python("-m", "session_sharing", "run", *arguments, cwd=cwd)


ARGUMENTS = ["-m", "--help", "-h", "--", "--he", "a b", "-"]


@pytest.mark.parametrize("where", ["beside", "elsewhere"])
def test_script_sees_what_it_sees_under_python(folder, tmp_path_factory, where):
    """Arguments, folder of imports, `__main__` and `__file__` are those of `python SCRIPT`."""
    cwd = folder if where == "beside" else tmp_path_factory.mktemp("elsewhere")
    script = "tell.py" if where == "beside" else str(folder / "tell.py")
    told = json.loads(_run(script, *ARGUMENTS, cwd=cwd).stdout)
    assert told == json.loads(_python(script, *ARGUMENTS, cwd=cwd).stdout)
    assert told["argv"] == [script, *ARGUMENTS]
    assert told["main"]


def test_module_sees_what_it_sees_under_python(folder):
    """`run -m MODULE` is `python -m MODULE`."""
    told = json.loads(_run("-m", "tell", *ARGUMENTS, cwd=folder).stdout)
    assert told == json.loads(_python("-m", "tell", *ARGUMENTS, cwd=folder).stdout)
    assert told["argv"][1:] == ARGUMENTS


def test_package_is_run_by_its_main(folder):
    """A package runs its `__main__`, as with `python -m`."""
    (folder / "package").mkdir()
    (folder / "package" / "__main__.py").write_text("print(__package__)")
    assert _run("-m", "package", cwd=folder).stdout == "package\n"


@pytest.mark.parametrize(
    ("code", "exit_code"),
    [
        ("pass", 0),
        ("raise SystemExit(7)", 7),
        ("import sys; sys.exit()", 0),
        ("1 / 0", 1),
        ("raise SystemExit('text')", 1),
    ],
)
def test_exit_code_is_that_of_the_program(tmp_path, code, exit_code):
    """Whoever starts the program learns how it ended."""
    (tmp_path / "program.py").write_text(code)
    assert _run("program.py", cwd=tmp_path).returncode == exit_code


def test_exit_code_is_that_of_the_module(tmp_path):
    """It makes no difference that the program is run as a module."""
    (tmp_path / "program.py").write_text("raise SystemExit(7)")
    assert _run("-m", "program", cwd=tmp_path).returncode == 7


def test_exceptions_of_the_program_are_its_own(tmp_path):
    """Also an error of this library keeps its traceback when the program raises it."""
    (tmp_path / "program.py").write_text(
        "from session_sharing.errors import NoStationError\nraise NoStationError('as it is')"
    )
    ended = _run("program.py", cwd=tmp_path)
    assert ended.returncode == 1
    assert "Traceback" in ended.stderr
    assert "line 2" in ended.stderr
    assert ended.stderr.endswith("NoStationError: as it is\n")


def test_threads_of_the_program_still_find_their_main(tmp_path):
    """A thread that outlives the script finds the program in `__main__`, for example to pickle."""
    (tmp_path / "program.py").write_text(
        "import pickle, threading\n"
        "class Result: pass\n"
        "def work():\n"
        "    threading.main_thread().join()\n"
        "    print(type(pickle.loads(pickle.dumps(Result()))) is Result)\n"
        "threading.Thread(target=work, name='late').start()\n"
    )
    assert _run("program.py", cwd=tmp_path).stdout == "True\n"


def test_program_has_joined(tmp_path, monkeypatch):
    """NI's discovery client in the program uses the station, without a change to the program."""
    pytest.importorskip("ni.measurementlink.discovery.v1.client")
    if ni_key_file_folder() is not None:
        pytest.skip("on a machine with NI's software the program uses that")
    monkeypatch.delenv("SESSION_SHARING_DISCOVERY", raising=False)
    (tmp_path / "program.py").write_text(
        "from ni.measurementlink.discovery.v1.client import DiscoveryClient\n"
        "DiscoveryClient().enumerate_services('test.Interface')"
    )
    ended = _run("program.py", cwd=tmp_path)
    assert "NoStationError" in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        (["nowhere.py"], 2, "can't open file 'nowhere.py'"),
        (["-m", "nowhere"], 1, "No module named nowhere"),
        (["-m", "nowhere.inner"], 1, "No module named nowhere.inner"),
        ([], 2, "usage"),
        (["--nonsense", "program.py"], 2, "usage"),
    ],
)
def test_what_cannot_be_run_is_said(tmp_path, arguments, exit_code, said):
    """A mistyped program ends with Python's exit code and without a traceback."""
    ended = _run(*arguments, cwd=tmp_path)
    assert ended.returncode == exit_code
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_command_is_required(tmp_path):
    """Without a command the usage is shown, and the exit code is that of wrong usage."""
    assert _python("-m", "session_sharing", cwd=tmp_path).returncode == 2
