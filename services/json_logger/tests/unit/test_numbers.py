"""The side file of record numbers: what it says of a log, whatever became of either."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from json_logger.service import numbers
from json_logger.service.numbers import RecordNumbers
from json_logger.service.pieces import Lines
from services.json_logger.tests.writing import (
    Content,
    killed,
    open_log,
    piece,
    side_file,
    store,
    stored,
)

ONE, TWO = piece("a", 1), piece("a", 2, 2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the log of a test lies."""
    return tmp_path / "a.ndjson"


def last_numbers(path: Path, *attachments: str) -> list[int]:
    """Open a log and ask for the last numbers of attachments."""
    with open_log(path) as log:
        return [log.last_number(attachment) for attachment in attachments]


def write_then_die(path: Path, *groups: list[Lines]) -> None:
    """Store groups, and be killed."""
    with killed(path) as log:
        for group in groups:
            store(log, *group)


def test_numbers_outlive_their_process(path: Path) -> None:
    """After a kill as after a close, and after several, the numbers are known."""
    odd = 'Größe"\n'
    write_then_die(path, [ONE], [TWO, piece(odd, 1, 7)])
    assert last_numbers(path, "a", odd, "c") == [3, 7, 0]
    with open_log(path) as log:
        store(log, piece("c", 2**64 - 2, 2))
    assert not log._numbers._file.is_whole, "it is closed"
    assert last_numbers(path, "a", odd, "c") == [3, 7, 2**64 - 1]


def test_log_of_clients_that_do_not_count_has_no_side_file(path: Path) -> None:
    """Nothing is put beside a log before it is needed, and they pay nothing for those who count."""
    write_then_die(path, [piece("", 1)], [piece("", 2)])
    assert last_numbers(path, "a") == [0]
    assert sorted(beside.name for beside in path.parent.iterdir()) == ["a.ndjson"]
    with open_log(path) as log:
        store(log, ONE)
        before = Content.now(path)
        store(log, piece("", 3))
        assert Content.now(path).numbers == before.numbers


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_side_file_is_private(path: Path) -> None:
    """Who logs what is no business of others."""
    write_then_die(path, [ONE])
    assert stat.S_IMODE(side_file(path).stat().st_mode) == 0o600


def test_batch_of_which_a_part_is_there_is_set_aside(path: Path) -> None:
    """Whole lines of a batch that was not written to its end are moved away, and come again."""
    write_then_die(path, [ONE])
    before = path.read_bytes()
    write_then_die(path, [piece("b", 1), TWO])
    keep = before + piece("b", 1).data
    path.write_bytes(keep + TWO.data[:-9])  # the first of its two lines, and some of the second
    assert last_numbers(path, "a", "b") == [1, 1]
    assert path.read_bytes() == keep
    (aside,) = path.parent.glob("a.ndjson.torn-*")
    assert aside.read_bytes() == TWO.data[:-9]


@pytest.mark.parametrize("missing", [1, 2])
def test_batch_that_lacks_its_newline_is_whole(path: Path, missing: int) -> None:
    """A batch that lacks no more than its newline counts as stored; one that lacks more does not.

    An inner line that lacks its newline alone makes no batch whole.
    """
    write_then_die(path, [ONE], [TWO])
    path.write_bytes((ONE.data + TWO.data)[:-missing])
    assert last_numbers(path, "a") == [3 if missing == 1 else 1]
    assert path.read_bytes() == ONE.data + (TWO.data if missing == 1 else b"")
    if missing == 2:
        write_then_die(path, [TWO])
        inner = TWO.data.index(b"\n")
        path.write_bytes(ONE.data + TWO.data[:inner])
        assert last_numbers(path, "a") == [1]
        assert path.read_bytes() == ONE.data


@pytest.mark.parametrize("kind", ["another", "shorter"])
def test_log_that_is_not_what_was_written(path: Path, kind: str) -> None:
    """Of a log that was exchanged or cut the numbers stay, but for the last; nothing is cut."""
    write_then_die(path, [ONE], [TWO])
    content = b"{}\n" * 30 if kind == "another" else b""
    if kind == "another":
        path.rename(path.with_suffix(".moved"))
    path.write_bytes(content)
    assert last_numbers(path, "a") == [1]
    assert path.read_bytes() == content
    write_then_die(path, [piece("", 1, 30)])
    assert last_numbers(path, "a") == [1], "what came later is not taken for it"


def test_log_that_was_changed_after_its_session_was_closed(path: Path) -> None:
    """Whoever cuts or edits a closed log finds it later as they left it."""
    with open_log(path) as log:
        store(log, ONE)
        store(log, piece("a", 2, 3))
    edited = ONE.data + b"{}\n" * 3
    assert len(ONE.data) < len(edited) < len(ONE.data + piece("a", 2, 3).data)
    path.write_bytes(edited)
    assert last_numbers(path, "a") == [4]
    assert path.read_bytes() == edited


@pytest.mark.parametrize("damage", [b"\x00", b"x"])
def test_damage_is_told_and_mended(
    path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """What stands before the damage counts, a warning is logged once, and logging goes on."""
    write_then_die(path, [ONE], [TWO], [piece("a", 4)], [piece("a", 5)])
    content = side_file(path).read_bytes()
    place = content.index(b"[[") + content[content.index(b"[[") :].index(b"\n") + 1
    place += content[place:].index(b"\n") + 1  # where the third write begins
    side_file(path).write_bytes(content[:place] + damage + content[place + 1 :])
    assert last_numbers(path, "a") == [3]
    assert "damaged at byte" in caplog.text
    assert str(side_file(path)) in caplog.text
    caplog.clear()
    write_then_die(path, [piece("a", 6)])
    assert last_numbers(path, "a") == [6]
    assert caplog.text == ""


@pytest.mark.parametrize("content", [b"", b"\x00" * 99, b'{"format": 1}\n', None], ids=str)
def test_side_file_that_tells_nothing(path: Path, content: bytes | None) -> None:
    """Empty, zeros after a power cut, of somebody else, from the future: logging works."""
    if content is None:
        numbers_of_the_future(path)
    else:
        side_file(path).write_bytes(content)
    assert last_numbers(path, "a") == [0]
    write_then_die(path, [ONE])
    assert last_numbers(path, "a") == [1]


def numbers_of_the_future(path: Path) -> None:
    """Write a side file of a version of the format that is not known."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("json_logger.service.number_lines.FORMAT", 2)
        write_then_die(path, [ONE])


@pytest.mark.parametrize("kind", ["pipe", "link"])
def test_what_is_no_file_is_not_read(path: Path, kind: str) -> None:
    """A pipe or a link in the place of the side file is exchanged, without hanging or following."""
    if sys.platform == "win32":
        pytest.skip("Windows has no pipes in folders, and seldom the right to make links")
    if kind == "pipe":
        os.mkfifo(side_file(path))
    else:
        path.with_name("important").write_bytes(b"important")
        side_file(path).symlink_to(path.with_name("important"))
    write_then_die(path, [ONE])
    assert last_numbers(path, "a") == [1]
    assert side_file(path).is_file()
    if kind == "link":
        assert path.with_name("important").read_bytes() == b"important"


def test_those_who_stored_last_are_remembered(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The numbers of so many attachments are kept, and not more: those of the last who stored."""
    monkeypatch.setattr(numbers, "MOST_ATTACHMENTS", 3)
    write_then_die(path, *([piece(who, number)] for number in (1, 2) for who in "abc"), [ONE])
    with killed(path) as log:
        for lines in (piece("a", 3), piece("d", 1)):
            store(log, lines)
        assert [log.last_number(who) for who in "abcd"] == [3, 0, 2, 1]
    assert last_numbers(path, *"abcd") == [3, 0, 2, 1]


def test_side_file_stays_small(path: Path) -> None:
    """However many records are logged, the side file does not grow beyond its limit by much."""
    with killed(path) as log:
        for number in range(1, 2_000):
            store(log, piece("a", number))
            assert side_file(path).stat().st_size < numbers.COMPACT_BYTES + 200
    assert last_numbers(path, "a") == [1_999]
    assert len(stored(path)) == 1_999


def test_end_that_cannot_be_noted_does_no_harm(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A disk that is full when a log is closed fails no close; a warning says what was left out."""

    def fail(self: RecordNumbers, *_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, open_log(path) as log:
        store(log, ONE)
        left = Content.now(path)
        patch.setattr("session_sharing.service.journal_file.JournalFile.replace", fail)
    assert "No space left" in caplog.text
    assert Content.now(path) == left
    assert last_numbers(path, "a") == [1]
