"""Reservations that survive a restart."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

from local_station.keeping import from_json, to_json
from local_station.pin_map.model import Connection
from local_station.restoring import READERS
from local_station.session_management import kept as kept_module
from local_station.session_management.clients import Process
from local_station.session_management.kept import Freed, Held, is_kept, still_held
from local_station.session_management.model import Caller, Session
from local_station.session_management.registrations import Registrations
from local_station.session_management.requests import Wait
from local_station.session_management.reservations import Reservations

NOW = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=timezone.utc)
BOB = Process(4711, 1.5, "output_voltage", "bob", lambda: True)
ONE = Session("A", "r", "t", "0", (Connection("P", 0, "0", "Mux", "a->b", "M"),), {"k": "v"})
TWO = Session("B")


class Bench:
    """Reservations, and what is written of them."""

    def __init__(self):
        self.entries = []
        self.table = Reservations(
            Registrations(), lambda names: self.entries.append(Freed(tuple(names)))
        )

    def reserve(self, *sessions, process=BOB):
        """Reserve sessions for a process, which becomes known at once."""
        wait = Wait(sessions, Caller("ipv4:127.0.0.1:9", {"ni/reserved.username": "bob"}), NOW)
        self.table.request(wait, NOW)
        wait.reservation.process = process
        if process is not None:
            self.entries.append(Held.of(wait.reservation, sessions))
        return wait.reservation

    def restored(self, *found):
        """Return what the next run makes of it, with what is found of running processes."""
        written = from_json(to_json(self.entries), READERS)
        held = [one.reservation(_found(*found)) for one in still_held(written)]
        return [each for each in held if each is not None]

    def restored_names(self):
        """Return the names of the sessions of each reservation in the next run."""
        return [[session.name for session in one.sessions] for one in self.restored((4711, 1.5))]


def _found(*found):
    return lambda process_id, started: BOB if (process_id, started) in found else None


def test_reservation_is_the_same_after_a_restart():
    """Its sessions, its holder and its time come back, and it excludes others as before."""
    bench = Bench()
    before = bench.reserve(ONE, TWO)
    (after,) = bench.restored((4711, 1.5))
    assert vars(after) == vars(before)
    table = Reservations(Registrations())
    table.restore(after)
    assert table.holder("A") is after
    waiting = Wait((TWO,), Caller("other"), NOW)
    assert table.request(waiting, NOW) == []
    assert table.unreserve(["A", "B"], NOW) == [waiting]


def test_holder_that_has_ended_gets_nothing_back():
    """Nobody waits for a program that ended while the station was away."""
    bench = Bench()
    bench.reserve(ONE)
    assert bench.restored((4711, 99.0)) == []


def test_only_what_a_reservation_still_has_is_kept():
    """A session that was given back stays free, whoever gave it back, and however."""
    bench = Bench()
    reservation = bench.reserve(ONE, TWO)
    bench.table.unreserve(["A"], NOW)
    assert bench.restored_names() == [["B"]]
    bench.table.release(reservation, NOW)
    assert bench.restored_names() == []


def test_session_that_was_reserved_anew_belongs_to_the_later_holder():
    """What is freed and reserved again and again is held once, by who has it in the end."""
    bench = Bench()
    bench.reserve(ONE, TWO)
    bench.table.unreserve(["A"], NOW)
    bench.reserve(ONE)
    assert bench.restored_names() == [["B"], ["A"]]
    bench.table.unreserve(["A", "nobody has it"], NOW)
    assert bench.restored_names() == [["B"]]


def test_freeing_what_an_unknown_process_had_writes_nothing():
    """Whose end nothing would tell after a restart is not kept, and costs nothing."""
    bench = Bench()
    bench.reserve(ONE, process=None)
    bench.table.unreserve(["A", "B"], NOW)
    assert bench.entries == []


def test_huge_reservations_are_not_kept(monkeypatch):
    """What would hold up everybody while it is written is left out."""
    monkeypatch.setattr(kept_module, "MAX_KEPT", 2)
    assert is_kept([ONE])
    assert not is_kept([ONE, TWO])
    monkeypatch.setattr(kept_module, "MAX_KEPT_LETTERS", 16)
    assert is_kept([ONE])
    assert not is_kept([replace(ONE, annotations={"k": "vw"})])
