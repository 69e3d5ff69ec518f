"""The table of reservations: who gets what, in which order."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from local_station.session_management.model import Caller, Session
from local_station.session_management.registrations import Registrations
from local_station.session_management.requests import AllRegistered, Wait
from local_station.session_management.reservations import LOOKED_AT, Reservations

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
LATER = NOW + timedelta(seconds=7)


@pytest.fixture
def registrations():
    return Registrations()


@pytest.fixture
def table(registrations):
    return Reservations(registrations)


def _wait(*names, caller="someone"):
    return Wait([Session(name) for name in names], Caller(caller), NOW)


def _requested(table, *names):
    wait = _wait(*names)
    table.request(wait, NOW)
    return wait


def test_free_session_is_granted_at_once_and_knows_its_holder(table):
    """A reservation says who has it, and since when: that is what others are told."""
    wait = _wait("A", caller="peer")
    assert table.request(wait, LATER) == [wait]
    assert wait.reservation is table.holder("A")
    assert (wait.reservation.caller.peer, wait.reservation.since) == ("peer", LATER)


def test_request_for_nothing_is_granted(table):
    """That nothing matches is no reason to wait, however much is reserved."""
    _requested(table, "A")
    _requested(table, "A")
    assert _requested(table).reservation.sessions == ()


def test_session_that_is_named_twice_is_reserved_once(table):
    """A request does not stand in its own way."""
    assert [one.name for one in _requested(table, "A", "A").reservation.sessions] == ["A"]


def test_all_or_nothing(table):
    """Nobody holds a part of what they asked for while they wait for the rest."""
    _requested(table, "A")
    both = _requested(table, "A", "B")
    assert both.reservation is None
    assert table.holder("B") is None
    assert table.unreserve(["A"], NOW) == [both]
    assert table.holder("A") is table.holder("B") is both.reservation


def test_nobody_is_overtaken(table):
    """A later request does not take what an earlier one waits for, though it is free."""
    _requested(table, "A")
    first = _requested(table, "A", "B")
    later = _requested(table, "B")
    assert later.reservation is None
    assert table.unreserve(["A"], NOW) == [first]
    assert table.unreserve(["B"], NOW) == [later]


def test_requests_without_a_common_session_do_not_delay_each_other(table):
    """A queue for one session is none for another."""
    _requested(table, "A")
    _requested(table, "A")
    assert _requested(table, "C").reservation is not None


def test_order_of_arrival_is_the_order_of_service(table):
    """Who waits longest is next."""
    _requested(table, "A")
    queue = [_requested(table, "A") for _ in range(4)]
    assert [table.unreserve(["A"], NOW) for _ in queue] == [[wait] for wait in queue]


def test_one_change_can_let_several_go(table):
    """All that became possible happens at once."""
    _requested(table, "A", "B")
    first, second, blocked = (_requested(table, name) for name in ("A", "B", "A"))
    assert table.unreserve(["A", "B"], NOW) == [first, second]
    assert blocked.reservation is None


def test_request_that_gives_up_lets_the_next_ones_go(table):
    """A request that was withdrawn claims nothing any more."""
    _requested(table, "A")
    impatient = _requested(table, "A", "B")
    patient = _requested(table, "B")
    assert table.withdraw(impatient, NOW) == [patient]
    assert table.waiting() == ()
    assert table.unreserve(["A"], NOW) == []
    assert impatient.reservation is None


def test_grant_that_came_too_late_is_given_back(table):
    """What was granted to somebody who is gone goes to the next one."""
    gone = _requested(table, "A", "B")
    following = _requested(table, "A")
    assert table.withdraw(gone, NOW) == [following]
    assert table.holder("B") is None


def test_giving_back_takes_nothing_from_the_next_holder(table):
    """What somebody else has freed, and a third has reserved since, stays with the third."""
    gone = _requested(table, "A")
    following = _requested(table, "A")
    table.unreserve(["A"], NOW)
    table.withdraw(gone, NOW)
    assert table.holder("A") is following.reservation


def test_unreserving_what_nobody_has_is_no_error(table):
    """Freeing twice, or a session that is not known, changes nothing."""
    held = _requested(table, "A")
    assert table.unreserve(["B", "", "B"], NOW) == []
    assert table.holder("A") is held.reservation


def test_a_part_of_a_reservation_can_be_freed(table):
    """NI's clients free sessions one by one, if they like."""
    _requested(table, "A", "B")
    wait = Wait([Session("B", "new")], Caller("someone"), NOW)
    table.request(wait, NOW)
    assert table.unreserve(["B"], NOW) == [wait]
    assert table.reserved() == [Session("A"), Session("B", "new")]


def test_all_that_is_registered_is_what_is_registered_at_the_turn(table, registrations):
    """A request for all sessions of a type means those that there are when its turn comes."""
    registrations.register([Session("A", type_id="x"), Session("B", type_id="y")], NOW)
    held = _requested(table, "A")
    everything = Wait(AllRegistered("x"), Caller("peer"), NOW)
    assert table.request(everything, NOW) == []
    registrations.register([Session("C", type_id="x")], NOW)
    later = _requested(table, "C")
    assert later.reservation is None
    assert table.release(held.reservation, LATER) == [everything]
    assert [session.name for session in everything.reservation.sessions] == ["A", "C"]


def test_what_is_registered_no_longer_is_not_waited_for(table, registrations):
    """All who wait for nothing any more go, and those who waited behind them."""
    registrations.register([Session("A", type_id="x"), Session("B", type_id="x")], NOW)
    _requested(table, "A")
    everything = [Wait(AllRegistered(each), Caller("peer"), NOW) for each in ("x", "x", "")]
    for wait in everything:
        table.request(wait, NOW)
    behind = _requested(table, "B")
    registrations.unregister(["A", "B"])
    assert set(table.unregistered(["A", "B"], NOW)) == {*everything, behind}
    assert table.waiting() == ()


def test_end_of_all_waiting_leaves_what_is_granted(table):
    """When the station stops, nobody waits, and nobody loses a session."""
    held, wait = _requested(table, "A"), _requested(table, "A")
    table.withdraw_all()
    assert table.withdraw(wait, NOW) == []
    assert table.waiting() == ()
    assert table.unreserve(["B"], NOW) == []
    assert table.holder("A") is held.reservation


def test_obstacles_are_holders_and_earlier_requests(table):
    """Who is refused is told of those who were in the way, and of nobody else."""
    first, second = _requested(table, "A", "B"), _requested(table, "C")
    ahead = _requested(table, "A", "D")
    _requested(table, "C")
    wait = _requested(table, "B", "A", "D", "E")
    _requested(table, "A")
    obstacles = table.obstacles(wait)
    assert obstacles.held == {first.reservation: ["A", "B"]}
    assert second.reservation not in obstacles.held
    assert obstacles.ahead == [ahead]
    assert obstacles.complete


def test_only_the_first_obstacles_are_looked_at(table):
    """However many stand in the way, a refusal costs no more than it can tell."""
    names = [f"S{number}" for number in range(LOOKED_AT)]
    _requested(table, *names)
    for _ in range(3):
        _requested(table, *names)
    obstacles = table.obstacles(_requested(table, *names))
    assert not obstacles.complete
    assert len(obstacles.ahead) == 3
    assert sum(map(len, obstacles.held.values())) + 3 <= LOOKED_AT


def test_reservations_are_listed_as_long_as_they_have_a_session(table):
    """Only of those is watched whether their holders are there."""
    both, one = _requested(table, "A", "B"), _requested(table, "C")
    _requested(table)
    table.unreserve(["A", "C"], NOW)
    assert list(table.all()) == [both.reservation]
    assert one.reservation not in table.all()
    table.unreserve(["B", "B"], NOW)
    assert list(table.all()) == []
