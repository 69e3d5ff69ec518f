"""Tests of a plug-in on a whole station, without NI's software and without hardware."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from ni.measurementlink.pinmap.v1.client import PinMapClient

from measurement_support.client import MeasurementClient
from session_sharing import join_local_station
from session_sharing.testing.processes import ServerProcess, running_instruments, running_station

PIN_MAPS = Path("pin_maps").resolve()  # tests are started in the root of the repository


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Start the station, the instruments, the logger and the plug-in; they end with the tests."""
    home, data = tmp_path_factory.mktemp("station"), tmp_path_factory.mktemp("data")
    circuit = ("--circuit", str(PIN_MAPS / "regulator.toml"))
    with pytest.MonkeyPatch.context() as environment, ExitStack() as programs:
        environment.setenv("LOCAL_STATION_HOME", str(home))
        environment.setenv("SESSION_SHARING_DATA", str(data))
        programs.enter_context(running_station(home))
        programs.enter_context(running_instruments(home, *circuit))
        for module in ("json_logger", "output_voltage"):  # the plug-in is started as any module
            programs.enter_context(ServerProcess(module))
        join_local_station()
        yield data


def test_a_good_unit_passes_and_is_logged(data_folder: Path) -> None:
    """A regulator of 3.3 V passes, and every reading stands in the log with its serial number."""
    pin_map = PinMapClient().update_pin_map(PIN_MAPS / "waiting.pinmap")
    with MeasurementClient("session_sharing.OutputVoltage") as plug_in:
        outputs = plug_in.measure(pin_map, readings=3, serial_number="SN-1")
    assert outputs["passed"]
    assert outputs["mean"] == [pytest.approx(3.3, abs=0.05)]
    lines = (data_folder / "results.ndjson").read_text("utf-8").splitlines()
    assert [json.loads(line)["context"]["serial_number"] for line in lines] == ["SN-1"] * 3
