"""What is resolved where some services run, and others could be started."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from local_station.discovery import lookup as lookup_module
from local_station.discovery.directory import Directory
from local_station.discovery.lookup import Lookup
from local_station.discovery.model import Wanted
from local_station.discovery.probing import Health
from local_station.discovery.service_files import StaticService
from session_sharing.discovery import ServiceDescriptor, ServiceLocation
from session_sharing.errors import NotFoundError, PreconditionError

INTERFACE = "i.One"


def _descriptor(service_class, version):
    return ServiceDescriptor("A service", service_class, (INTERFACE,), (version,))


class Bench:
    """A lookup over files that are given, with services that register as they are told to."""

    def __init__(self, monkeypatch, *static, silent=()):
        self.directory = Directory()
        self.static = [
            StaticService(_descriptor(*each), Path("start.bat"), Path("x.serviceconfig"))
            for each in static
        ]
        self.started = []
        self.silent = set(silent)
        monkeypatch.setattr(lookup_module, "probe_all", self._probe_all)

    def run(self, service_class, version="", port="1"):
        """Let a service run."""
        descriptor = ServiceDescriptor(
            "A service", service_class, (INTERFACE,), (version,) if version else ()
        )
        self.directory.register(descriptor, ServiceLocation("localhost", port))

    def resolve(self, *wanted):
        """Return the class and version that are resolved."""
        found = asyncio.run(Lookup(self.directory, self, self).resolve(Wanted(INTERFACE, *wanted)))
        return found.descriptor.service_class, found.version

    def listed(self):
        """Return the versions of each class that is enumerated."""
        found, _ = asyncio.run(Lookup(self.directory, self, self).enumerate(Wanted(INTERFACE)))
        return {one.service_class: one.versions for one in found}

    async def matching(self, wanted):
        """Return those of the files."""
        return [one for one in self.static if wanted.describes(one.descriptor)]

    async def start(self, service, wanted):
        """Start one of the files."""
        assert wanted.describes(service.descriptor)
        self.started.append(service.descriptor.versions[0])
        self.run(service.descriptor.service_class, self.started[-1])

    async def _probe_all(self, registrations):
        return {
            one.registration_id: Health.SILENT
            if one.descriptor.service_class in self.silent
            else Health.ALIVE
            for one in registrations
        }


def test_latest_version_is_started_unless_one_is_named(monkeypatch):
    """Among what could be started, the versions count as they do among what runs."""
    bench = Bench(monkeypatch, ("A", "9.0.0"), ("A", "10.0.0"))
    assert bench.resolve("A") == ("A", "10.0.0")
    assert bench.resolve("A", "9.0.0") == ("A", "9.0.0")
    assert bench.resolve("A", "9.0.0.0") == ("A", "9.0.0")
    assert bench.started == ["10.0.0", "9.0.0"]


def test_what_runs_goes_before_what_could_be_started(monkeypatch):
    """A service that registers without a version is not started for each who asks."""
    bench = Bench(monkeypatch, ("A", "1.0.0"))
    bench.run("A")
    assert bench.resolve("A") == bench.resolve() == ("A", "0.0.1")
    assert bench.started == []


def test_service_that_is_silent_is_not_started_twice(monkeypatch):
    """An overloaded service does not get a second instance for company."""
    bench = Bench(monkeypatch, ("A", "1.0.0"), silent=["A"])
    bench.run("A", "1.0.0")
    for wanted in ([], ["A"]):
        with pytest.raises(NotFoundError, match="does not answer"):
            bench.resolve(*wanted)
    assert bench.started == []


def test_running_and_startable_services_are_ambiguous_together(monkeypatch):
    """Which of two classes is meant does not depend on which of them happens to run."""
    bench = Bench(monkeypatch, ("A", "1.0.0"))
    bench.run("B", "1.0.0")
    with pytest.raises(PreconditionError, match="'A', 'B'"):
        bench.resolve()
    assert bench.resolve("B") == ("B", "1.0.0")


def test_what_could_be_started_is_listed_with_what_runs(monkeypatch):
    """A class is listed once, with all versions that can be had."""
    bench = Bench(monkeypatch, ("A", "1.0.0"), ("A", "3.0.0"), ("B", "1.0.0"))
    bench.run("A", "2.0.0")
    bench.run("A", "1.0.0", "2")
    assert bench.listed() == {"A": ("1.0.0", "2.0.0", "3.0.0"), "B": ("1.0.0",)}


def test_nothing_is_not_found(monkeypatch):
    """What neither runs nor could be started is NOT_FOUND."""
    with pytest.raises(NotFoundError, match="Start it"):
        Bench(monkeypatch).resolve("A")
