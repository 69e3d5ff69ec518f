"""The reservations against a model of what they promise, over random histories."""

from __future__ import annotations

from datetime import datetime, timezone

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from local_station.session_management.model import Caller, Session
from local_station.session_management.registrations import Registrations
from local_station.session_management.requests import AllRegistered, Wait
from local_station.session_management.reservations import Reservations

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
NAMES = st.sampled_from("ABCD")
SETS = st.frozensets(NAMES, max_size=3)
TYPES = {"A": "x", "B": "x", "C": "y", "D": "y"}


class ReservationsModel(RuleBasedStateMachine):
    """The model: one list of requests in order of arrival, and a text of who has each session.

    A request is due when every session that it wants is free, and no earlier request that waits
    wants any of them. Each rule tells the model of the change, then repeats from the beginning of
    the list: grant the first request that is due.
    """

    def __init__(self):
        super().__init__()
        self.registrations = Registrations()
        self.table = Reservations(self.registrations)
        self.registered = frozenset()
        self.queue = []
        self.owner = {}

    def _wanted(self, wait):
        if isinstance(wait.wanted, AllRegistered):
            return {n for n in self.registered if wait.wanted.type_id in ("", TYPES[n])}
        return {session.name for session in wait.wanted}

    def _first_due(self):
        for index, wait in enumerate(self.queue):
            earlier = self.queue[:index]
            if not any(
                name in self.owner or any(name in self._wanted(other) for other in earlier)
                for name in self._wanted(wait)
            ):
                return wait
        return None

    def _settle(self, granted):
        expected = []
        while (due := self._first_due()) is not None:
            self.queue.remove(due)
            self.owner.update(dict.fromkeys(self._wanted(due), due))
            expected.append(due)
        assert set(granted) == set(expected)
        assert all({s.name for s in w.reservation.sessions} == self._wanted(w) for w in granted)

    @rule(names=SETS)
    def request(self, names):
        """A request is granted at once, or waits."""
        self._request(Wait([Session(name) for name in names], Caller(""), NOW))

    @rule(type_id=st.sampled_from(["", "x", "y"]))
    def request_everything(self, type_id):
        """A request for all that is registered of a type follows what is registered."""
        self._request(Wait(AllRegistered(type_id), Caller(""), NOW))

    def _request(self, wait):
        self.queue.append(wait)
        self._settle(self.table.request(wait, NOW))

    @rule(names=SETS)
    def unreserve(self, names):
        """Sessions are freed by name."""
        for name in names:
            self.owner.pop(name, None)
        self._settle(self.table.unreserve(names, NOW))

    @rule(names=SETS)
    def register(self, names):
        """More sessions are registered, which lets nobody go."""
        new = names - self.registered
        self.registrations.register([Session(name, type_id=TYPES[name]) for name in new], NOW)
        self.registered |= new
        self._settle([])

    @rule(names=SETS)
    def unregister(self, names):
        """Sessions are registered no longer."""
        self.registrations.unregister(names)
        self.registered -= names
        self._settle(self.table.unregistered(names, NOW))

    @precondition(lambda self: self.queue)
    @rule(data=st.data())
    def give_up(self, data):
        """A request that waits is withdrawn."""
        wait = data.draw(st.sampled_from(self.queue))
        self.queue.remove(wait)
        self._settle(self.table.withdraw(wait, NOW))

    @precondition(lambda self: self.owner)
    @rule(data=st.data())
    def give_back(self, data):
        """A request that was granted is withdrawn."""
        wait = data.draw(st.sampled_from(list(self.owner.values())))
        self.owner = {name: owner for name, owner in self.owner.items() if owner is not wait}
        self._settle(self.table.withdraw(wait, NOW))

    @invariant()
    def every_session_has_the_owner_of_the_model(self):
        """Table and model agree on who has what, and who waits."""
        for name in "ABCD":
            owner = self.owner.get(name)
            assert self.table.holder(name) is (owner.reservation if owner else None)
        assert list(self.table.waiting()) == self.queue
        assert {session.name for session in self.table.reserved()} == set(self.owner)


class TestReservationsModel(ReservationsModel.TestCase):
    """Whatever is requested, freed and withdrawn, each request gets its turn, all or nothing."""

    settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
