"""The writer and the numbers of records: repeats, batches that overlap, disks that fail."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from json_logger.service.log_file import LogFile
from json_logger.service.pieces import Lines
from services.json_logger.tests.writing import (
    FaultyDisk,
    killed,
    open_log,
    piece,
    store,
    stored,
)
from session_sharing.errors import InvalidRequestError, ResourceExhaustedError
from session_sharing.records import AckLevel
from session_sharing.service import StoreError

DEADLINE = 10.0  # seconds
GROUPS = [
    [piece("a", 1)],
    [piece("a", 2, 3), piece("", 1), piece("b", 1)],
    [piece("", 2)],
    [piece("b", 2, 2)],
    [piece("", 3), piece("a", 5)],
]
EVERYTHING = [
    *[("a", 1), ("a", 2), ("a", 3), ("a", 4), ("", 1), ("b", 1), ("", 2)],
    *[("b", 2), ("b", 3), ("", 3), ("a", 5)],
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the log of a test lies."""
    return tmp_path / "a.ndjson"


def append(log: LogFile, *pieces: Lines) -> list[AckLevel | BaseException]:
    """Append pieces from as many callers, through the writer's queue; return what each is told."""

    async def gather() -> list[AckLevel | BaseException]:
        calls = [log.append(lines.data, lines.level, lines.records) for lines in pieces]
        return await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), DEADLINE)

    return asyncio.run(gather())


def test_what_is_stored_is_not_stored_again(path: Path) -> None:
    """A repeat is acknowledged, at once or later, in one group or many; only the uncounted repeat.

    A number that was left out is not waited for.
    """
    with open_log(path) as log:
        one, two, uncounted = piece("a", 1), piece("a", 2, 3), piece("", 1)
        assert len(store(log, one, one, two, uncounted, one, two, uncounted)) == 7
        store(log, two)
        store(log, piece("a", 7), one)
        assert log.last_number("a") == 7
        assert log.last_number("b") == 0
    batch = [("a", 2), ("a", 3), ("a", 4)]
    assert stored(path) == [("a", 1), *batch, ("", 1), ("", 1), ("a", 7)]


def test_repeat_reaches_the_disk_if_it_wants_that(
    path: Path,
) -> None:
    """A record that was handed to the system is brought to the disk when its repeat asks for it."""
    synced: list[int] = []
    disk = FaultyDisk()
    with open_log(path, disk) as log:
        store(log, piece("a", 1))
        disk.sync = synced.append  # type: ignore[method-assign]
        assert store(log, piece("a", 1, level=AckLevel.DISK)) == [AckLevel.DISK]
        assert len(synced) == 1
        assert store(log, piece("a", 1)) == [AckLevel.OS]
        assert len(synced) == 1
    assert stored(path) == [("a", 1)]


def test_what_is_stored_in_part_is_refused_alone(path: Path) -> None:
    """A batch that begins with stored records and ends with others is refused; others are not."""
    with open_log(path) as log:
        first, refused, last = append(log, piece("a", 1, 2), piece("a", 2, 2), piece("b", 1))
        assert (first, last) == (AckLevel.OS, AckLevel.OS)
        assert isinstance(refused, InvalidRequestError)
        assert "those up to 2 are stored already" in refused.message
        assert append(log, piece("a", 3)) == [AckLevel.OS]
    assert stored(path) == [("a", 1), ("a", 2), ("b", 1), ("a", 3)]


def test_side_file_that_cannot_be_written_refuses_the_records(path: Path) -> None:
    """Who could not be told from a repeat later is refused, with the file's name, and heals."""
    with open_log(path, FaultyDisk(fails_at=1)) as log:
        (told,) = append(log, piece("a", 1))
        assert isinstance(told, ResourceExhaustedError)
        assert ".a.ndjson.numbers" in told.message
        assert stored(path) == []
        assert append(log, piece("a", 1)) == [AckLevel.OS]
    assert stored(path) == [("a", 1)]


@pytest.mark.parametrize("takes", [0, 7])
@pytest.mark.parametrize("fails_at", range(1, 10))
def test_failing_write_of_either_file_loses_and_doubles_nothing(
    path: Path, fails_at: int, takes: int
) -> None:
    """Whichever write fails, having written something or not: the repeat is stored once."""
    disk = FaultyDisk(fails_at, takes)
    with killed(path, disk) as log:
        for group in GROUPS:
            repeat_until_stored(log, group, path)
    assert disk.writes >= fails_at
    with open_log(path, disk) as log:
        assert (log.last_number("a"), log.last_number("b")) == (5, 3)
        for group in GROUPS:
            store(log, *(lines for lines in group if lines.records))
    assert stored(path) == EVERYTHING


def repeat_until_stored(log: LogFile, group: list[Lines], path: Path) -> None:
    """Store a group, and once more if that was refused: then nothing of it was stored."""
    before = path.read_bytes()
    try:
        store(log, *group)
    except StoreError:
        assert path.read_bytes() == before
        store(log, *group)


@pytest.mark.parametrize("fails_at", [3, 4])
def test_refused_record_is_not_taken_for_what_came_in_its_place(path: Path, fails_at: int) -> None:
    """Refused, then killed when others wrote where it was to be: its repeat is stored, once."""
    disk = FaultyDisk(fails_at, takes=7)
    with killed(path, disk) as log:
        store(log, piece("a", 1))
        with pytest.raises(StoreError):
            store(log, piece("a", 2, 2))
        store(log, piece("", 1, 9))
    with killed(path, disk) as log:
        store(log, piece("", 10, 9))
    with open_log(path, disk) as log:
        assert log.last_number("a") == 1
        for _ in range(2):
            store(log, piece("a", 2, 2))
    uncounted = [("", number) for number in range(1, 19)]
    assert stored(path) == [("a", 1), *uncounted, ("a", 2), ("a", 3)]
