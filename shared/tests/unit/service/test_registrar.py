"""How one service stays registered, with a discovery that tests direct."""

from __future__ import annotations

import asyncio
import itertools
import os
import threading
import time
from pathlib import Path

import pytest

from session_sharing.discovery import (
    ActiveService,
    DiscoveryPlace,
    ServiceDescriptor,
    ServiceLocation,
)
from session_sharing.errors import InvalidRequestError, NoStationError, UnavailableError
from session_sharing.service import registrar, registration
from session_sharing.service.registrar import Registrar
from session_sharing.service.registration import Registration

LIMIT = 10.0
DESCRIPTOR = ServiceDescriptor("Memory", "memory", ("memory.v1",), ("1.0.0",))
LOCATION = ServiceLocation("localhost", "7")


class Discovery:
    """A discovery service, and in the place of `DiscoveryConnection` the connection to it."""

    def __init__(self, key_file: Path) -> None:
        self.place = DiscoveryPlace("localhost:1", key_file=key_file)
        self.known: dict[str, ServiceLocation] = {}
        self.questions = 0
        self.failure: Exception | None = None
        self.older = False
        self.answering = threading.Event()
        self.answering.set()
        self.asked = threading.Event()
        self._ids = itertools.count(1)
        self.restart()

    def restart(self) -> None:
        """Forget everything, and write the key file anew, with the same content."""
        self.known.clear()
        self.place.key_file.write_text("the same")
        stamp = next(self._ids)
        os.utime(self.place.key_file, ns=(stamp, stamp))

    def find(self) -> DiscoveryPlace:
        """Find it."""
        if self.failure is not None:
            raise self.failure
        return self.place

    def connect(self, place: DiscoveryPlace, *, timeout: float = 5.0) -> Discovery:
        """Connect to it."""
        assert place == self.place
        return self

    address = "localhost:1"

    def __enter__(self) -> Discovery:
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing."""

    def register(self, descriptor: ServiceDescriptor, location: ServiceLocation) -> str:
        """Know a service."""
        self.asked.set()
        assert self.answering.wait(LIMIT)
        registration_id = f"id {next(self._ids)}"
        self.known[registration_id] = location
        return registration_id

    def unregister(self, registration_id: str) -> None:
        """Know it no longer."""
        self.known.pop(registration_id, None)

    def enumerate_active(self, interface: str, service_class: str) -> list[ActiveService]:
        """List what is known."""
        assert (interface, service_class) == ("memory.v1", "memory")
        self.questions += 1
        if self.older:
            raise UnavailableError("too old")
        return [ActiveService(DESCRIPTOR, location) for location in self.known.values()]


@pytest.fixture
def discovery(tmp_path, monkeypatch) -> Discovery:
    """Let registrars find a discovery of the test's own."""
    made = Discovery(tmp_path / "DiscoveryService.json")
    monkeypatch.setattr(registrar, "find_discovery", made.find)
    monkeypatch.setattr(registrar, "DiscoveryConnection", made.connect)
    return made


@pytest.fixture
def clock(monkeypatch) -> list[float]:
    """Let the time of registrars be the first number of a list."""
    now = [1000.0]
    monkeypatch.setattr(registrar.time, "monotonic", lambda: now[0])
    return now


def test_checks_are_cheap_while_nothing_changes(discovery, clock):
    """Discovery is asked every few seconds only, and registered with once."""
    one = Registrar(DESCRIPTOR, LOCATION)
    assert one.check() == "localhost:1"
    for _ in range(10):
        clock[0] += 1
        assert one.check() == ""
    assert discovery.questions == 2
    assert list(discovery.known.values()) == [LOCATION]


@pytest.mark.parametrize("older", [False, True])
def test_restarted_discovery_is_told_at_once(discovery, clock, older):
    """A key file that was written anew, with the same content, means to register anew."""
    discovery.older = older
    one = Registrar(DESCRIPTOR, LOCATION)
    one.check()
    discovery.restart()
    assert one.check() == "localhost:1"
    assert len(discovery.known) == 1


@pytest.mark.parametrize(
    ("own", "listed"),
    [
        (LOCATION, ServiceLocation("localhost", "8")),
        (ServiceLocation("localhost", "", "7"), ServiceLocation("localhost", "", "8")),
    ],
)
def test_service_that_is_not_listed_registers_anew_and_once(discovery, clock, own, listed):
    """What discovery lists no more is registered again; nothing of the old is left behind."""
    one = Registrar(DESCRIPTOR, own)
    one.check()
    (old,) = discovery.known
    discovery.known[old] = listed
    clock[0] += 6
    assert one.check() == "localhost:1"
    assert old not in discovery.known
    assert list(discovery.known.values()) == [own]


def test_older_discovery_is_not_told_again_and_again(discovery, clock):
    """Where discovery cannot list the running services, an unchanged key file is trusted."""
    discovery.older = True
    one = Registrar(DESCRIPTOR, LOCATION)
    one.check()
    for _ in range(10):
        clock[0] += 6
        assert one.check() == ""
    assert len(discovery.known) == 1


def test_registering_that_comes_too_late_is_undone(discovery):
    """A service that leaves while it is being registered is not left behind in discovery."""
    one = Registrar(DESCRIPTOR, LOCATION)
    discovery.answering.clear()
    checking = threading.Thread(target=one.check, name="check")
    checking.start()
    assert discovery.asked.wait(LIMIT)
    one.retire()
    discovery.answering.set()
    checking.join(LIMIT)
    assert discovery.known == {}


def test_stop_waits_for_what_is_under_way(discovery):
    """A registering that is under way at the stop is undone before the stop is over."""

    async def work() -> None:
        kept = Registration(DESCRIPTOR)
        discovery.answering.clear()
        starting = asyncio.create_task(kept.start(LOCATION))
        await asyncio.to_thread(discovery.asked.wait, LIMIT)
        asyncio.get_running_loop().call_later(0.1, discovery.answering.set)
        await kept.stop()
        assert discovery.answering.is_set()
        assert discovery.known == {}
        await asyncio.wait_for(starting, LIMIT)

    asyncio.run(work())


def test_stop_does_not_wait_for_ever(discovery, monkeypatch, caplog):
    """A discovery that hangs holds up the stop for a bounded time."""
    monkeypatch.setattr(registration, "UNREGISTER_SECONDS", 0.1)

    async def work() -> float:
        kept = Registration(DESCRIPTOR)
        discovery.answering.clear()
        starting = asyncio.create_task(kept.start(LOCATION))
        await asyncio.to_thread(discovery.asked.wait, LIMIT)
        started = time.monotonic()
        await kept.stop()
        starting.cancel()
        return time.monotonic() - started

    assert asyncio.run(work()) < LIMIT / 2
    assert "Could not unregister" in caplog.text
    discovery.answering.set()


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (ValueError("a defect"), "because of a defect"),
        (NoStationError("away"), "Serving without discovery for now: away"),
        (InvalidRequestError("no"), "Discovery refuses this service: no"),
    ],
)
def test_no_failure_ends_the_attempts(discovery, monkeypatch, caplog, failure, told):
    """Whatever goes wrong is said once, and tried again until it works, which is told."""
    monkeypatch.setattr(registration, "CHECK_SECONDS", 0.01)
    attempts = threading.Semaphore(0)

    def fail() -> DiscoveryPlace:
        attempts.release()
        raise failure

    async def work() -> None:
        registered = asyncio.Event()
        kept = Registration(DESCRIPTOR, registered.set)
        monkeypatch.setattr(registrar, "find_discovery", fail)
        await asyncio.wait_for(kept.start(LOCATION), LIMIT)
        assert discovery.known == {}
        for _ in range(3):
            assert await asyncio.to_thread(attempts.acquire, timeout=LIMIT)
        assert not registered.is_set()
        monkeypatch.setattr(registrar, "find_discovery", discovery.find)
        await asyncio.wait_for(registered.wait(), LIMIT)
        await kept.stop()
        assert discovery.known == {}

    with caplog.at_level("WARNING"):
        asyncio.run(work())
    assert caplog.text.count(told) == 1
