"""Both measurement plug-ins, by both ways of sharing, as processes on a local station."""

from __future__ import annotations

import itertools
import json
import statistics
from typing import Any

import grpc
import pytest

from json_logger import JsonLoggerClient
from measurement_support.client import MeasurementClient
from session_sharing import Behavior
from session_sharing.client.administration import Administration
from tests.system.floor import PIN_MAPS, Floor
from tests.system.leftovers import attached, nothing_left, until

NUMBERS = itertools.count(1)
LOG = "results.ndjson"
WAYS: dict[str, dict[str, Any]] = {
    "waiting": {"log_pin": "LOG"},
    "aliases": {"log_pin": "LOG_VOLTAGE", "log_while_measuring": True},
}
each_way = pytest.mark.parametrize("way", list(WAYS))


@pytest.fixture(scope="module")
def pin_maps(floor: Floor) -> dict[str, str]:
    """Register the project's pin maps; return their ids."""
    return {path.stem: floor.load(path) for path in PIN_MAPS.glob("*.pinmap")}


@pytest.fixture
def serial_number(floor: Floor):
    """Return a unit of its own; after the test nothing is left of it but records."""
    yield f"SYS-{next(NUMBERS):04}"
    nothing_left(floor)


def records_of(floor: Floor, serial_number: str) -> list[dict[str, Any]]:
    """Return the records of a unit, in the order of the file."""
    log = floor.logs / LOG
    if not log.exists():  # Tests come in any order, and nothing may be logged yet.
        return []
    found = map(json.loads, log.read_text("utf-8").splitlines())
    return [record for record in found if record["context"]["serial_number"] == serial_number]


def sessions(floor: Floor) -> list[str]:
    """Return the public ids of the sessions that are open on the log file."""
    with Administration(floor.logger.address) as administration:
        return [each.public_id for each in administration.sessions() if each.resource_name == LOG]


@each_way
@pytest.mark.parametrize("measured", ["voltage", "current"])
def test_a_measurement_measures_and_logs(floor, pin_maps, serial_number, measured, way):
    """What the caller gets is what is in the file: every reading once, in order, with context."""
    client: MeasurementClient = getattr(floor, measured)
    options = {**WAYS[way], "serial_number": serial_number, "readings": 5}
    if (measured, way) == ("current", "aliases"):
        options["log_pin"] = "LOG_CURRENT"
    outputs = client.measure(pin_maps[way], **options)
    records = records_of(floor, serial_number)
    values = [record["measurement_outputs"][measured] for record in records]
    assert [record["measurement_outputs"]["index"] for record in records] == list(range(5))
    told = outputs[{"voltage": "mean", "current": "currents"}[measured]]
    pin = {"voltage": "VOUT", "current": "VIN"}[measured]
    assert told == [pytest.approx(statistics.fmean(values))]
    assert len(set(values)) > 1, "each reading is another one"
    assert (outputs["sites"], outputs["pins"], outputs["logged"]) == ([0], [pin], 5)
    assert outputs["passed"]
    assert outputs["new_session"]
    assert {record["context"]["pin"] for record in records} == {pin}
    assert len({record["context"]["run"] for record in records}) == 1
    assert records[0]["measurement_configurations"]["readings"] == 5
    assert {record["status"] for record in records} == {"passed"}
    assert records[0]["units"][measured] == {"voltage": "V", "current": "A"}[measured]
    low, high = records[0]["limits"][measured]
    assert low < values[0] < high


@each_way
def test_every_behavior_does_what_its_table_says(floor, pin_maps, serial_number, way):
    """A run creates, attaches, leaves open and closes the log's session as its behaviour says."""

    def run(behavior: int | str) -> tuple[bool, bool]:
        outputs = floor.voltage.measure(
            pin_maps[way],
            log_behavior=behavior,
            serial_number=serial_number,
            readings=1,
            **WAYS[way],
        )
        return outputs["new_session"], outputs["log_session"] in sessions(floor)

    assert run("INITIALIZE_SESSION_THEN_DETACH") == (True, True)
    assert run("ATTACH_TO_SERVER_SESSION") == (False, True)
    assert run("AUTO") == (False, True)
    assert run(4) == (False, False)
    assert run(1) == (True, False)
    assert run(0) == (True, False)
    assert len(records_of(floor, serial_number)) == 6


@pytest.mark.parametrize(
    ("behavior", "code", "words"),
    [
        (Behavior.INITIALIZE_SERVER_SESSION, grpc.StatusCode.ALREADY_EXISTS, "held by"),
        (Behavior.ATTACH_TO_SERVER_SESSION, grpc.StatusCode.NOT_FOUND, "no session is open"),
    ],
)
@each_way
def test_a_refused_log_reaches_the_caller(
    floor, pin_maps, serial_number, way, behavior, code, words
):
    """When the log is refused, status and text of the logger arrive, and nothing stays reserved."""
    holder = None
    if behavior == Behavior.INITIALIZE_SERVER_SESSION:
        holder = JsonLoggerClient(LOG, address=floor.logger.address)
    options = {**WAYS[way], "log_behavior": behavior, "serial_number": serial_number}
    with pytest.raises(grpc.RpcError) as caught:
        floor.voltage.measure(pin_maps[way], **options)
    if holder is not None:
        holder.close()
    assert caught.value.code() is code
    assert words in caught.value.details()
    assert records_of(floor, serial_number) == []


def test_with_aliases_both_log_at_the_same_moment(floor, pin_maps, serial_number):
    """Both measurements hold one session of the log at once, each under its own alias."""
    options = {
        "log_while_measuring": True,
        "serial_number": serial_number,
        "readings": 10_000,
        "interval": 0.01,
    }
    runs = [
        floor.voltage.start(pin_maps["aliases"], log_pin="LOG_VOLTAGE", **options),
        floor.current.start(pin_maps["aliases"], log_pin="LOG_CURRENT", **options),
    ]
    until(lambda: sorted(attached(floor)) == ["current", "voltage"], "both hold the log")
    assert len(sessions(floor)) == 1
    for run in runs:
        run.cancel()


@each_way
def test_sites_log_to_one_file(floor, pin_maps, serial_number, way):
    """One run over two sites reads and logs both, each through the alias of its site."""
    outputs = floor.voltage.measure(
        pin_maps["sites"],
        sites=[1, 0],
        log_while_measuring=way == "aliases",
        log_behavior="INITIALIZE_SERVER_SESSION",
        serial_number=serial_number,
        readings=3,
    )
    assert (outputs["sites"], outputs["logged"]) == ([1, 0], 6)
    assert len(outputs["log_session"].split(", ")) == 1, "it is one session"
    by_index = {
        record["measurement_outputs"]["index"]: record["context"]["site"]
        for record in records_of(floor, serial_number)
    }
    assert by_index == {0: 1, 1: 0, 2: 1, 3: 0, 4: 1, 5: 0}


@each_way
def test_no_sites_mean_all(floor, pin_maps, serial_number, way):
    """A call that names no sites, which NI's contract allows, measures and logs at all of them."""
    outputs = floor.voltage.measure(
        pin_maps["sites"],
        log_while_measuring=way == "aliases",
        serial_number=serial_number,
        readings=1,
    )
    assert (outputs["sites"], outputs["logged"]) == ([0, 1], 2)


def test_sites_do_not_wait_for_each_other(floor, pin_maps, serial_number):
    """Two runs of one plug-in, one for each site, measure and log at the same moment."""
    options = {
        "log_while_measuring": True,
        "serial_number": serial_number,
        "readings": 10_000,
        "interval": 0.01,
    }
    runs = [floor.voltage.start(pin_maps["sites"], sites=[site], **options) for site in (0, 1)]
    until(lambda: sorted(attached(floor)) == ["site0", "site1"], "both sites hold the log")
    for run in runs:
        run.cancel()
