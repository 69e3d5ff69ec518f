"""Private folders, and small files that are written whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
import threading
from pathlib import Path

import pytest

from session_sharing.errors import PreconditionError
from session_sharing.service import folders
from session_sharing.service.folders import atomic_write_text, patiently, private_folder

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@posix
def test_new_folders_are_private_parents_too(tmp_path: Path) -> None:
    """Nobody else may look into what was created, on any level; what existed keeps its mode."""
    tmp_path.chmod(0o755)
    assert private_folder(tmp_path / "a" / "b" / "c") == tmp_path / "a" / "b" / "c"
    made = [tmp_path / "a", tmp_path / "a/b", tmp_path / "a/b/c"]
    assert [mode(folder) for folder in made] == [0o700] * 3
    assert mode(tmp_path) == 0o755


@posix
def test_existing_folder_is_left_as_it_is(tmp_path: Path) -> None:
    """A folder that somebody set up for a group stays open to the group."""
    tmp_path.chmod(0o750)
    private_folder(tmp_path)
    assert mode(tmp_path) == 0o750


@posix
def test_folder_open_to_all_is_told_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An operator learns that strangers may exchange files; one closed to them is no news."""
    for closed in (0o700, 0o755, 0o775):
        tmp_path.chmod(closed)
        folders.warn_if_open_to_all(tmp_path)
    assert caplog.messages == []
    for opened in (0o777, 0o1777):
        tmp_path.chmod(opened)
        folders.warn_if_open_to_all(tmp_path)
    assert len(caplog.messages) == 2
    assert f"chmod o-w {tmp_path}" in caplog.messages[0]
    assert mode(tmp_path) == 0o1777


def test_folder_that_cannot_be_looked_at_is_told_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A root that is not there, as on a share that is away, keeps no service from starting."""
    if sys.platform == "win32":
        pytest.skip("nothing is looked at on Windows")
    folders.warn_if_open_to_all(tmp_path / "away")
    assert "cannot be looked at" in caplog.text


@pytest.mark.parametrize("below", [".", "deeper", "deeper/still"])
def test_file_in_the_way_is_named(tmp_path: Path, below: str) -> None:
    """A file where a folder has to be is an error with a next step, not a traceback."""
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(PreconditionError, match="choose another folder"):
        private_folder(tmp_path / "taken" / below)
    assert (tmp_path / "taken").read_text() == "mine"


def test_text_is_written_as_it_is(tmp_path: Path) -> None:
    """Encoding and line ends do not depend on the platform; nothing is left beside the file."""
    target = tmp_path / "state.json"
    atomic_write_text(target, "old")
    atomic_write_text(target, "é\nnew\r\n")
    assert target.read_bytes() == b"\xc3\xa9\nnew\r\n"
    assert list(tmp_path.iterdir()) == [target]
    if sys.platform != "win32":
        assert mode(target) == 0o600


def test_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    """Text that cannot be encoded costs neither the old content nor a stray file."""
    target = tmp_path / "state.json"
    atomic_write_text(target, "old")
    with pytest.raises(UnicodeEncodeError):
        atomic_write_text(target, "\ud800")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_reader_never_sees_half_a_text(tmp_path: Path) -> None:
    """While one thread writes, every read gives one whole text."""
    target = tmp_path / "state.json"
    texts = {letter * 20_000 for letter in "abc"}
    atomic_write_text(target, "a" * 20_000)
    done = threading.Event()

    def write() -> None:
        for letter in "bca" * 20:
            atomic_write_text(target, letter * 20_000)
        done.set()

    writer = threading.Thread(target=write, name="writer")
    writer.start()
    seen = set()
    while not done.is_set():
        seen.add(patiently(target.read_text))
    writer.join()
    assert seen <= texts


def test_refusal_is_waited_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A virus scanner that has the file open for a moment, as on Windows, makes no error."""
    monkeypatch.setattr(folders, "_PATIENCE", 30.0)
    answers = iter([PermissionError(), PermissionError(), None])

    def action() -> str:
        refused = next(answers)
        if refused:
            raise refused
        return "done"

    assert patiently(action) == "done"


def test_lasting_refusal_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience has an end, and a write that was refused to the end leaves nothing behind."""
    monkeypatch.setattr(folders, "_PATIENCE", 0.05)

    def refuse() -> None:
        raise PermissionError(13, os.strerror(13))

    with pytest.raises(PermissionError):
        patiently(refuse)
