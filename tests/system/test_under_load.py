"""Two measurements that share one log as fast as they can, by waiting and by aliases."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby

import pytest

from demo.scenes.steps import LOG_PINS, Plugin, Way
from demo.told.log_file import LogFile
from demo.told.spans import Hold, holds, meetings
from demo.told.timeline import Timeline
from measurement_support.client import MeasurementClient
from session_sharing import Record
from session_sharing.client.administration import Administration
from session_sharing.core import EventKind
from tests.system.floor import PIN_MAPS, Floor

READINGS = 20
SHORT, LONG = 4.0, 60.0  # seconds
CALLERS = ("a", "b")
"""Who calls each plug-in, at the same time: so its own runs wait for each other, too."""

MEASURED = {Plugin.VOLTAGE: "output voltage", Plugin.CURRENT: "supply current"}


@dataclass
class Load:
    """What was asked for, and what came of it.

    Attributes:
        logged: How many records each run was told that it logged, in the order of its caller.
        records: What the log holds.
        held: Who held the session when.
    """

    logged: dict[Plugin, dict[str, int]] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    held: list[Hold] = field(default_factory=list)

    def of(self, plugin: Plugin) -> list[Record]:
        """Return the records of a plug-in, in the order of the log."""
        return [one for one in self.records if one.measurement_name == MEASURED[plugin]]


def put_load(floor: Floor, way: Way, seconds: float) -> Load:
    """Let both plug-ins measure, called by several at once, for so many seconds."""
    load, log = Load(), LogFile(floor.logs / "results.ndjson")
    pin_map_id = floor.load(PIN_MAPS / f"{way.value}.pinmap")
    clients = {Plugin.VOLTAGE: floor.voltage, Plugin.CURRENT: floor.current}
    end = time.monotonic() + seconds

    def call(plugin: Plugin, client: MeasurementClient, caller: str) -> dict[str, int]:
        logged: dict[str, int] = {}
        while time.monotonic() < end:
            unit = f"{way.value}-{plugin.value}-{caller}{len(logged)}"
            outputs = client.measure(
                pin_map_id,
                log_pin=LOG_PINS[way][plugin],
                log_while_measuring=way is Way.ALIASES,
                readings=READINGS,
                interval=0.0005,
                serial_number=unit,
            )
            logged[unit] = outputs["logged"]
        return logged

    with told_by(floor) as timeline, ThreadPoolExecutor(thread_name_prefix="caller") as pool:
        mark = timeline.mark()
        calls = [
            (plugin, pool.submit(call, plugin, client, caller))
            for plugin, client in clients.items()
            for caller in CALLERS
        ]
        for plugin, running in calls:
            load.logged.setdefault(plugin, {}).update(running.result())
        assert timeline.wait(closed, mark, 10.0)
        load.held = holds(timeline.since(mark), {})
    load.records = log.new_records()
    return load


@contextmanager
def told_by(floor: Floor) -> Iterator[Timeline]:
    """Watch the sessions of the floor's logger while the block runs."""
    timeline = Timeline(floor.logger.address)
    try:
        assert timeline.begun(10.0)
        yield timeline
    finally:
        timeline.close()


def closed(events) -> bool:
    """Say whether everything that was opened is closed."""
    kinds = Counter(event.kind for event in events)
    return kinds[EventKind.OPENED] == kinds[EventKind.CLOSED] > 0


def check(load: Load) -> None:
    """Check that every record is there once, in its run, and no run of a plug-in in another."""
    for plugin, logged in load.logged.items():
        assert set(logged.values()) == {READINGS}
        runs = groupby(load.of(plugin), lambda record: record.context.serial_number)
        found = [(unit, [one.outputs["index"] for one in records]) for unit, records in runs]
        assert sorted(unit for unit, _ in found) == sorted(logged)
        assert all(indices == list(range(READINGS)) for _, indices in found)
        for caller in CALLERS:
            prefix = f"{plugin.value}-{caller}"
            assert [unit for unit, _ in found if prefix in unit] == [
                unit for unit in logged if prefix in unit
            ]
    assert sum(map(len, map(load.of, load.logged))) == len(load.records)


@pytest.mark.parametrize("way", [Way.WAITING, Way.ALIASES])
@pytest.mark.parametrize("seconds", [SHORT, pytest.param(LONG, marks=pytest.mark.reliability)])
def test_two_measurements_share_one_log(
    floor: Floor, way: Way, seconds: float, report: Callable[[str], None]
) -> None:
    """No record is lost or doubled; with aliases both hold the session at once, else never."""
    load = put_load(floor, way, seconds)
    check(load)
    met = list(meetings(load.held))
    assert bool(met) is (way is Way.ALIASES)
    with Administration(floor.logger.address) as administration:
        assert administration.sessions() == []
    runs = {plugin.value: len(logged) for plugin, logged in load.logged.items()}
    report(
        f"{seconds:.0f} s by {way.value}: {runs}, {len(load.records)} records, "
        f"{len(load.held)} holds, {len(met)} times two at once"
    )
