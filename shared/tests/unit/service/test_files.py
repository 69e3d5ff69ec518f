"""The real file system: each platform reaches the disk in its own way."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from session_sharing.service import files
from session_sharing.service.files import SYSTEM_FILES, SystemFiles, write_all

FULL = 51  # F_FULLFSYNC of macOS


class Calls:
    """Notes which way of syncing was taken, and can let the full one fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
        self.made: list[str] = []
        self.error: OSError | None = None
        fcntl = SimpleNamespace(fcntl=self._fcntl, F_FULLFSYNC=FULL)
        monkeypatch.setitem(sys.modules, "fcntl", fcntl)
        monkeypatch.setattr(files, "sys", SimpleNamespace(platform=platform))
        for name in ("fsync", "fdatasync"):
            monkeypatch.setattr(
                os, name, lambda descriptor, name=name: self.made.append(name), raising=False
            )

    def _fcntl(self, descriptor: int, command: int) -> None:
        assert command == FULL
        self.made.append("full")
        if self.error is not None:
            raise self.error


@pytest.mark.parametrize(
    ("platform", "file", "folder"),
    [("linux", "fdatasync", "fsync"), ("darwin", "full", "full"), ("win32", "fsync", None)],
)
def test_each_platform_has_its_way(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    platform: str,
    file: str,
    folder: str | None,
) -> None:
    """On macOS only the full sync empties the drive's cache; Windows cannot open folders."""
    if sys.platform == "win32" and platform != "win32":
        pytest.skip("Windows opens no folders")
    calls = Calls(monkeypatch, platform)
    SYSTEM_FILES.sync(0)
    SYSTEM_FILES.sync_folder(tmp_path)
    assert calls.made == [file, *([folder] if folder else [])]


def test_drive_without_full_sync_gets_the_usual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a network share of macOS does not support is replaced by what it does."""
    calls = Calls(monkeypatch, "darwin")
    calls.error = OSError(errno.ENOTSUP, "Operation not supported")
    SYSTEM_FILES.sync(0)
    assert calls.made == ["full", "fsync"]


def test_full_sync_that_failed_is_not_glossed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a failed sync no other may claim success."""
    calls = Calls(monkeypatch, "darwin")
    calls.error = OSError(errno.EIO, "Input/output error")
    with pytest.raises(OSError, match="Input/output error"):
        SYSTEM_FILES.sync(0)
    assert calls.made == ["full"]


def test_real_files_and_folders_can_be_synced(tmp_path: Path) -> None:
    """What this system offers is what it takes."""
    with (tmp_path / "a.ndjson").open("wb") as file:
        SYSTEM_FILES.sync(file.fileno())
    SYSTEM_FILES.sync_folder(tmp_path)


class Sparing(SystemFiles):
    """A system that takes three bytes at a time."""

    def write(self, descriptor: int, data: bytes | memoryview, /) -> int:
        """Take three bytes."""
        return os.write(descriptor, data[:3])


@pytest.mark.parametrize("size", [0, 1, 3, 4, 10])
def test_short_writes_are_continued(tmp_path: Path, size: int) -> None:
    """A system that takes less than it was given gets the rest, in order and once."""
    path, data = tmp_path / "a", bytes(range(size))
    descriptor = SYSTEM_FILES.open(path, os.O_WRONLY | os.O_CREAT)
    write_all(Sparing(), descriptor, data)
    SYSTEM_FILES.close(descriptor)
    assert path.read_bytes() == data
