"""What power cuts can leave: what was synced, and some of the rest."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from session_sharing.service.files import plain
from session_sharing.testing.power_cuts import PowerCut, power_cuts
from session_sharing.testing.recording_files import RecordingFiles

NEW = plain(os.O_WRONLY | os.O_CREAT | os.O_EXCL)
APPEND = plain(os.O_RDWR | os.O_CREAT | os.O_APPEND)


@pytest.fixture
def disk() -> RecordingFiles:
    """Return a disk that remembers."""
    return RecordingFiles()


def last_cuts(disk: RecordingFiles) -> list[dict[str, bytes]]:
    """Return what cuts after the last operation leave, by names."""
    return [by_name(cut) for cut in cuts_of(disk) if cut.after == len(disk.operations)]


def cuts_of(disk: RecordingFiles, *, thorough: bool = False) -> Iterator[PowerCut]:
    """Return the cuts, of which none is left out as a repetition."""
    for after in range(1, len(disk.operations) + 1):
        yield from (
            cut
            for cut in power_cuts(disk.operations[:after], first=after, thorough=thorough)
            if cut.after == after
        )


def by_name(cut: PowerCut) -> dict[str, bytes]:
    """Return what a cut leaves, by names."""
    return {path.name: content for path, content in cut.files.items()}


def contents(cuts: Sequence[dict[str, bytes]], name: str) -> set[bytes | None]:
    """Return what may be in a file; None if it may be missing."""
    return {cut.get(name) for cut in cuts}


def test_what_was_synced_is_there(tmp_path: Path, disk: RecordingFiles) -> None:
    """A file whose content and name were synced is whole after every later cut."""
    opened = disk.open(tmp_path / "a", NEW)
    disk.write(opened, b"abcd")
    assert contents(last_cuts(disk), "a") == {None, b"", b"ab", b"abcd"}
    disk.sync(opened)
    assert contents(last_cuts(disk), "a") == {None, b"abcd"}
    disk.sync_folder(tmp_path)
    assert contents(last_cuts(disk), "a") == {b"abcd"}
    disk.write(opened, b"efgh")
    disk.write(opened, b"ijkl")
    beginnings = {b"abcd", b"abcdefgh", b"abcdefghij", b"abcdefghijkl"}
    assert contents(last_cuts(disk), "a") == beginnings
    disk.close(opened)


def test_what_was_there_before_is_on_the_disk(tmp_path: Path, disk: RecordingFiles) -> None:
    """A file that is opened for appending keeps what it had; a cut may come back."""
    (tmp_path / "a").write_bytes(b"abcd")
    opened = disk.open(tmp_path / "a", APPEND)
    assert contents(last_cuts(disk), "a") == {b"abcd"}
    disk.truncate(opened, 1)
    assert contents(last_cuts(disk), "a") == {b"abcd", b"a"}
    disk.close(opened)
    disk.close(disk.open(tmp_path / "a", APPEND))
    assert contents(last_cuts(disk), "a") == {b"abcd", b"a"}, "closing brings nothing to the disk"


def test_file_that_is_replaced_is_the_old_or_the_new_one(
    tmp_path: Path, disk: RecordingFiles
) -> None:
    """A new name without a sync may have no content; the old file stays until names are synced."""
    (tmp_path / "a").write_bytes(b"old")
    disk.close(disk.open(tmp_path / "a", APPEND))
    opened = disk.open(tmp_path / "b", NEW)
    disk.write(opened, b"new!")
    disk.close(opened)
    disk.replace(tmp_path / "b", tmp_path / "a")
    cuts = last_cuts(disk)
    assert contents(cuts, "a") == {b"old", b"", b"ne", b"new!"}
    assert {"a": b"old", "b": b"new!"} in cuts
    disk.sync_folder(tmp_path)
    assert contents(last_cuts(disk), "a") == {b"", b"ne", b"new!"}
    disk.unlink(tmp_path / "a")
    disk.unlink(tmp_path / "a")
    assert None in contents(last_cuts(disk), "a")


def test_files_go_their_own_ways(tmp_path: Path, disk: RecordingFiles) -> None:
    """Of two files that were written one after the other either may be there without the other."""
    first, second = disk.open(tmp_path / "a", NEW), disk.open(tmp_path / "b", NEW)
    disk.sync_folder(tmp_path)
    disk.write(first, b"1")
    disk.write(second, b"2")
    expected = [{"a": one, "b": two} for one in (b"", b"1") for two in (b"", b"2")]
    assert all(cut in last_cuts(disk) for cut in expected)
    disk.close(first)
    disk.close(second)


def test_marks_stand_where_they_were_made(tmp_path: Path, disk: RecordingFiles) -> None:
    """A cut knows what had happened before it; each state is played once for the same marks."""
    opened = disk.open(tmp_path / "a", NEW)
    disk.sync_folder(tmp_path)
    disk.mark("one")
    disk.write(opened, b"abcd")
    disk.mark("two")
    played = [(tuple(cut.marks), by_name(cut).get("a")) for cut in power_cuts(disk.operations)]
    assert len(set(played)) == len(played)
    assert {marks for marks, _ in played} == {(), ("one",), ("one", "two")}
    assert {content for marks, content in played if marks == ("one", "two")} == {
        b"",
        b"ab",
        b"abcd",
    }
    disk.close(opened)


def test_thorough_cuts_tear_every_write(tmp_path: Path, disk: RecordingFiles) -> None:
    """Each write on its way may be the torn one, at several places."""
    opened = disk.open(tmp_path / "a", NEW)
    disk.write(opened, b"abcd")
    disk.write(opened, b"efgh")
    left = contents([by_name(cut) for cut in cuts_of(disk, thorough=True)], "a")
    assert left >= {b"a", b"abc", b"abcde", b"abcdefg", b"abcdefgh"}
    disk.close(opened)


def test_writes_in_the_midst_of_a_file_are_refused(tmp_path: Path, disk: RecordingFiles) -> None:
    """The model knows writes to the end alone; another is no silent mistake."""
    (tmp_path / "a").write_bytes(b"abcd")
    with pytest.raises(ValueError, match="appending"):
        disk.open(tmp_path / "a", plain(os.O_RDWR))
