"""Measurements that log to a database, or to file and database at once, as the pin map has it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from ni.measurementlink.sessionmanagement.v1.client import PinMapContext

from db_writer import DbWriterClient
from measurement_support.log_sessions import LogConstructor, opened_logs
from measurement_support.origin import station
from session_sharing import Record
from session_sharing.client.administration import Administration
from session_sharing.records import parse_line
from tests.system.floor import PIN_MAPS, Floor
from tests.system.leftovers import attached, nothing_left, until

NUMBERS = itertools.count(1)
FILE, DATABASE = "results.ndjson", "measurements.sqlite"
BOTH = "LOG_CURRENT"
LONG: dict[str, Any] = {"log_while_measuring": True, "readings": 10_000, "interval": 0.01}


@pytest.fixture(scope="module")
def pin_map(floor: Floor) -> str:
    """Register the map with the database; return its id."""
    return floor.load(PIN_MAPS / "database.pinmap")


@pytest.fixture
def serial_number(floor: Floor) -> Iterator[str]:
    """Return a unit of its own; after the test nothing is left of it but records."""
    yield f"BOTH-{next(NUMBERS):04}"
    nothing_left(floor)
    assert sessions(floor) == []


def sessions(floor: Floor) -> list[str]:
    """Return the resources that are open, those of files first."""
    found = []
    for service in (floor.logger, floor.writer):
        with Administration(service.address) as administration:
            found += [each.resource_name for each in administration.sessions()]
    return found


def in_file(floor: Floor, serial_number: str) -> list[Record]:
    """Return the records of a unit that the file has, in its order."""
    path = floor.logs / FILE
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    found = map(parse_line, lines)
    return [one for one in found if one.context and one.context.serial_number == serial_number]


def in_database(floor: Floor, serial_number: str) -> list[Record]:
    """Return the records of a unit that the database has, in its order."""
    with DbWriterClient(DATABASE, address=floor.writer.address) as database:
        return list(database.query(serial_number=serial_number))


@pytest.mark.parametrize("while_measuring", [False, True])
@pytest.mark.parametrize(("pin", "both"), [("LOG_VOLTAGE", False), (BOTH, True)])
def test_a_run_logs_to_what_its_pin_is_connected_to(
    floor, pin_map, serial_number, pin, both, while_measuring
):
    """Every reading is in the database once, and in the file the same where the pin has both.

    A record that is in both counts once.
    """
    outputs = floor.voltage.measure(
        pin_map,
        log_pin=pin,
        log_while_measuring=while_measuring,
        serial_number=serial_number,
        readings=5,
    )
    rows = in_database(floor, serial_number)
    assert [row.outputs["index"] for row in rows] == list(range(5))
    assert {(row.status, row.units["voltage"], row.context.pin) for row in rows} == {
        ("passed", "V", "VOUT")
    }
    assert {(row.context.station, row.context.program) for row in rows} == {
        (station(), "output_voltage")
    }
    assert in_file(floor, serial_number) == (rows if both else [])
    assert (outputs["logged"], outputs["new_session"]) == (5, True)
    assert len(outputs["log_session"].split(", ")) == 1 + both


def test_both_share_one_database_session_and_one_has_the_file_too(floor, pin_map, serial_number):
    """Two measurements hold one session of the database at once, each under its own alias."""
    runs = [
        floor.voltage.start(pin_map, log_pin="LOG_VOLTAGE", serial_number=serial_number, **LONG),
        floor.current.start(pin_map, log_pin=BOTH, serial_number=serial_number, **LONG),
    ]
    until(lambda: sorted(attached(floor)) == ["", "current", "voltage"], "both hold the database")
    assert sessions(floor) == [FILE, DATABASE]
    for run in runs:
        run.cancel()


def test_what_was_opened_before_a_refusal_is_closed(floor, tmp_path, serial_number):
    """Where the database is refused, the file that was opened for nothing does not stay open."""
    text = (PIN_MAPS / "database.pinmap").read_text("utf-8")
    path = tmp_path / "half.pinmap"
    path.write_text(text.replace(f"{DATABASE}?client=current", "nowhere"), "utf-8")
    with pytest.raises(grpc.RpcError) as caught:
        floor.current.measure(
            floor.load(path),
            log_pin=BOTH,
            log_behavior="INITIALIZE_SESSION_THEN_DETACH",
            serial_number=serial_number,
        )
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND
    assert "nowhere" in caught.value.details()
    assert sessions(floor) == []
    assert in_file(floor, serial_number) == []


@pytest.mark.parametrize("closed", [FILE, DATABASE])
def test_a_failure_of_one_says_what_is_where(floor, pin_map, serial_number, closed):
    """When one log is taken away in the middle, the caller is told how much each of them has."""
    run = floor.current.start(pin_map, log_pin=BOTH, serial_number=serial_number, **LONG)
    until(lambda: len(in_file(floor, serial_number)) > 3, "some records are logged")
    service = floor.logger if closed == FILE else floor.writer
    with Administration(service.address) as administration:
        (session,) = administration.sessions()
        administration.close_session(session.public_id, "a test wants it", force=True)
    with pytest.raises(grpc.RpcError, match="a test wants it") as caught:
        run.result(20.0)
    filed, rows = in_file(floor, serial_number), in_database(floor, serial_number)
    fewer, more = sorted((filed, rows), key=len)
    assert more[:-1] == fewer, "what one log refused, the other still got"
    assert (
        f"{FILE} acknowledged {len(filed)} records, and "
        f"{DATABASE} acknowledged {len(rows)} records of this run"
    ) in caught.value.details()


def test_setup_and_cleanup_have_both(floor, pin_map, serial_number, monkeypatch):
    """Setup opens and registers file and database, runs attach, and Cleanup closes both."""
    monkeypatch.setenv("LOCAL_STATION_HOME", str(floor.home))
    where = PinMapContext(pin_map, [0])
    with (
        floor.management.reserve_sessions(where, [BOTH], timeout=5.0) as reservation,
        opened_logs(reservation, LogConstructor(3)) as opened,
    ):
        assert [each.session.new_session for each in opened] == [True, True]
        floor.management.register_sessions(reservation.session_info)
    outputs = floor.current.measure(
        pin_map, log_pin=BOTH, log_behavior=2, serial_number=serial_number, readings=2
    )
    assert (outputs["new_session"], sessions(floor)) == (False, [FILE, DATABASE])
    with floor.management.reserve_all_registered_sessions(timeout=5.0) as reservation:
        floor.management.unregister_sessions(reservation.session_info)
        with opened_logs(reservation, LogConstructor(4)) as opened:
            assert len(opened) == 2
    assert len(in_database(floor, serial_number)) == 2
