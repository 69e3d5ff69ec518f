"""The power is cut at any moment: what was acknowledged as on disk is there, exactly once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from services.json_logger.tests.power import Station
from services.json_logger.tests.writing import killed, open_log, piece
from session_sharing.records import AckLevel
from session_sharing.testing.power_cuts import power_cuts

OS, DISK = AckLevel.OS, AckLevel.DISK


@pytest.fixture
def station(tmp_path: Path) -> Station:
    """Return a log on a disk whose power can be cut."""
    return Station(tmp_path)


def test_records_on_disk_survive_a_power_cut(station: Station) -> None:
    """Of a new log, of several attachments and of both levels; over a reopening and a close."""
    station.run(
        [piece("a", 1, level=DISK)],
        [piece("a", 2), piece("b", 1, 3)],
        [piece("a", 3, 2, level=DISK), piece("b", 4)],
    )
    with open_log(station.path, station.disk) as log:
        station.store(log, piece("b", 5))
        station.store(log, piece("a", 5, level=DISK))
    assert station.check_power_cuts() > 100


def test_records_after_a_torn_tail_survive_a_power_cut(station: Station) -> None:
    """What is stored in the place of half a batch that was set aside is not taken for its rest."""
    station.run([piece("a", 1, level=DISK)])
    with killed(station.path, station.disk) as log:
        station.store_in_part(log, piece("b", 1, 9))
    station.run([piece("a", 2)], [piece("a", 3, level=DISK)], [piece("b", 1, 2, level=DISK)])
    assert station.check_power_cuts() > 50


def test_torn_tail_is_in_the_log_or_beside_it(station: Station) -> None:
    """While torn bytes are moved they are in one of both files, whenever the power is cut."""
    torn = b'{"measurement_name": "half'
    station.path.write_bytes(piece("a", 1).data + torn)
    station.run()
    assert station.path.read_bytes() == piece("a", 1).data
    cuts = list(power_cuts(station.recorded.operations, thorough=True))
    assert len(cuts) > 5
    for cut in cuts:
        assert any(torn in content for content in cut.files.values()), cut


def test_log_that_a_dying_service_made_survives_a_power_cut(station: Station) -> None:
    """An empty log that is found may have a name that is not on the disk yet."""
    made = station.disk.open(station.path, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    station.disk.close(made)
    station.run([piece("a", 1, level=DISK)])
    assert station.check_power_cuts() > 5


def test_records_after_a_refusal_survive_a_power_cut(station: Station) -> None:
    """What is stored in the place of a refused batch is not taken for the beginning of it."""
    with killed(station.path, station.disk) as log:
        station.store(log, piece("a", 1, level=DISK))
        station.store_on_full_disk(log, piece("b", 1, 9))
        station.store(log, piece("a", 2))
        station.store(log, piece("a", 3, level=DISK))
        station.store(log, piece("b", 1, 9, level=DISK))
    assert station.check_power_cuts() > 50


def test_log_that_was_closed_survives_a_power_cut(station: Station) -> None:
    """When a session has closed, all that it acknowledged is on the disk, also after a refusal."""
    with open_log(station.path, station.disk) as log:
        station.store(log, piece("a", 1))
        station.store_on_full_disk(log, piece("b", 1, 9))
        station.store(log, piece("a", 2))
    station.promise_all()
    assert station.check_power_cuts() > 50


def test_refusal_of_a_closed_session_does_not_come_back(station: Station) -> None:
    """What the next session stores is not taken for the batch that the last one refused."""
    with open_log(station.path, station.disk) as log:
        station.store(log, piece("a", 1))
        station.store_on_full_disk(log, piece("b", 1, 9))
    station.run([piece("a", 2, level=DISK)])
    assert station.check_power_cuts() > 20


def test_record_that_a_dying_service_stored_stays(station: Station) -> None:
    """What is found whole after a crash, and counts as stored, is brought to the disk first."""
    with killed(station.path, station.disk) as log:
        station.store_in_part(log, piece("b", 1, 3), piece("a", 1))
    station.run([piece("b", 4, level=DISK)])
    assert station.check_power_cuts() > 20
