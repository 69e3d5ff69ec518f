"""A station of which something fails, or hangs; no server, no processes."""

from __future__ import annotations

import asyncio
import logging

import pytest

from local_station import station as station_module
from local_station.discovery.kept import Went
from local_station.home import StationHome
from local_station.station import Station
from session_sharing.testing.hosting import listening_on

LIMIT = 20


@pytest.fixture
def home(tmp_path):
    taken = StationHome.take(tmp_path, None)
    taken.write_key_file(1)
    yield taken
    taken.release()


def _stop(home):
    """Stop a station; return whether it came to end what it has started."""
    ended = []

    async def end_services():
        ended.append(True)

    async def scenario():
        station = Station(home, [], 1.0)
        station._activation.stop = end_services
        await station.stopping()

    asyncio.run(asyncio.wait_for(scenario(), LIMIT))
    return ended == [True]


@pytest.mark.parametrize("kind", ["folder", "no text"])
def test_key_file_that_cannot_be_removed_holds_up_nothing(home, tmp_path, caplog, kind):
    """Whatever stands in the place of the key file, services that were started are ended."""
    key_file = tmp_path / "DiscoveryService.json"
    key_file.unlink()
    if kind == "folder":
        key_file.mkdir()
    else:
        key_file.write_bytes(b"\xff\xfe")
    with caplog.at_level(logging.WARNING):
        assert _stop(home)
    (told,) = caplog.messages
    assert f"{key_file} stays" in told


def test_no_step_of_stopping_needs_another(home, monkeypatch, caplog):
    """A step that fails is told of in the log, and the others are done."""

    def fail():
        raise RuntimeError("a defect")

    monkeypatch.setattr(home, "remove_key_file", fail)
    assert _stop(home)
    assert "remove the key file failed" in caplog.text


def test_key_file_that_somebody_deletes_comes_back_until_the_stop(home, tmp_path, monkeypatch):
    """Programs find a station as long as it serves, and no longer."""
    monkeypatch.setattr(station_module, "KEY_FILE_SECONDS", 0.001)
    key_file = tmp_path / "DiscoveryService.json"
    keep_key_file = home.keep_key_file

    async def scenario():
        loop, looked = asyncio.get_running_loop(), asyncio.Event()

        def keep_and_tell():
            keep_key_file()
            loop.call_soon_threadsafe(looked.set)

        monkeypatch.setattr(home, "keep_key_file", keep_and_tell)
        station = Station(home, [], 1.0)
        await station.started(listening_on(1))
        written = key_file.read_bytes()
        key_file.unlink()
        while not key_file.exists():
            looked.clear()
            await looked.wait()
        assert key_file.read_bytes() == written
        await station.stopping()
        assert not key_file.exists()
        assert "keep the key file" not in {task.get_name() for task in asyncio.all_tasks()}

    asyncio.run(asyncio.wait_for(scenario(), LIMIT))


class HangingJournal:
    """A journal whose writes never end."""

    problem = ""
    wants_rewrite = False

    def append(self, entries):
        """Begin to write."""
        return asyncio.get_running_loop().create_future()

    rewrite = append


def test_disk_that_hangs_keeps_nobody_waiting_for_ever(home, monkeypatch, caplog):
    """Registering, unregistering and unreserving are answered in time, and the log says so once."""
    monkeypatch.setattr(station_module, "KEPT_SECONDS", 0.05)

    async def scenario():
        station = Station(home, [], 1.0)
        station._keeping.begin(HangingJournal())
        await station._keep(Went(("x",)))  # what discovery waits for
        await station._all_kept()  # what session management waits for

    asyncio.run(asyncio.wait_for(scenario(), LIMIT))
    (told,) = caplog.messages
    assert "was not written within 0.05 s" in told
