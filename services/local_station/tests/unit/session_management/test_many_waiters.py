"""Sixty-four and more who wait for one session, over random histories: the promise to each."""

from __future__ import annotations

from datetime import datetime, timezone

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from local_station.session_management.model import Caller, Session
from local_station.session_management.registrations import Registrations
from local_station.session_management.requests import Wait
from local_station.session_management.reservations import Reservations

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
WAITERS = 64
PROCESSES = 8


class ManyWaiters(RuleBasedStateMachine):
    """Tells the history of one session: who came, who was served, and who went away unserved.

    It knows nothing of queues: at the end, everybody who did not go away has been served once, and
    all in the order in which they came.
    """

    def __init__(self):
        super().__init__()
        self.table = Reservations(Registrations())
        self.arrived = []
        self.served = []
        self.gone = set()
        self.ended = []
        self.other = None

    @initialize(processes=st.permutations([*range(PROCESSES)] * (WAITERS // PROCESSES)))
    def sixty_four_arrive(self, processes):
        """All come before the first is done."""
        for process in processes:
            self._arrive(process)

    @rule(process=st.integers(0, PROCESSES - 1), count=st.integers(1, 4))
    def more_arrive(self, process, count):
        """Others join meanwhile, at the end."""
        for _ in range(count):
            self._arrive(process)

    def _arrive(self, process):
        wait = Wait([Session("S")], Caller(str(process)), NOW)
        self.arrived.append(wait)
        self._note(self.table.request(wait, NOW))

    def _note(self, granted):
        for wait in granted:
            assert self._holder is None, "nobody is served while another one has the session"
            assert wait.reservation is self.table.holder("S")
            self.served.append(wait)

    @property
    def _holder(self):
        """Return who was served last, if nobody has taken the session from them since."""
        if not self.served or self.served[-1].reservation in self.ended:
            return None
        return self.served[-1]

    @property
    def _waiting(self):
        return [wait for wait in self.arrived if wait not in self.served and wait not in self.gone]

    @precondition(lambda self: self._holder)
    @rule(count=st.integers(1, 20))
    def holders_are_done(self, count):
        """One after the other frees the session, by its name."""
        for _ in range(count):
            if self._holder:
                self.ended.append(self._holder.reservation)
                self._note(self.table.unreserve(["S"], NOW))

    @precondition(lambda self: self._waiting)
    @rule(data=st.data())
    def waiters_give_up(self, data):
        """Some cancel, or run out of time: the table is told the same."""
        for wait in data.draw(st.lists(st.sampled_from(self._waiting), unique=True, max_size=10)):
            self.gone.add(wait)
            self._note(self.table.withdraw(wait, NOW))

    @precondition(lambda self: self._holder)
    @rule()
    def answer_is_lost(self):
        """Who is granted in the moment in which they give up has it no longer."""
        holder = self._holder
        self.ended.append(holder.reservation)
        self._note(self.table.withdraw(holder, NOW))

    @rule(process=st.integers(0, PROCESSES - 1), holder_first=st.booleans(), data=st.data())
    def process_dies(self, process, holder_first, data):
        """All its requests go, in any order, before or after what it holds is freed."""
        its = [wait for wait in self._waiting if wait.caller.peer == str(process)]
        if holder_first:
            self._free_of(process)
        for wait in data.draw(st.permutations(its)):
            if wait not in self.served:
                self.gone.add(wait)
                self._note(self.table.withdraw(wait, NOW))
        # One of them may have been served between the two, and is found dead as well.
        self._free_of(process)

    def _free_of(self, process):
        holder = self._holder
        if holder and holder.caller.peer == str(process):
            self.ended.append(holder.reservation)
            self._note(self.table.release(holder.reservation, NOW))

    @precondition(lambda self: self.ended)
    @rule(data=st.data())
    def ended_holder_frees_again(self, data):
        """What is freed late, for somebody who had it once, takes it from nobody."""
        self._note(self.table.release(data.draw(st.sampled_from(self.ended)), NOW))

    @rule()
    def others_come_and_go(self):
        """Who wants another session neither waits nor delays."""
        other = Wait([Session("other")], Caller("x"), NOW)
        assert self.table.request(other, NOW) == [other]
        assert self.table.unreserve(["other"], NOW) == []

    @invariant()
    def nobody_waits_for_a_free_session(self):
        """The session is with whoever was served last, or nobody waits for it."""
        holder = self._holder
        assert self.table.holder("S") is (holder.reservation if holder else None)
        assert list(self.table.waiting()) == self._waiting
        assert holder or not self._waiting

    @invariant()
    def served_in_the_order_of_arrival_each_once(self):
        """Nobody is served twice, before an earlier one, or after having gone."""
        places = [self.arrived.index(wait) for wait in self.served]
        assert places == sorted(set(places))
        assert not self.gone & set(self.served)

    def teardown(self):
        """In the end everybody has been served who did not go away."""
        while self._holder:
            self.ended.append(self._holder.reservation)
            self._note(self.table.unreserve(["S"], NOW))
        assert self.served == [wait for wait in self.arrived if wait not in self.gone]
        assert not self.table.all()


class TestManyWaiters(ManyWaiters.TestCase):
    """Whoever joins, gives up or dies: each is served once, in the order of arrival."""

    settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
