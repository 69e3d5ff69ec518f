"""Sequences on a whole station: NI's published one as it is, and steps that go wrong."""

from __future__ import annotations

import shutil
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from tests.system.sequence_bench import LIMIT, PIN_MAP, Bench
from teststand_runner.model import MeasurementCall, MeasurementParameter, UpdatePinMap
from teststand_runner.results import StepStarted
from teststand_runner.running import RunOptions, StopRequests, run_file, run_sequences
from teststand_runner.testing import making

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT.parent / "shared" / "samples"
SEQUENCE = SAMPLES / "sequences" / "FileSessionSharing.tof1.seq"
SAMPLE_MAP = "src_file_session_sharing_examples_pinmap_FileSessionSharing.pinmap"
SAMPLE_LOG = "UpdateThisWithActualFilePath.ndjson"
KINDS = (
    ("json_logger", "file"),
    ("db_writer", "database"),
    ("nidcpower", "nidcpower"),
    ("nidmm", "nidmm"),
)
STEP_SECONDS = 5.0
"""More than a slow machine needs to open sessions, and less than a step that hangs."""
BAD = """
import os, time

def fail(context): context.Step.SetValString("Result.Status", 0, "Failed")

def raise_(context): raise ValueError("no unit in the fixture")

def hang(context): time.sleep(3600)

def crash(context): os._exit(3)
"""


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """Return the programs, running."""
    with ExitStack() as stack:
        yield Bench(tmp_path_factory.mktemp("bench"), stack)


@pytest.fixture
def folder(tmp_path, bench, monkeypatch):
    """Return a sequence's folder as in NI's repository: code modules in it, a pin map beside it.

    What runs there may leave no process.
    """
    monkeypatch.setenv("LOCAL_STATION_HOME", str(bench.home))
    (tmp_path / "pinmap").mkdir()
    (tmp_path / "pinmap" / "Made.pinmap").write_text(PIN_MAP, encoding="utf-8")
    before = set(psutil.Process().children(recursive=True))
    yield Path(shutil.copytree(ROOT / "teststand" / "code_modules", tmp_path / "sequence"))
    assert set(psutil.Process().children(recursive=True)) == before


@pytest.mark.skipif(not SEQUENCE.exists(), reason=f"NI's samples are absent: {SAMPLES}")
@pytest.mark.parametrize("sockets", [1, 4])
def test_nis_sequence_runs_to_its_end(bench, folder, sockets):
    """All steps are done, values have types, all records are in one file, and nothing is left."""
    shutil.copy(
        SAMPLES / "pinmaps" / SAMPLE_MAP, folder.parent / "pinmap/FileSessionSharing.pinmap"
    )
    path = Path(shutil.copy(SEQUENCE, folder / "FileSessionSharing.seq"))
    before, known = len(bench.records(SAMPLE_LOG)), bench.registered()
    results = run_file(path, RunOptions(sockets=sockets, step_timeout=60.0))
    for result in results:
        told = [(each.place.name, each.status.value, each.error) for each in result.main.steps]
        assert [status for _, status, _ in told] == ["Done"] * 9, told
        assert result.status.value == "Passed"
        supply, meter = result.main.steps[4], result.main.steps[5]
        values = {each.name: each.value for each in (*supply.values, *meter.values)}
        assert values["measurement_pin_names"] == ("DCPowerPin",)
        assert values["voltage_measurements"] == pytest.approx((6.0,), abs=0.1)
        assert values["in_compliance"] == (False,)
        assert isinstance(values["measured_value"], float)
    logged = sorted(each["measurement_name"] for each in bench.records(SAMPLE_LOG)[before:])
    assert logged == ["DC voltage"] * sockets + ["DMM value"] * sockets
    assert bench.open_logs() == []
    assert bench.registered() <= known


def _made(*main, kinds=()):
    """Return a file whose Setup opens sessions of some kinds, which its Cleanup closes."""
    steps = {
        verb: tuple(
            making.python(f"teststand_{module}.py", f"{verb}_{kind}_sessions", "ThisContext")
            for module, kind in kinds
        )
        for verb in ("create", "destroy")
    }
    pin_map = making.step("pin map", UpdatePinMap(r'"..\PINMAP\made.pinmap"'))
    return making.sequence_file(
        making.sequence(
            "MainSequence", *main, setup=(pin_map, *steps["create"]), cleanup=steps["destroy"]
        )
    )


@pytest.mark.parametrize(
    ("function", "status"),
    [("fail", "Failed"), ("raise_", "Error"), ("hang", "Error"), ("crash", "Error")],
)
def test_a_bad_step_leaves_nothing(bench, folder, function, status):
    """Whatever a step does to itself: nothing open, reserved, registered; Cleanup has run."""
    (folder / "bad.py").write_text(BAD, encoding="utf-8")
    file = _made(making.python("bad.py", function, "ThisContext"), kinds=KINDS)
    known, holders = bench.registered(), set()

    def listen(event):
        if isinstance(event, StepStarted) and event.place.name == function:
            sessions = bench.open_logs()
            holders.update(hold.holder.program for each in sessions for hold in each.attachments)

    options = RunOptions(step_timeout=STEP_SECONDS)
    result = run_sequences(file, folder / "made.seq", options, listener=listen)[0]
    assert holders == {"teststand_interpreter.py"}
    told = [(each.place.name, each.status.value, each.error) for each in result.main.steps]
    statuses = dict.fromkeys([name for name, _, _ in told], "Done") | {function: status}
    assert {name: one for name, one, _ in told} == statuses, told
    assert len(told) == 2 + 2 * len(KINDS)
    assert result.status.value == status
    assert bench.open_drivers() == []
    assert bench.registered() <= known
    deadline = time.monotonic() + LIMIT
    while bench.open_logs():  # of an interpreter that died: until the services have noticed
        assert time.monotonic() < deadline, bench.open_logs()
        time.sleep(0.01)
    bench.check_free(folder.parent / "pinmap" / "Made.pinmap")


def _parameter(name, number, kind, expression="", dimensions=0):
    return MeasurementParameter(name, number, kind, dimensions, "None", expression, True, {}, "")


def _sourcing():
    """Return a step that sources, as soon as it gets the pins."""
    inputs = (
        _parameter("nidcpower_pins", 1, "TypeString", '{"VIN"}', 1),
        _parameter("json_logger_pin", 2, "TypeString", '"LOG"'),
        _parameter("voltage_level", 3, "TypeDouble", "5"),
        _parameter("voltage_level_range", 4, "TypeDouble", "6"),
        _parameter("current_limit", 5, "TypeDouble", "0.01"),
        _parameter("current_limit_range", 6, "TypeDouble", "0.01"),
        _parameter("source_delay", 7, "TypeDouble", "0"),
    )
    outputs = (
        _parameter("measurement_sites", 1, "TypeInt32", "", 1),
        _parameter("measurement_pin_names", 2, "TypeString", "", 1),
        _parameter("voltage_measurements", 3, "TypeDouble", "", 1),
        _parameter("current_measurements", 4, "TypeDouble", "", 1),
        _parameter("in_compliance", 5, "TypeBool", "", 1),
    )
    service = "ni.examples.NIDCPowerSourceDCVoltageWithLogger"
    return making.step("source", MeasurementCall(service, "1.0.0", inputs, outputs))


def test_a_measurement_that_takes_too_long_is_cancelled(bench, folder):
    """The step is an error in time, and the plug-in holds nothing that it waited for."""
    pin_map = folder.parent / "pinmap" / "Made.pinmap"
    with bench.reserved(pin_map):
        file, options = _made(_sourcing()), RunOptions(step_timeout=1.0)
        result = run_sequences(file, folder / "made.seq", options)[0]
    step = result.main.steps[1]
    assert step.status.value == "Error", step
    assert "1 s, and was cancelled" in step.error
    assert [each.name for each in step.values] == [each.name for each in _inputs(file)]
    bench.check_free(pin_map, LIMIT)


def _inputs(file):
    """Return the configurations of the measurement of a file that was made here."""
    return file.sequences[0].main[0].action.inputs


def test_a_stop_cancels_a_measurement(bench, folder):
    """Ctrl-C does not wait for a measurement, which then holds nothing; Cleanup runs."""
    pin_map = folder.parent / "pinmap" / "Made.pinmap"
    requests = StopRequests()

    def listen(event):
        if isinstance(event, StepStarted) and event.place.name == "source":
            requests.request()

    file = _made(_sourcing())
    (folder / "good.py").write_text("def clean(): pass", encoding="utf-8")
    cleaned = making.sequence("Clean", cleanup=(making.python("good.py", "clean"),)).cleanup
    main = replace(file.sequences[0], cleanup=cleaned)
    with bench.reserved(pin_map):
        result = run_sequences(
            replace(file, sequences=(main,)),
            folder / "made.seq",
            listener=listen,
            requests=requests,
        )[0]
    assert [each.status.value for each in result.main.steps] == ["Done", "Terminated", "Done"]
    assert result.status.value == "Terminated"
    bench.check_free(pin_map, LIMIT)


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (MeasurementCall("ni.examples.NoSuch", "", (), ()), "NoSuch"),
        (
            MeasurementCall(
                "ni.examples.NIDmmMeasurementWithLogger",
                "1.0.0",
                (_parameter("range", 4, "TypeString", '"10"'),),
                (),
            ),
            "configuration 4 is string range, the measurement's is double range",
        ),
        (MeasurementCall("ni.examples.NIDmmMeasurementWithLogger", "9.9", (), ()), "9.9"),
    ],
)
def test_a_measurement_that_is_not_the_step_s_is_an_error(bench, folder, action, said):
    """No such plug-in, no such version, and other parameters: the text says which it is."""
    file = _made(making.step("measure", action))
    result = run_sequences(file, folder / "made.seq")[0]
    assert result.main.steps[1].status.value == "Error"
    assert said in result.main.steps[1].error
