"""NI's published sequence, laid out as in NI's repository, on this project's programs."""

from __future__ import annotations

import json
import shutil
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import grpc
import psutil
import pytest
from ni.measurementlink.pin_map_context_pb2 import PinMapContext
from ni.measurementlink.sessionmanagement.v1 import (
    session_management_service_pb2 as messages,
)
from ni.measurementlink.sessionmanagement.v1 import (
    session_management_service_pb2_grpc as stubs,
)

from session_sharing.client.administration import Administration
from session_sharing.testing.processes import ServerProcess, running_instruments, running_station
from teststand_runner.model import UpdatePinMap
from teststand_runner.running import RunOptions, run_file, run_sequences
from teststand_runner.testing import making

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT.parent / "shared" / "samples"
SEQUENCE = SAMPLES / "sequences" / "FileSessionSharing.tof1.seq"
PIN_MAP = SAMPLES / "pinmaps" / "src_file_session_sharing_examples_pinmap_FileSessionSharing.pinmap"
LOG = "UpdateThisWithActualFilePath.ndjson"
STAND_INS = ("nidcpower_with_logger", "nidmm_with_logger")
LIMIT = 20.0

pytestmark = pytest.mark.skipif(not SEQUENCE.exists(), reason="NI's samples are not here")


class Bench:
    """The programs that NI's sequence needs, as processes."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.home, self.logs = folder / "station", folder / "logs"
        self.station = stack.enter_context(running_station(self.home, "--port", "0"))
        environment = {"LOCAL_STATION_HOME": str(self.home)}
        started = [
            running_instruments(self.home, "--port", "0"),
            ServerProcess(
                "json_logger",
                ["--port", "0", "--data-dir", str(self.logs), "--grace", "0.3"],
                environment,
            ),
            *(ServerProcess(f"teststand.stand_ins.{name}", [], environment) for name in STAND_INS),
        ]
        for server in started:
            stack.enter_context(server)
        self.logger = started[1]

    def records(self):
        """Return the lines of the log."""
        lines = (self.logs / LOG).read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def open_logs(self):
        """Return the log files that are open."""
        with Administration(self.logger.address) as administration:
            return administration.sessions()

    def registered(self):
        """Return the sessions that are registered or reserved."""
        with self.management() as stub:
            return list(stub.GetSessions(messages.GetSessionsRequest(), timeout=LIMIT).sessions)

    def reserve_all(self, pin_map):
        """Reserve every pin of a pin map without waiting, and let go; refused if one is held."""
        where = PinMapContext(pin_map_id=str(pin_map), sites=[0])
        with self.management() as stub:
            wanted = messages.ReserveSessionsRequest(pin_map_context=where)
            found = stub.ReserveSessions(wanted, timeout=LIMIT)
            stub.UnreserveSessions(messages.UnreserveSessionsRequest(sessions=found.sessions))

    @contextmanager
    def management(self):
        """Return the station's session management."""
        with grpc.insecure_channel(self.station.address) as channel:
            yield stubs.SessionManagementServiceStub(channel)


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """Return the programs, running."""
    with ExitStack() as stack:
        yield Bench(tmp_path_factory.mktemp("bench"), stack)


@pytest.fixture
def sequence(tmp_path, bench, monkeypatch):
    """Return NI's sequence in its folder, with the code modules beside it, and its pin map."""
    monkeypatch.setenv("LOCAL_STATION_HOME", str(bench.home))
    (tmp_path / "pinmap").mkdir()
    shutil.copy(PIN_MAP, tmp_path / "pinmap" / "FileSessionSharing.pinmap")
    shutil.copytree(ROOT / "teststand" / "code_modules", tmp_path / "teststand_sequence")
    return shutil.copy(SEQUENCE, tmp_path / "teststand_sequence" / "FileSessionSharing.seq")


def test_nis_sequence_runs_to_its_end(bench, sequence):
    """All steps are done, the values are of their types, all records are in one file."""
    before = set(psutil.Process().children(recursive=True))
    result = run_file(Path(sequence), RunOptions(step_timeout=60.0))[0]
    told = [(each.place.name, each.status.value, each.error) for each in result.main.steps]
    assert result.status.value == "Passed", told
    assert [status for _, status, _ in told] == ["Done"] * 9
    supply, meter = result.main.steps[4], result.main.steps[5]
    values = {each.name: each.value for each in (*supply.values, *meter.values)}
    assert values["measurement_pin_names"] == ("DCPowerPin",)
    assert values["voltage_measurements"] == pytest.approx((6.0,), abs=0.1)
    assert values["in_compliance"] == (False,)
    assert isinstance(values["measured_value"], float)
    assert [record["measurement_name"] for record in bench.records()] == ["DC voltage", "DMM value"]
    assert bench.open_logs() == []
    assert bench.registered() == []
    assert set(psutil.Process().children(recursive=True)) == before


BAD = """
import os, time

def good(): pass

def fail(context): context.Step.SetValString("Result.Status", 0, "Failed")

def raise_(context): raise ValueError("no unit in the fixture")

def hang(context): time.sleep(3600)

def crash(context): os._exit(3)
"""

FILES, INSTRUMENTS = ("json_logger", "file"), ("nidcpower", "nidcpower")


@pytest.mark.parametrize(
    ("function", "status", "kinds"),
    [
        ("fail", "Failed", (FILES, INSTRUMENTS)),
        ("raise_", "Error", (FILES, INSTRUMENTS)),
        ("hang", "Error", (FILES,)),
        ("crash", "Error", (FILES,)),
    ],
)
def test_a_bad_step_leaves_nothing(bench, sequence, function, status, kinds):
    """Whatever a step does to itself: no session open, nothing reserved, no process, a Cleanup."""
    folder = Path(sequence).parent
    (folder / "bad.py").write_text(BAD, encoding="utf-8")
    before = set(psutil.Process().children(recursive=True))
    made = making.sequence(
        "MainSequence",
        making.python("bad.py", function, "ThisContext"),
        setup=(
            making.step("pin map", UpdatePinMap(r'"..\\pinmap\\filesessionsharing.pinmap"')),
            *(
                making.python(f"teststand_{module}.py", f"create_{kind}_sessions", "ThisContext")
                for module, kind in kinds
            ),
        ),
        cleanup=tuple(
            making.python(f"teststand_{module}.py", f"destroy_{kind}_sessions", "ThisContext")
            for module, kind in kinds
        ),
    )
    result = run_sequences(
        making.sequence_file(made), folder / "made.seq", RunOptions(step_timeout=3.0)
    )[0]
    told = [(each.place.name, each.status.value, each.error) for each in result.main.steps]
    statuses = dict.fromkeys([name for name, _, _ in told], "Done") | {function: status}
    assert {name: one for name, one, _ in told} == statuses, told
    assert len(told) == 2 + 2 * len(kinds)
    assert result.status.value == status
    deadline = time.monotonic() + LIMIT
    while bench.open_logs():  # of an interpreter that died: until the logger has noticed
        assert time.monotonic() < deadline, bench.open_logs()
        time.sleep(0.01)
    bench.reserve_all(folder.parent / "pinmap" / "FileSessionSharing.pinmap")
    assert set(psutil.Process().children(recursive=True)) == before
