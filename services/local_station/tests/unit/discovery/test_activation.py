"""Who is told that a service has registered, and when a program is started anew: no processes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from local_station.discovery import activation as activation_module
from local_station.discovery.activation import Activation
from local_station.discovery.model import Wanted
from local_station.discovery.service_files import StaticService
from session_sharing.discovery import ServiceDescriptor
from session_sharing.errors import PreconditionError

LIMIT = 20


class FakeChild:
    """A program that ends, and whose group empties, when the test says so."""

    def __init__(self):
        self.ended = asyncio.get_running_loop().create_future()
        self.gone = asyncio.get_running_loop().create_future()
        self.has_served = self.was_told_to_end = False

    @property
    def is_running(self):
        """Whether it runs."""
        return not self.ended.done()

    async def end(self):
        """End it, and what it has left behind."""
        self.was_told_to_end = True

    def last_words(self):
        """Return what it wrote."""
        return "It was silent."

    def __str__(self):
        return "the program"


class Bench:
    """An activation whose programs are not started."""

    def __init__(self, monkeypatch, within=LIMIT):
        self.activation = Activation(dict, within)
        self.children = []
        monkeypatch.setattr(activation_module.Child, "start", self._start)

    async def _start(self, program, environment):
        self.children.append(FakeChild())
        return self.children[-1]

    async def asking(self, version="1.0.0", wanted=None):
        """Begin to start a version, as somebody who wants that one, or what is given."""
        service = StaticService(_descriptor(version), Path(version, "main.py"), Path("x.file"))
        start = self.activation.start(service, wanted or Wanted("i.One", "test.One", version))
        task = asyncio.create_task(start)
        for _ in range(5):
            await asyncio.sleep(0)
        return task

    def registers(self, version="1.0.0", service_class="test.One"):
        """Let a version register."""
        self.activation.registered(_descriptor(version, service_class))


def _descriptor(version, service_class="test.One"):
    return ServiceDescriptor("A service", service_class, ("i.One",), (version,))


def _run(test):
    asyncio.run(asyncio.wait_for(test, LIMIT))


def test_registration_wakes_those_alone_who_want_it(monkeypatch):
    """Two versions that are started at once are told apart: the slower one is waited for."""

    async def test():
        bench = Bench(monkeypatch)
        one, two = await bench.asking("1.0.0"), await bench.asking("2.0.0")
        any_version = await bench.asking("2.0.0", Wanted("i.One"))
        bench.registers("1.0.0.0")
        await asyncio.gather(one, any_version)
        assert not two.done()
        bench.registers("2.0.0")
        await two

    _run(test())


def test_other_version_than_that_of_the_file_is_told(monkeypatch):
    """Who asks for a version gets that one, or learns that file and program do not agree."""

    async def test():
        asking = await (bench := Bench(monkeypatch, within=0.1)).asking("1.0.0")
        bench.registers("2.0.0")
        with pytest.raises(PreconditionError, match=r"test\.One 2\.0\.0 has registered"):
            await asking

    _run(test())


def test_other_class_than_that_of_the_file_is_told(monkeypatch):
    """A misspelt class is found in the error, unless somebody waits for what has that class."""

    async def test():
        bench = Bench(monkeypatch, within=0.1)
        asking = await bench.asking(wanted=Wanted("i.One"))
        bench.registers(service_class="test.Won")
        with pytest.raises(PreconditionError, match=r"test\.Won 1\.0\.0 has registered"):
            await asking
        asking = await bench.asking("1.0.0")
        bench.registers("2.0.0")
        bench.registers(service_class="test.Unrelated")
        with pytest.raises(PreconditionError, match=r"test\.One 2\.0\.0 has registered"):
            await asking

    _run(test())


def test_program_that_registers_one_of_its_two_services_runs_once(monkeypatch):
    """Who waits for the other one is told that the program ended, and starts it not again."""

    async def test():
        bench = Bench(monkeypatch, within=0.1)
        one = await bench.asking("1.0.0")
        other = await bench.asking("1.0.0", Wanted("i.Other"))
        bench.registers()
        await one
        bench.children[0].ended.set_result(0)
        with pytest.raises(PreconditionError, match="exit code was 0"):
            await other
        assert len(bench.children) == 1

    _run(test())


def test_launcher_that_ended_well_is_not_started_twice(monkeypatch):
    """A script that leaves its service in the background is started anew only when that is over."""

    async def test():
        bench = Bench(monkeypatch)
        asking = [await bench.asking()]
        bench.children[0].ended.set_result(0)
        asking.append(await bench.asking())
        assert len(bench.children) == 1
        bench.registers()
        await asyncio.gather(*asking)
        (await bench.asking()).cancel()
        assert len(bench.children) == 2

    _run(test())


def test_launcher_whose_time_is_over_is_started_anew(monkeypatch):
    """What a script left behind, and never registered, does not stand in the way of the next."""

    async def test():
        bench = Bench(monkeypatch, within=0.1)
        asking = await bench.asking()
        bench.children[0].ended.set_result(0)
        with pytest.raises(PreconditionError, match="exit code was 0"):
            await asking
        (await bench.asking()).cancel()
        assert len(bench.children) == 2

    _run(test())


def test_stop_ends_what_each_start_has_left_behind(monkeypatch):
    """A service in the background ends with the station, also when its script was started anew."""

    async def test():
        bench = Bench(monkeypatch)
        for number in range(3):
            asking = await bench.asking()
            bench.registers()
            await asking
            bench.children[number].ended.set_result(0)
        bench.children[1].gone.set_result(None)
        await bench.asking()
        await bench.activation.stop()
        assert [child.was_told_to_end for child in bench.children] == [True, False, True, True]

    _run(test())
