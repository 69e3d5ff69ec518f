"""Reservations that survive a restart."""

from __future__ import annotations

import json
from datetime import datetime, timezone

from local_station.pin_map.model import Connection
from local_station.session_management import kept as kept_module
from local_station.session_management.clients import Process
from local_station.session_management.kept import KIND, KeptReservations, kept_reservation
from local_station.session_management.model import Caller, Session
from local_station.session_management.registrations import Registrations
from local_station.session_management.requests import Wait
from local_station.session_management.reservations import Reservations
from session_sharing.journals.lines import read_lines

NOW = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=timezone.utc)
BOB = Process(4711, 1.5, "output_voltage", "bob", lambda: True)
ONE = Session("A", "r", "t", "0", (Connection("P", 0, "0", "Mux", "a->b", "M"),), {"k": "v"})
TWO = Session("B")


class Bench:
    """Reservations, and what would be kept of them."""

    def __init__(self):
        self.table = Reservations(Registrations())
        self.kept = KeptReservations(self.table.of_known_holders)

    def reserve(self, *sessions, process=BOB):
        """Reserve sessions for a process."""
        wait = Wait(sessions, Caller("ipv4:127.0.0.1:9", {"ni/reserved.username": "bob"}), NOW)
        self.table.request(wait, NOW)
        wait.reservation.process = process
        return wait.reservation

    def entries(self):
        """Return what is kept."""
        lines = read_lines("".join(self.kept.lines()).encode())
        return [json.loads(text)[KIND] for text in lines.texts]


def _found(*found):
    return lambda process_id, started: BOB if (process_id, started) in found else None


def test_reservation_is_the_same_after_a_restart():
    """Its sessions, its holder and its time come back, and it excludes others as before."""
    bench = Bench()
    before = bench.reserve(ONE, TWO)
    (fields,) = bench.entries()
    after = kept_reservation(fields, _found((4711, 1.5)))
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
    (fields,) = bench.entries()
    assert kept_reservation(fields, _found((4711, 99.0))) is None


def test_only_what_a_reservation_still_has_is_kept():
    """A session that was given back stays free, also after a line was made before."""
    bench = Bench()
    bench.reserve(ONE, TWO)
    assert len(bench.entries()[0]["sessions"]) == 2
    bench.table.unreserve(["A"], NOW)
    assert [each["name"] for each in bench.entries()[0]["sessions"]] == ["B"]
    bench.table.unreserve(["B"], NOW)
    assert bench.entries() == []


def test_unknown_holders_are_not_kept():
    """Whose end nothing would tell after a restart does not block a session for ever."""
    bench = Bench()
    bench.reserve(ONE, process=None)
    assert bench.entries() == []


def test_huge_reservations_are_not_kept(monkeypatch):
    """What would hold up everybody while it is written is left out."""
    monkeypatch.setattr(kept_module, "MAX_KEPT", 2)
    bench = Bench()
    bench.reserve(ONE)
    bench.reserve(TWO, Session("C"), Session("D"))
    assert len(bench.entries()) == 1
