"""Both measurements on NI's drivers: several pins and sites, and what a run leaves behind."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from ni.measurementlink.sessionmanagement.v1.client import (
    PinMapContext,
    SessionInitializationBehavior,
)

from tests.system.driver_sessions import SUPPLY, open_sessions, volts
from tests.system.floor import PIN_MAPS, Floor
from tests.system.leftovers import attached, free_all, nothing_left, until

README = Path(__file__).resolve().parents[2] / "plugins" / "supply_current" / "README.md"
NUMBERS = itertools.count(1)
ALIASES: dict[str, Any] = {"log_while_measuring": True}
LONG: dict[str, Any] = {**ALIASES, "readings": 10_000, "interval": 0.01}


@pytest.fixture(scope="module")
def pin_map(floor: Floor) -> str:
    """Register the map with an alias for each measurement; return its id."""
    return floor.load(PIN_MAPS / "aliases.pinmap")


@pytest.fixture
def serial_number(floor: Floor) -> Iterator[str]:
    """Return a unit of its own; after the test nothing is left, and every output is off."""
    yield f"DRV-{next(NUMBERS):04}"
    nothing_left(floor)
    assert open_sessions(floor) == []
    assert volts(floor, "SMU1/0") == pytest.approx(0.0, abs=0.01)


def records_of(floor: Floor, serial_number: str) -> list[dict[str, Any]]:
    """Return the records of a unit, in the order of its readings."""
    path = floor.logs / "results.ndjson"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    found = [json.loads(line) for line in lines if serial_number in line]
    return sorted(found, key=lambda record: record["measurement_outputs"]["index"])


def two_pins_and_sites(folder: Path) -> Path:
    """Write a pin map whose two sites have two pins each, at supplies that lie crosswise."""
    text = (PIN_MAPS / "sites.pinmap").read_text("utf-8")
    replaced = {
        '<DUTPin name="VIN" />': '<DUTPin name="VIN" /><DUTPin name="VAUX" />',
        "</Connections>": '<Connection pin="VAUX" siteNumber="0" instrument="SMU2" channel="1" />'
        '<Connection pin="VAUX" siteNumber="1" instrument="SMU2" channel="0" /></Connections>',
        "</Instruments>": '<NIDCPowerInstrument name="SMU2" numberOfChannels="2">'
        '<ChannelGroup name="All" /></NIDCPowerInstrument></Instruments>',
    }
    for old, new in replaced.items():
        assert old in text
        text = text.replace(old, new)
    path = folder / "two.pinmap"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("way", [{}, ALIASES], ids=["waiting", "aliases"])
def test_several_pins_and_sites_in_one_run(floor, tmp_path, serial_number, way):
    """Each pin of each site is sourced and measured; its records go to the log of its site."""
    outputs = floor.current.measure(
        floor.load(two_pins_and_sites(tmp_path)),
        sites=[1, 0],
        supply_pins=["VIN", "VAUX"],
        voltage_level=2.5,
        serial_number=serial_number,
        readings=2,
        **way,
    )
    places = [(1, "VIN"), (1, "VAUX"), (0, "VIN"), (0, "VAUX")]
    assert list(zip(outputs["sites"], outputs["pins"], strict=True)) == places
    assert outputs["voltages"] == pytest.approx([2.5] * 4, abs=0.01)
    # At SMU2 is nothing but what the circuit gives every terminal that it does not name.
    currents = [2.5 / 5150, 2.5e-3, 2.5 / 4900, 2.5e-3]
    assert outputs["currents"] == pytest.approx(currents, abs=1e-5)
    assert outputs["in_compliance"] == [False] * 4
    records = records_of(floor, serial_number)
    found = [(one["context"]["site"], one["context"]["pin"]) for one in records]
    channels = [one["measurement_configurations"]["channel"] for one in records]
    assert found == places * 2
    assert channels == ["SMU1/1", "SMU2/0", "SMU1/0", "SMU2/1"] * 2


def test_compliance_is_told_and_fails(floor, pin_map, serial_number):
    """A limit that keeps the channel from its level is an output, in the records, and a failure."""
    outputs = floor.current.measure(
        pin_map,
        log_pin="LOG_CURRENT",
        current_limit=0.6e-3,
        serial_number=serial_number,
        readings=1,
    )
    assert (outputs["in_compliance"], outputs["passed"]) == ([True], False)
    assert outputs["currents"] == pytest.approx([0.6e-3], abs=1e-5)
    assert outputs["voltages"] == pytest.approx([0.6e-3 * 4900], abs=0.01)
    (record,) = records_of(floor, serial_number)
    assert record["measurement_outputs"]["in_compliance"] is True
    assert record["status"] == "failed"


def test_something_else_than_a_voltage(floor, tmp_path, serial_number):
    """What is measured, and its limits, are the caller's; the records have its name and unit."""
    text = (PIN_MAPS / "aliases.pinmap").read_text("utf-8")
    path = tmp_path / "ohms.pinmap"
    path.write_text(text.replace('"DMM1"', '"DMM9"'), "utf-8")
    outputs = floor.voltage.measure(
        floor.load(path),
        log_pin="LOG_VOLTAGE",
        measurement_type="TWO_WIRE_RES",
        range=-1.0,
        low_limit=900.0,
        high_limit=1100.0,
        serial_number=serial_number,
        readings=1,
    )
    assert outputs["mean"] == pytest.approx([1000.0], abs=5.0)
    assert outputs["passed"]
    (record,) = records_of(floor, serial_number)
    assert record["units"]["resistance"] == "ohm"


def test_a_signal_out_of_range_is_told_and_fails(floor, pin_map, serial_number):
    """A range that is too small gives no number, which is logged as what it is."""
    outputs = floor.voltage.measure(
        pin_map, log_pin="LOG_VOLTAGE", range=0.1, serial_number=serial_number, readings=1
    )
    assert (outputs["signal_out_of_range"], outputs["passed"]) == ([True], False)
    (record,) = records_of(floor, serial_number)
    assert record["measurement_outputs"]["signal_out_of_range"] is True


@pytest.mark.parametrize("ended", ["cancelled", "out of time"])
def test_a_run_that_ends_while_sourcing_switches_off(floor, pin_map, serial_number, ended):
    """However a run ends in the middle, the output is off, and its session is closed."""
    options = {**LONG, "log_pin": "LOG_CURRENT", "serial_number": serial_number}

    def sources() -> bool:
        return bool(records_of(floor, serial_number)) and volts(floor, "SMU1/0") > 4.9

    for seconds in (1.0, 4.0, 16.0):  # On a slow machine the first may be over before it sources.
        timeout = None if ended == "cancelled" else seconds
        run = floor.current.start(pin_map, timeout=timeout, **options)
        until(lambda run=run: run.done() or sources(), "it sources")
        if not run.done():
            break
    if ended == "cancelled":
        run.cancel()
    with pytest.raises(grpc.RpcError) as caught:
        run.result(20.0)
    codes = {
        "cancelled": grpc.StatusCode.CANCELLED,
        "out of time": grpc.StatusCode.DEADLINE_EXCEEDED,
    }
    assert caught.value.code() is codes[ended]
    until(lambda: volts(floor, "SMU1/0") < 0.1, "the output is off")


def test_what_a_killed_plug_in_leaves_on_can_be_switched_off(floor, pin_map, serial_number):
    """A plug-in that is killed leaves output and session; the program of its README ends both."""
    options = {**LONG, "log_while_measuring": False, "serial_number": serial_number}
    with (
        floor.start("supply_current") as plug_in,
        floor.measurement("session_sharing.SupplyCurrent") as client,
    ):
        run = client.start(pin_map, log_pin="LOG_CURRENT", **options)
        until(lambda: volts(floor, "SMU1/0") > 4.9, "it sources")
        plug_in.kill()
        with pytest.raises(grpc.RpcError, match="may have logged records already"):
            run.result(20.0)
    free_all(floor)
    assert volts(floor, "SMU1/0") > 4.9
    assert open_sessions(floor) == [SUPPLY]
    (program,) = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    subprocess.run(
        [sys.executable, "-c", f"pin_map_id = {pin_map!r}\n{program}"],
        env={**os.environ, **floor.environment},
        check=True,
        timeout=60,
    )


def test_a_session_of_a_setup_is_used_and_left_open(floor, pin_map, serial_number):
    """With AUTO a run attaches to what a Setup has opened, and leaves it to the Cleanup."""
    where = PinMapContext(pin_map, [0])
    behavior = SessionInitializationBehavior
    detach = behavior.INITIALIZE_SESSION_THEN_DETACH
    close = behavior.ATTACH_TO_SESSION_THEN_CLOSE
    with (
        floor.management.reserve_session(where, "VIN", timeout=5.0) as reservation,
        reservation.initialize_nidcpower_session(initialization_behavior=detach),
    ):
        pass
    outputs = floor.current.measure(
        pin_map, log_pin="LOG_CURRENT", serial_number=serial_number, readings=1
    )
    assert outputs["passed"]
    assert open_sessions(floor) == [SUPPLY]
    with (
        floor.management.reserve_session(where, "VIN", timeout=5.0) as reservation,
        reservation.initialize_nidcpower_session(initialization_behavior=close),
    ):
        pass


@pytest.mark.parametrize(
    ("measured", "wrong", "words"),
    [
        ("current", {"voltage_level": 7.0}, "NI-DCPower: -1074135024: .*voltage_level is 7"),
        ("voltage", {"range": 1e6}, "NI-DMM: -1074135024: .*range"),
        ("voltage", {"measurement_type": "PERIOD"}, "NI-DMM: -1074135023: .*not simulated"),
    ],
)
def test_a_driver_that_refuses_is_told(floor, pin_map, serial_number, measured, wrong, words):
    """The caller gets the driver's code and text, and nothing was logged."""
    pin = {"current": "LOG_CURRENT", "voltage": "LOG_VOLTAGE"}[measured]
    with pytest.raises(grpc.RpcError, match=words) as caught:
        getattr(floor, measured).measure(
            pin_map, log_pin=pin, serial_number=serial_number, **{**ALIASES, **wrong}
        )
    assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert records_of(floor, serial_number) == []


def test_a_channel_that_the_instrument_lacks_is_told(floor, tmp_path, serial_number):
    """What a pin map promises and the instrument has not is refused, in the driver's text."""
    text = (PIN_MAPS / "waiting.pinmap").read_text("utf-8")
    path = tmp_path / "lacks.pinmap"
    path.write_text(
        text.replace('numberOfChannels="4"', 'numberOfChannels="40"')
        .replace('channels="0"', 'channels="30"')
        .replace('instrument="SMU1" channel="0"', 'instrument="SMU1" channel="30"'),
        "utf-8",
    )
    with pytest.raises(grpc.RpcError, match="NI-DCPower: -1074135008") as caught:
        floor.current.measure(floor.load(path), serial_number=serial_number)
    assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION


def test_both_source_and_measure_while_both_log(floor, pin_map, serial_number):
    """Supply and multimeter work at the same moment, in one session of the log."""
    runs = [
        floor.voltage.start(pin_map, log_pin="LOG_VOLTAGE", serial_number=serial_number, **LONG),
        floor.current.start(pin_map, log_pin="LOG_CURRENT", serial_number=serial_number, **LONG),
    ]
    until(lambda: volts(floor, "SMU1/0") > 4.9, "it sources")
    until(lambda: sorted(attached(floor)) == ["current", "voltage"], "both hold the log")
    for run in runs:
        run.cancel()
    until(lambda: volts(floor, "SMU1/0") < 0.1, "the output is off")
