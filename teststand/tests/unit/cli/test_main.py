"""The command."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import ClassVar
from xml.etree import ElementTree

import pytest

from teststand_runner.cli import ExitCode, main
from teststand_runner.definition import read_definition
from teststand_runner.live import View
from teststand_runner.reading import read_sequence_file
from teststand_runner.results import StepStarted
from teststand_runner.running.steps import measurement
from teststand_runner.testing import template_file, write_xml
from teststand_runner.writing import difference

HEAD = 'title = "T"\n[globals]\nSerialNumber = "none"\n[[sequence]]\nname = "MainSequence"\n'
STATUS = "[[sequence.main]]\nname = 'It'\nlabel = true\nstatus = '\"{}\"'\n"
SHOWS = (
    "[[sequence.main]]\nname = 'Number'\nstatement = 'Locals.x = FileGlobals.SerialNumber'\n"
    'status = \'Locals.x == "B" ? "Failed" : "Passed"\'\n'
)


@pytest.fixture(autouse=True)
def _no_station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_STATION_HOME", str(tmp_path / "station"))


@pytest.fixture
def define(tmp_path: Path):
    """Return what writes a definition, and returns its path."""

    def write(text: str) -> str:
        path = tmp_path / "it.toml"
        path.write_text(HEAD + text, "utf-8")
        return str(path)

    return write


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        (STATUS.format("Passed"), ExitCode.GOOD),
        (STATUS.format("Done"), ExitCode.GOOD),
        (STATUS.format("Failed"), ExitCode.FAILED),
        ("[[sequence.main]]\nname = 'It'\nstatement = 'Step.Nothing'\n", ExitCode.ERROR),
    ],
)
def test_exit_code_tells_the_outcome(define, steps: str, code: ExitCode) -> None:
    """A program that starts the runner learns what came of it."""
    assert main([define(steps), "--quiet"]) == code


def test_results_are_shown_and_written(define, tmp_path: Path, capsys) -> None:
    """A table for people, and files for programs."""
    junit, report = tmp_path / "a.xml", tmp_path / "a.json"
    file = define(STATUS.format("Passed"))
    assert main([file, "--quiet", "--junit", str(junit), "--json", str(report)]) == 0
    assert "MainSequence: Passed" in capsys.readouterr().out
    assert ElementTree.parse(junit).getroot().get("tests") == "1"
    assert json.loads(report.read_bytes())["executions"][0]["main"]["steps"][0]["name"] == "It"


def test_json_alone_on_standard_output(define, capsys) -> None:
    """A program may read the results from a pipe: nothing else is in it."""
    assert main([define(STATUS.format("Failed")), "--json", "-"]) == ExitCode.FAILED
    assert json.loads(capsys.readouterr().out)["status"] == "Failed"


def test_each_socket_has_its_serial_number(define, capsys) -> None:
    """Executions at the same time test different units."""
    local = '[sequence.locals]\nx = ""\n'
    numbers = [each for number in "ABC" for each in ("--serial-number", number)]
    command = [define(local + SHOWS), "--quiet", "--sockets", "3", *numbers, "--json", "-"]
    assert main(command) == ExitCode.FAILED
    told = json.loads(capsys.readouterr().out)
    assert [each["status"] for each in told["executions"]] == ["Passed", "Failed", "Passed"]


class _Plugin:
    """A measurement without parameters, which notes the sites that it is to measure at."""

    described_configurations = described_outputs = ()
    measured: ClassVar[list[tuple[int, ...]]] = []

    def __init__(self, _service_class, version, timeout) -> None: ...

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None: ...

    def start(self, _pin_map_id, sites, *_):
        self.measured.append(sites)
        return self

    def cancel(self) -> None: ...

    def result(self, _timeout):
        return {}


@pytest.mark.parametrize(
    ("options", "sites"), [([], [(0,), (0,)]), (["--sites", "1,2", "--sites", "0"], [(0,), (1, 2)])]
)
def test_each_socket_measures_at_its_sites(define, monkeypatch, options, sites) -> None:
    """Units at different sites are not measured at the same one."""
    monkeypatch.setattr(measurement, "MeasurementClient", _Plugin)
    monkeypatch.setattr(_Plugin, "measured", [])
    file = define("[[sequence.main]]\nname = 'M'\nmeasurement = 'demo.M'\n")
    assert main([file, "--quiet", "--sockets", "2", *options]) == ExitCode.GOOD
    assert sorted(_Plugin.measured) == sites


def test_interrupted_run_goes_to_cleanup(define, capsys, monkeypatch) -> None:
    """Ctrl-C ends what waits, Cleanup runs, and the exit code says so."""
    listen = View.listen

    def interrupt(view, event) -> None:
        listen(view, event)
        if isinstance(event, StepStarted) and event.place.name == "Pause":
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(View, "listen", interrupt)
    before = signal.getsignal(signal.SIGINT)
    steps = "[[sequence.main]]\nname = 'Pause'\nwait = '60'\n"
    cleanup = "[[sequence.cleanup]]\nname = 'Tidy'\nlabel = true\n"
    assert main([define(steps + cleanup)]) == ExitCode.TERMINATED
    assert "main, Cleanup, Tidy: Done" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is before


def test_check_and_list_run_nothing(define, capsys) -> None:
    """Both say what there is, and no step runs."""
    file = define(STATUS.format("Failed"))
    assert main([file, "--check"]) == ExitCode.GOOD
    assert "MainSequence can be run" in capsys.readouterr().out
    assert main([file, "--list"]) == ExitCode.GOOD
    assert "1. It [Label]" in capsys.readouterr().out


def test_what_cannot_be_run_is_refused(define, tmp_path: Path, capsys) -> None:
    """Each reason is told in a line, before any step runs; no report is left empty."""
    python = "[[sequence.main]]\nname = 'P'\npython = 'none.py'\nfunction = 'f'\n"
    report = tmp_path / "a.json"
    file = define(python)
    assert main([file, "--quiet", "--json", str(report)]) == ExitCode.REFUSED
    assert main([file, "--check"]) == ExitCode.REFUSED
    assert main([file, "--check", "--sequence", "Other"]) == ExitCode.REFUSED
    assert main([str(tmp_path / "none.seq")]) == ExitCode.REFUSED
    assert not report.exists()
    err = capsys.readouterr().err
    assert err.count('there is no "none.py"') == 2
    assert 'no sequence "Other"' in err
    assert "teststand_runner: none.seq: No such file" in err


def test_report_that_cannot_be_written_is_told_before_the_run(define, tmp_path, capsys) -> None:
    """Nobody waits for results that are lost."""
    file = define(STATUS.format("Failed"))
    assert main([file, "--junit", str(tmp_path / "none" / "a.xml")]) == ExitCode.REFUSED
    assert "a.xml cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("what", [[], ["--list"], ["--check"], ["--json", "-"]])
def test_pipe_that_nobody_reads_costs_no_report(
    define, what: list[str], tmp_path: Path, capsys, monkeypatch
) -> None:
    """It is told as an error, never as a failed test; the files are there, and nothing waits."""
    reading, writing = os.pipe()
    os.close(reading)
    file, junit = define(STATUS.format("Passed")), tmp_path / "a.xml"
    with os.fdopen(writing, "w", encoding="utf-8") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        assert main([file, "--quiet", "--junit", str(junit), *what]) == ExitCode.ERROR
    assert "standard output cannot be written" in capsys.readouterr().err
    assert junit.exists() == (what not in (["--list"], ["--check"]))


def test_closed_streams_change_no_outcome(define, tmp_path, monkeypatch) -> None:
    """Who starts it without standard output or error, as a scheduler does, gets code and files."""
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    junit = tmp_path / "a.xml"
    assert main([define(STATUS.format("Passed")), "--junit", str(junit)]) == ExitCode.GOOD
    assert junit.stat().st_size > 0


def test_no_report_overwrites_what_it_comes_from_nor_another_one(define, tmp_path, capsys):
    """The sequence outlives a slip in the command line, and so does the first report."""
    file = define(STATUS.format("Passed"))
    before, here = Path(file).read_bytes(), tmp_path / "a"
    os.link(file, tmp_path / "linked.toml")
    for report in (file, str(tmp_path / "linked.toml")):
        assert main([file, "--quiet", "--json", report]) == ExitCode.REFUSED
    twice = ["--json", str(here), "--junit", str(here)]
    assert main([file, "--quiet", *twice]) == ExitCode.REFUSED
    assert capsys.readouterr().err.count("would overwrite") == 3
    assert Path(file).read_bytes() == before
    assert not here.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes in its file system")
def test_pipes_are_refused_where_files_belong(define, tmp_path, capsys):
    """Nobody waits for ever for the other end of one."""
    pipe = tmp_path / "pipe.toml"
    os.mkfifo(pipe)
    assert main([str(pipe), "--check"]) == ExitCode.REFUSED
    for report in ("--json", "--junit"):
        assert main([define(STATUS.format("Passed")), report, str(pipe)]) == ExitCode.REFUSED
    write = ["write", "--definition", define(STATUS.format("Passed")), "--template", str(pipe)]
    assert main(write) == ExitCode.REFUSED
    assert capsys.readouterr().err.count("is a pipe or a device") == 4


def test_serial_number_without_a_variable_is_refused(tmp_path: Path, capsys) -> None:
    """A number that reaches no step is not passed over."""
    path = tmp_path / "it.toml"
    path.write_text(HEAD.replace("SerialNumber", "Other"), "utf-8")
    assert main([str(path), "--quiet", "--serial-number", "A"]) == ExitCode.REFUSED
    assert "FileGlobals.SerialNumber: a serial number is given" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options",
    [
        ["--sockets", "0"],
        ["--sockets", "65"],
        ["--step-timeout", "nan"],
        ["--step-timeout", "0"],
        ["--sites", "0,x"],
        ["--sites", "0", "--sites", "1", "--sockets", "3"],
        ["--interpreter", "reference"],
        ["--list", "--check"],
        ["--serial-number", "A", "--serial-number", "B", "--sockets", "3"],
    ],
)
def test_wrong_usage_is_refused(define, options: list[str]) -> None:
    """A number that makes no sense starts nothing."""
    with pytest.raises(SystemExit) as caught:
        main([define(STATUS.format("Passed")), *options])
    assert caught.value.code == ExitCode.REFUSED


def test_definition_is_written_beside_it(define, tmp_path: Path, capsys) -> None:
    """The file has the definition's name, and can be run like it."""
    template = tmp_path / "mine.seq"
    template.write_bytes(write_xml(template_file()))
    file = define(STATUS.format("Failed"))
    assert main(["write", "--definition", file, "--template", str(template)]) == ExitCode.GOOD
    written = tmp_path / "it.seq"
    assert difference(read_definition(Path(file)), read_sequence_file(written)) == ""
    assert main([str(written), "--quiet"]) == ExitCode.FAILED
    over = ["--template", str(template), "--output", str(template)]
    assert main(["write", "--definition", file, *over]) == ExitCode.REFUSED
    missing = define("[[sequence.main]]\nname = 'x'\nflow = 'Else'\n")
    assert main(["write", "--definition", missing, "--template", str(template)]) == 2
    assert "insert a step of the type NI_Flow_Else" in capsys.readouterr().err
