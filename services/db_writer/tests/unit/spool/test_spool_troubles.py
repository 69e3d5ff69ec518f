"""A spool on a full disk, or changed by others: what can be delivered is."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from db_writer.service.failures import WriteError
from db_writer.service.spool.reserve import MOST_BYTES, Reserve
from db_writer.service.spool.spool_file import SpoolFile
from db_writer.service.spool.waiting import encoded
from services.db_writer.tests.looking import change_file
from services.db_writer.tests.unit.spool.spooling import entry, names, new_file
from session_sharing.errors import PreconditionError, SharingError
from session_sharing.testing.full_disk import fill, tiny_disk

DISK_BYTES = 12 * 1024 * 1024


def fill_up(spool: SpoolFile) -> int:
    """Let records wait until there is no room; return how many do."""
    for number in range(1, 10_000):
        try:
            spool.put([encoded(entry("x" * 100_000, first=number))])
        except WriteError:
            return number - 1
    raise AssertionError("the disk is never full")


def test_what_was_delivered_leaves_a_full_disk(tmp_path: Path) -> None:
    """A disk that the spool itself has filled keeps no record from being taken out."""
    with ExitStack() as stack:
        try:
            stack.enter_context(tiny_disk(tmp_path, DISK_BYTES))
        except OSError as error:
            pytest.skip(f"no disk can be mounted here: {error}")
        spool = stack.enter_context(closing(new_file(tmp_path)))
        waits = fill_up(spool)
        fill(tmp_path / "ballast")
        taken = 0
        while batch := spool.oldest():
            taken += batch.amount.records
            spool.settle(batch, [])
        assert taken == waits > 10
        (tmp_path / "ballast").unlink()
        spool.trim()
        assert (tmp_path / "spool" / f"{spool.path.name}.reserve").exists(), "for the next time"


def test_reserve_is_taken_and_given_back(tmp_path: Path) -> None:
    """The reserve takes up room on the disk, once, and gives it back when it is asked for it."""
    reserve = Reserve(tmp_path / "spool.sqlite3")
    assert not reserve.release()
    reserve.hold()
    reserve.hold()
    (file,) = tmp_path.iterdir()
    assert 0 < file.stat().st_size <= MOST_BYTES
    assert reserve.release()
    assert list(tmp_path.iterdir()) == []


def test_entry_that_cannot_be_read_keeps_no_other(tmp_path: Path) -> None:
    """What somebody changed in the file stays in it, and is told; all others are delivered."""
    with closing(new_file(tmp_path)) as spool:
        for number in range(1, 6):
            spool.put([encoded(entry(f"{number}", first=number))])
        change_file(spool.path, "UPDATE waiting SET content = x'6e6f' WHERE first_number = 3")
        batch = spool.oldest()
        assert batch
        spool.settle(batch, [])
        last = spool.oldest()
        assert last
        spool.settle(last, [])
        assert names([*batch.entries, *last.entries]) == ["1", "2", "4", "5"]
        with pytest.raises(PreconditionError, match=r"1 entries of the spool .* cannot be read"):
            spool.oldest()
        assert spool.content().waiting.records == 1


def test_damaged_file_is_told(tmp_path: Path) -> None:
    """A spool with other bytes in it is an error with its name, not a defect."""
    with closing(new_file(tmp_path)) as spool:
        spool.put([encoded(entry("a"))])
        path = spool.path
    content = bytearray(path.read_bytes())
    content[90:4000] = bytes(200 + index % 56 for index in range(3910))
    path.write_bytes(content)
    with pytest.raises(SharingError, match="spool"):
        SpoolFile(path)
