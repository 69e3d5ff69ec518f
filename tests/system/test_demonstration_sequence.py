"""The demonstration sequence: in both forms, several at once, and under a logger that falls."""

from __future__ import annotations

import shutil
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from db_writer import DbWriterClient
from session_sharing.client.administration import Administration
from session_sharing.records import parse_line
from tests.system.leftovers import nothing_left, until
from teststand_runner.definition import read_definition
from teststand_runner.reporting.steps import sequences_of, steps_of
from teststand_runner.results import StepStarted
from teststand_runner.running import RunOptions, run_file
from teststand_runner.testing import template_file, write_xml
from teststand_runner.writing import template_of, write_sequence_file

TESTSTAND = Path(__file__).resolve().parents[2] / "teststand"
FILE, DATABASE = "results.ndjson", "measurements.sqlite"
READINGS = 10  # of each of the two measurements
EACH_ONCE = Counter((pin, index) for pin in ("VOUT", "VIN") for index in range(READINGS))


@pytest.fixture
def definition(tmp_path, floor, monkeypatch):
    """Return the definition in a folder of its own, laid out as here; nothing is left after it."""
    monkeypatch.setenv("LOCAL_STATION_HOME", str(floor.home))
    shutil.copytree(TESTSTAND / "code_modules", tmp_path / "code_modules")
    shutil.copytree(TESTSTAND / "sequences", tmp_path / "sequences")
    before = set(psutil.Process().children(recursive=True))
    yield tmp_path / "sequences" / "session_sharing.toml"
    nothing_left(floor)
    assert open_sessions(floor) == []
    left = {each.pid for each in set(psutil.Process().children(recursive=True)) - before}
    assert left <= {floor.logger.process.pid}  # which may have been started again


def open_sessions(floor) -> list[str]:
    found = []
    for service in (floor.logger, floor.writer):
        with Administration(service.address) as administration:
            found += [each.resource_name for each in administration.sessions()]
    return found


def filed(floor, serial_number) -> Counter[tuple[str, int]]:
    """Return the records of a unit that the file has: by pin and number, how often."""
    lines = (floor.logs / FILE).read_bytes().splitlines(keepends=True)
    return counted(parse_line(line) for line in lines if serial_number.encode() in line)


def stored(floor, serial_number) -> Counter[tuple[str, int]]:
    """Return the same of the database."""
    with DbWriterClient(DATABASE, address=floor.writer.address) as database:
        return counted(database.query(serial_number=serial_number))


def counted(records) -> Counter[tuple[str, int]]:
    return Counter((record.context.pin, record.outputs["index"]) for record in records)


def steps(result) -> list[tuple[object, ...]]:
    """Return what is the same in each good run: the steps, how they ended, what they took."""
    return [
        (
            *(step.place.thread, step.place.name, step.place.id, step.status, step.error),
            [(each.name, each.direction, each.type) for each in step.values],
        )
        for sequence in sequences_of(result)
        for step in steps_of(sequence)
    ]


def test_definition_and_sequence_file_give_the_same_run_at_the_same_time(floor, definition):
    """Both run to their end together, share the sessions, and each has all of its records."""
    sequence_file = definition.with_suffix(".seq")
    template = template_of(write_xml(template_file()), "template.seq")
    sequence_file.write_bytes(write_sequence_file(read_definition(definition), [template]))
    files = {"DEFINED-1": definition, "WRITTEN-1": sequence_file}
    with ThreadPoolExecutor() as threads:
        runs = [
            threads.submit(run_file, path, RunOptions(serial_numbers=(number,)))
            for number, path in files.items()
        ]
        (first,), (second,) = (run.result() for run in runs)
    assert (first.status.value, first.error) == ("Passed", "")
    assert steps(first) == steps(second)
    for number in files:
        assert filed(floor, number) == stored(floor, number) == EACH_ONCE


def test_four_sockets_run_at_the_same_time(floor, definition):
    """All four share one log file and one database session, and none closes it under another."""
    numbers = tuple(f"SOCKET-{number}" for number in range(4))
    results = run_file(definition, RunOptions(sockets=4, serial_numbers=numbers))
    assert [(each.status.value, each.error) for each in results] == [("Passed", "")] * 4
    for number in numbers:
        assert filed(floor, number) == stored(floor, number) == EACH_ONCE
    assert {steps_told(result) for result in results} == {steps_told(results[0])}


def steps_told(result) -> str:
    return repr(sorted(steps(result), key=repr))


def test_logger_that_falls_half_way_loses_nothing(floor, definition):
    """A run in which the logger is killed, and started again, has the same records as any."""
    text = definition.read_text("utf-8")
    slow = text.replace('name = "interval", type = "Double", value = "0.05"', SLOW)
    assert slow.count(SLOW) == 2
    definition.write_text(slow, "utf-8")
    measuring = threading.Event()

    def listen(event) -> None:
        if isinstance(event, StepStarted) and event.place.name == "Output voltage":
            measuring.set()

    with ThreadPoolExecutor() as threads:
        options = RunOptions(serial_numbers=("FALLEN-1",))
        run = threads.submit(run_file, definition, options, listener=listen)
        assert measuring.wait(20.0)
        until(lambda: 0 < filed(floor, "FALLEN-1").total() < 2 * READINGS, "half of the records")
        floor.logger.kill()
        floor.logger = floor.start("json_logger", *floor.logger_arguments)
        (result,) = run.result()
    assert [each for each in steps(result) if each[3].value != "Done"] == []
    assert filed(floor, "FALLEN-1") == stored(floor, "FALLEN-1") == EACH_ONCE


SLOW = 'name = "interval", type = "Double", value = "0.2"'
