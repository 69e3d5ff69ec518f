"""Plug-ins that fail, are cancelled, run out of time or are stopped in the middle."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import Any

import grpc
import pytest
from ni.measurementlink.sessionmanagement.v1.client import PinMapContext

from measurement_support.client import Call
from session_sharing.testing.processes import ServerProcess
from tests.system.floor import PIN_MAPS, Floor
from tests.system.leftovers import attached, nothing_left, reserved, until

CLASS = "session_sharing.OutputVoltage"  # The latest plug-in of a class is found.
LONG: dict[str, Any] = {"readings": 10_000, "interval": 0.02}
WAITING: dict[str, Any] = {**LONG, "log_pin": "LOG"}
ALIASES: dict[str, Any] = {**LONG, "log_pin": "LOG_VOLTAGE", "log_while_measuring": True}
BOTH: dict[str, Any] = {**ALIASES, "log_pin": "LOG_CURRENT"}
each_way = pytest.mark.parametrize(
    ("way", "options"), [("waiting", WAITING), ("aliases", ALIASES), ("database", BOTH)]
)
HELD = {"waiting": [], "aliases": ["voltage"], "database": ["", "current"]}
"""The aliases under which a run holds its logs while it measures: of the file, of the database."""


@pytest.fixture(scope="module")
def pin_maps(floor: Floor) -> dict[str, str]:
    """Register the project's pin maps; return their ids."""
    return {path.stem: floor.load(path) for path in PIN_MAPS.glob("*.pinmap")}


@pytest.fixture(autouse=True)
def tidy(floor: Floor):
    """Check after each test that nothing is left: that is what these tests are about."""
    yield
    nothing_left(floor)


@contextmanager
def refused(code: grpc.StatusCode, *words: str):
    """Expect that a measurement fails with a status and a text that has these words."""
    with pytest.raises(grpc.RpcError) as caught:
        yield
    assert caught.value.code() is code, caught.value.details()
    assert [word for word in words if word not in caught.value.details()] == []


def gets_under_way(floor: Floor, run: Call, way: str) -> bool:
    """Wait until a run measures, or has ended; return whether it measures.

    Then it holds its instrument, and its logs if it logs meanwhile.
    """

    def measures() -> bool:
        return "niDMM-DMM1" in reserved(floor) and attached(floor) == HELD[way]

    until(lambda: run.done() or measures(), "it measures")
    return not run.done()


def under_way(floor: Floor, run: Call, way: str) -> Call:
    """Wait until a run measures."""
    assert gets_under_way(floor, run, way)
    return run


def log_of(pin_maps: dict[str, str]) -> PinMapContext:
    """Return where the one log of the map for waiting is."""
    return PinMapContext(pin_maps["waiting"], [0])


def queued(plug_in: ServerProcess, run: Call) -> None:
    """Wait until a run waits for the log: its second reservation, as the plug-in's log tells."""

    def asked() -> bool:
        calls = [line for line in list(plug_in.log) if "client call starting" in line]
        return sum(line.endswith("/ReserveSessions") for line in calls) == 2

    until(asked, "it waits for the log")
    assert not run.done()


@each_way
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"voltage_pins": ["NOWHERE"]}, ("NOWHERE", "VOUT")),
        ({"voltage_pins": ["VIN"]}, ("VIN", "niDMM", "pin map")),
        ({"log_pin": "VIN"}, ("VIN", "FileLogger or DatabaseWriter", "pin map")),
        ({"log_pin": ""}, ("log_pin is empty",)),
        ({"readings": 0}, ("readings is 0", "1 to")),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_wrong_configuration_leaves_nothing(floor, pin_maps, way, options, wrong, words):
    """A run that is refused in the middle says what is wrong, and releases what it had."""
    short = {**options, "readings": 1}
    with refused(grpc.StatusCode.INVALID_ARGUMENT, *words):
        floor.voltage.measure(pin_maps[way], **{**short, **wrong})


@each_way
def test_a_cancelled_run_leaves_nothing(floor, pin_maps, way, options):
    """Cancelling ends a run between two readings, and everything is free at once."""
    run = under_way(floor, floor.voltage.start(pin_maps[way], **options), way)
    run.cancel()
    with refused(grpc.StatusCode.CANCELLED):
        run.result(20.0)
    nothing_left(floor)
    everything = PinMapContext(pin_maps[way], [0])
    floor.management.reserve_sessions(everything, timeout=0).unreserve()


@each_way
def test_a_run_out_of_time_leaves_nothing(floor, pin_maps, way, options):
    """A deadline in the middle of measuring ends the run, and everything is free."""
    for seconds in (1.0, 4.0, 16.0):  # On a slow machine the first may be over before it begins.
        run = floor.voltage.start(pin_maps[way], timeout=seconds, **options)
        if gets_under_way(floor, run, way):
            break
    else:
        pytest.fail("no run was under way in its time")
    with refused(grpc.StatusCode.DEADLINE_EXCEEDED):
        run.result(20.0)


def test_who_holds_the_log_is_told(floor, pin_maps):
    """A run that waited in vain says who holds the log and since when, and has let go itself."""
    with (
        floor.management.reserve_session(log_of(pin_maps), "LOG", timeout=5.0),
        refused(grpc.StatusCode.UNAVAILABLE, "FileLogger-results.ndjson", "is held by", "since"),
    ):
        floor.voltage.measure(pin_maps["waiting"], readings=1, reserve_timeout=0.05)


def test_a_deadline_does_not_hide_who_holds_the_log(floor, pin_maps):
    """The wait for the log ends before the caller's own deadline, so the text still arrives."""
    with (
        floor.management.reserve_session(log_of(pin_maps), "LOG", timeout=5.0),
        refused(grpc.StatusCode.UNAVAILABLE, "is held by"),
    ):
        floor.voltage.measure(pin_maps["waiting"], readings=1, timeout=2.0)


def test_a_run_cancelled_in_the_queue_leaves_it(floor, pin_maps):
    """A run that waits for the log when it is cancelled gives up its place, and logs nothing."""

    def waits() -> bool:
        with pytest.raises(grpc.RpcError) as caught:
            floor.management.reserve_session(log_of(pin_maps), "LOG", timeout=0.0)
        return "waits longer for the same" in caught.value.details()

    with (
        floor.start("output_voltage", "--verbose") as plug_in,
        floor.measurement(CLASS) as client,
        floor.management.reserve_session(log_of(pin_maps), "LOG", timeout=5.0),
    ):
        run = client.start(pin_maps["waiting"], readings=1, serial_number="NEVER")
        queued(plug_in, run)
        until(waits, "session management has it in the queue")
        run.cancel()
        until(lambda: not waits(), "it has left the queue")
    log_file = floor.logs / "results.ndjson"
    assert not log_file.exists() or "NEVER" not in log_file.read_text("utf-8")


@each_way
def test_stopping_a_plug_in_ends_its_run(floor, pin_maps, way, options):
    """A plug-in that is asked to stop ends its run, tells the caller, lets go, and exits 0."""
    with floor.start("output_voltage") as plug_in, floor.measurement(CLASS) as client:
        run = under_way(floor, client.start(pin_maps[way], **options), way)
        begin = time.monotonic()
        assert plug_in.stop() == 0
        assert time.monotonic() - begin < 10.0
        with refused(grpc.StatusCode.UNAVAILABLE, "output_voltage is stopping"):
            run.result(20.0)


def test_stopping_a_plug_in_ends_its_wait(floor, pin_maps):
    """A plug-in whose run waits for a reservation stops in time, and leaves the queue."""
    with (
        floor.management.reserve_session(log_of(pin_maps), "LOG", timeout=5.0),
        floor.start("output_voltage", "--verbose") as plug_in,
        floor.measurement(CLASS) as client,
    ):
        run = client.start(pin_maps["waiting"], readings=1)
        queued(plug_in, run)
        begin = time.monotonic()
        assert plug_in.stop() == 0
        assert time.monotonic() - begin < 10.0
        with refused(grpc.StatusCode.UNAVAILABLE, "output_voltage is stopping"):
            run.result(20.0)
