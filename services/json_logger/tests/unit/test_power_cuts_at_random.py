"""Power cuts in runs of kills, full disks and disks that break, in any order."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from json_logger.service.log_file import LogFile
from json_logger.service.pieces import Lines
from services.json_logger.tests.power import Station
from services.json_logger.tests.writing import killed, open_log, piece
from session_sharing.records import AckLevel

pytestmark = pytest.mark.reliability

ROUNDS = 25
RUNS, GROUPS, PIECES, RECORDS = 3, 4, 3, 4
"""How many there are of each, at most, within the one before."""


class Programs:
    """What some clients log, each at a level of its own choice; what was refused comes again.

    Args:
        choose: Chooses.
    """

    def __init__(self, choose: random.Random) -> None:
        self._choose = choose

    def bring(self, log: LogFile) -> list[Lines]:
        """Return what some of them bring at once."""
        whos = self._choose.sample("abc", self._choose.randint(1, PIECES))
        return [self._piece(log, who) for who in whos]

    def _piece(self, log: LogFile, who: str) -> Lines:
        count = self._choose.randint(1, RECORDS)
        level = self._choose.choice([AckLevel.OS, AckLevel.DISK])
        return piece(who, log.last_number(who) + 1, count, level)


def run(station: Station, choose: random.Random) -> None:
    """Start the service, log, and end it in one of the ways in which it ends."""
    programs = Programs(choose)
    closes = choose.random() < 0.3
    with (open_log if closes else killed)(station.path, station.disk) as log:
        for _ in range(choose.randint(0, GROUPS)):
            store = station.store if choose.random() < 0.7 else station.store_on_full_disk
            store(log, *programs.bring(log))
        if not closes and choose.random() < 0.5:
            station.store_in_part(log, *programs.bring(log))
    if closes:
        station.promise_all()


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_no_record_on_disk_is_lost(tmp_path: Path, seed: int) -> None:
    """Whatever went before: what was acknowledged as on disk is there once, in order."""
    choose = random.Random(seed)
    station = Station(tmp_path)
    for _ in range(choose.randint(1, RUNS)):
        run(station, choose)
    assert station.check_power_cuts() > 0
