"""What the session manager notes for the next run, change by change."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_station.session_management import kept
from local_station.session_management.clients import Process, Sighting
from local_station.session_management.kept import Freed, Held, still_held
from local_station.session_management.manager import SessionManager
from local_station.session_management.model import Caller, Session

LIMIT = 20
NAMES = st.lists(st.sampled_from("ABCD"), max_size=3, unique=True)
STEPS = st.lists(
    st.tuples(st.sampled_from(["reserve", "learn", "unreserve", "give back"]), NAMES), max_size=25
)


class Bench:
    """A manager whose look-ups a test answers, and what it noted."""

    def __init__(self, monkeypatch=None):
        self.noted = []
        self.manager = SessionManager(changed=self.noted.append)
        self.reservations = []
        self.sighting = Sighting(Process(1, 0.5, "p", "bob", lambda: True))
        self.before_answer = lambda: None
        if monkeypatch is not None:
            monkeypatch.setattr("local_station.session_management.watch.LOOK_AFTER", 0.001)
            monkeypatch.setattr(self.manager._holders, "look_up", self._look_up)

    async def _look_up(self, asked):
        self.before_answer()
        return dict.fromkeys(asked, self.sighting)

    async def reserve(self, *names):
        """Reserve free sessions."""
        sessions = [Session(name) for name in names]
        self.reservations.append(await self.manager.reserve(sessions, Caller("peer"), 0))

    def learn(self):
        """Learn whose the reservations are, each of another process."""
        for number, one in enumerate(self.reservations):
            if one.process is None:
                one.process = Process(number, 0.5, "p", "bob", lambda: True)
                self.manager._keep_held(one)

    async def step(self, what, names):
        """Do one thing."""
        if what == "reserve":
            free = [name for name in names if self.manager.holder(name) is None]
            await self.reserve(*free)
        elif what == "learn":
            self.learn()
        elif what == "unreserve":
            self.manager.unreserve(names)
        else:
            for one in self.reservations[: len(names)]:
                self.manager.give_back(one)


def _told(held):
    return {(one.process_id, tuple(session.name for session in one.sessions)) for one in held}


@settings(max_examples=200, deadline=None)
@given(STEPS)
def test_changes_come_to_what_there_is(steps):
    """A journal that was appended to says the same as one that is written anew, at any time."""

    async def scenario():
        bench = Bench()
        for step in steps:
            await bench.step(*step)
            assert _told(still_held(bench.noted)) == _told(bench.manager.kept())
        bench.manager.stop()

    asyncio.run(asyncio.wait_for(scenario(), LIMIT))


@pytest.mark.parametrize("most", [10_000, 0], ids=["small", "huge"])
def test_reservation_is_noted_when_its_process_is_seen(monkeypatch, most):
    """From then on it survives a restart, unless it is huge."""
    monkeypatch.setattr(kept, "MAX_KEPT", most)

    async def scenario():
        bench = Bench(monkeypatch)
        await bench.reserve("A", "B")
        await bench.manager.find_holders()
        assert _told(bench.noted) == ({(1, ("A", "B"))} if most else set())
        assert _told(bench.manager.kept()) == _told(bench.noted)
        bench.manager.stop()

    asyncio.run(asyncio.wait_for(scenario(), LIMIT))


def test_what_is_freed_while_its_process_is_looked_up_is_not_noted(monkeypatch):
    """It would come back after a restart, and nobody would free it."""

    async def scenario():
        bench = Bench(monkeypatch)
        await bench.reserve("A", "B")
        bench.before_answer = lambda: bench.manager.unreserve(["A"])
        await bench.manager.find_holders()
        assert [type(one) for one in bench.noted] == [Held]
        assert _told(bench.noted) == {(1, ("B",))}
        bench.manager.unreserve(["B"])
        assert bench.noted[1:] == [Freed(("B",))]
        bench.noted.clear()
        await bench.reserve("A")
        bench.before_answer = lambda: bench.manager.unreserve(["A"])
        await bench.manager.find_holders()
        assert bench.noted == []
        bench.manager.stop()

    asyncio.run(asyncio.wait_for(scenario(), LIMIT))
