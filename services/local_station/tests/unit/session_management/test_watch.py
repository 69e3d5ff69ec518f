"""Watching over reservations, with clients of which the test says what is seen."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone

import pytest

from local_station.session_management import watch
from local_station.session_management.clients import Process, Sighting
from local_station.session_management.model import Caller, Session
from local_station.session_management.requests import Reservation
from local_station.session_management.watch import Watch

LIMIT = 20
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
BOB = Process(4711, 0.0, "output_voltage", "bob", lambda: True)


class Bench:
    """Reservations, those who are looked up, and what is seen of them."""

    def __init__(self, *sightings):
        self.reservation = Reservation((Session("A"),), Caller("peer"), NOW)
        self.reservations = [self.reservation]
        self.freed = []
        self.asked = []
        self.peers = []
        self.learnt = 0
        self.looked = asyncio.Event()
        self._sightings = list(sightings)
        self.watch = Watch(self, lambda: self.reservations, self._free, self._learn)

    async def look_up(self, asked):
        """Return the next sighting, and once there is none, that the reservation is given back."""
        self.asked.append([each.process for each in asked])
        self.peers.append([each.peer for each in asked])
        self.looked.set()
        if not self._sightings:
            self.reservations.clear()
            return {}
        return dict.fromkeys(asked, self._sightings.pop(0))

    def _learn(self, reservation):
        assert reservation.process is not None, "it is noted before it is told"
        self.learnt += 1

    def _free(self, reservation):
        self.freed.append(reservation)
        self.reservations.remove(reservation)

    async def until_over(self):
        """Wait until the watch has ended by itself."""
        before = asyncio.all_tasks()
        self.watch.begin()
        self.watch.begin()
        (task,) = asyncio.all_tasks() - before
        await asyncio.wait_for(task, LIMIT)


@pytest.fixture(autouse=True)
def _fast(monkeypatch):
    for name in ("LOOK_AFTER", "CHECK_SECONDS", "LONGEST_PAUSE"):
        monkeypatch.setattr(watch, name, 0.001)


def _watched(*sightings):
    bench = Bench(*sightings)
    asyncio.run(bench.until_over())
    return bench


def test_process_is_noted_with_the_reservation_and_asked_for_from_then_on():
    """Who holds a session is known also when nobody can look at the connection any more."""
    bench = _watched(Sighting(), Sighting(BOB), Sighting(BOB))
    assert bench.reservation.process == BOB
    assert bench.asked == [[None], [None], [BOB], [BOB]]
    assert bench.freed == []


def test_reservation_of_an_ended_program_is_freed():
    """Both its connection and its process are gone: nobody else would ever free it."""
    bench = _watched(Sighting(BOB), Sighting(BOB, connected=False, running=False))
    assert bench.freed == [bench.reservation]


@pytest.mark.parametrize(
    "sighting",
    [
        Sighting(BOB, connected=False),
        Sighting(BOB, running=False),
        Sighting(),
    ],
)
def test_nothing_is_freed_on_less(sighting):
    """A channel may be closed while its owner lives, and what is not seen is not gone."""
    bench = _watched(Sighting(BOB), *[sighting] * 3)
    assert bench.freed == []
    assert len(bench.asked) == 5


def test_client_that_is_gone_before_it_was_seen_is_looked_for_no_more():
    """Whose process it was, nothing can tell any more: it stays, and costs nothing."""

    async def scenario():
        bench = Bench(Sighting(connected=False))
        task = asyncio.create_task(bench.until_over(), name="watch")
        await bench.looked.wait()
        other = Reservation((Session("B"),), Caller("other"), NOW)
        bench.reservations.append(other)
        await asyncio.wait_for(task, LIMIT)
        return bench

    bench = asyncio.run(scenario())
    assert bench.peers == [["peer"], ["other"]]
    assert bench.freed == []


def test_short_reservation_is_not_looked_at():
    """A reservation that is over soon costs no look, and the watch ends with it."""

    async def scenario():
        bench = Bench()
        over = asyncio.create_task(bench.until_over(), name="watch")
        await asyncio.sleep(0)
        bench.reservations.clear()
        await over
        return bench

    assert asyncio.run(scenario()).asked == []


def test_it_is_told_once_whose_a_reservation_is():
    """What is learnt of a holder can be kept for the next run of the station."""
    assert _watched(Sighting(), Sighting(BOB), Sighting(BOB)).learnt == 1


def test_holders_are_found_out_at_once_before_a_stop():
    """Also a reservation that is too young to have been looked at survives a stop."""

    async def scenario():
        bench = Bench(Sighting(BOB))
        await bench.watch.look_now()
        await bench.watch.look_now()
        return bench

    bench = asyncio.run(scenario())
    assert bench.reservation.process == BOB
    assert bench.asked == [[None], []]


def test_watch_that_just_ends_is_begun_anew():
    """A reservation that is made in the moment in which the watch ends is watched all the same."""

    async def scenario():
        bench = Bench(Sighting(BOB))
        made = []

        def make_another():
            made.append(Reservation((Session("B"),), Caller("other"), NOW))
            bench.reservations.append(made[0])
            ending.begin()

        def reservations():
            if not bench.reservations and not made:
                asyncio.get_running_loop().call_soon(make_another)
            return bench.reservations

        ending = Watch(bench, reservations, bench.freed.append)
        bench.reservations.clear()
        ending.begin()
        await asyncio.wait_for(bench.looked.wait(), LIMIT)
        ending.stop()
        return bench

    assert asyncio.run(scenario()).peers[0] == ["other"]
