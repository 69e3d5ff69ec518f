"""Whether the logger notices that its folders take no log files any more."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from json_logger.service.driver import LogFileDriver
from json_logger.service.folder_check import LEAST_FREE_BYTES


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Make a data folder and a further root, on a disk that is big enough."""
    _set_free(monkeypatch, LEAST_FREE_BYTES)
    (tmp_path / "data").mkdir()
    (tmp_path / "root").mkdir()
    return tmp_path / "data", tmp_path / "root"


def _set_free(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    """Let every disk that is there have so many bytes free."""

    def usage(path: Path) -> SimpleNamespace:
        path.stat()
        return SimpleNamespace(free=free)

    monkeypatch.setattr(shutil, "disk_usage", usage)


def test_folders_in_order_are_no_problem(folders: tuple[Path, Path]) -> None:
    """Folders that can be written and have room are well; nothing is left in them by the look."""
    assert LogFileDriver(folders[0], [folders[1]]).check() == []
    assert [list(folder.iterdir()) for folder in folders] == [[], []]


def test_missing_folder_is_a_problem(folders: tuple[Path, Path]) -> None:
    """A further root that goes away, as a share may, is named with the reason."""
    driver = LogFileDriver(folders[0], [folders[1]])
    folders[1].rmdir()
    (problem,) = driver.check()
    assert str(folders[1]) in problem
    assert "No such file" in problem or "cannot find" in problem


def test_full_disk_is_a_problem(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk without room for one big record is a problem before a record is refused."""
    driver = LogFileDriver(folders[0])
    _set_free(monkeypatch, LEAST_FREE_BYTES - 1)
    (problem,) = driver.check()
    assert "Less than 16 MiB are free" in problem


def test_folder_without_rights_is_a_problem(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that the user may not write is a problem; said by the system, as root may all."""
    driver = LogFileDriver(folders[0])
    monkeypatch.setattr(os, "access", lambda path, mode: path != folders[0])
    (problem,) = driver.check()
    assert f"{folders[0]} of log files cannot be written" in problem
