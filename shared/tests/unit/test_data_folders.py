"""Where a service keeps its data when it was told nothing."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from session_sharing.data_folders import (
    DATA_VARIABLE,
    default_data_folder,
    default_data_folders,
)


def test_variable_names_the_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Relative names lie right in the folder that the variable names."""
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    assert default_data_folder("json_logger") == tmp_path


@pytest.mark.parametrize("value", [None, "", "  "])
def test_users_data_folder_without_variable(
    monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    """Without the variable, or with an empty one, data lies where the platform puts user data."""
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(DATA_VARIABLE, value)
    expected = platformdirs.user_data_path("session-sharing", appauthor=False) / "json_logger"
    assert default_data_folder("json_logger") == expected


def test_relative_variable_becomes_absolute(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A later change of the working directory does not move the data."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(DATA_VARIABLE, "data")
    assert default_data_folder("json_logger") == tmp_path / "data"


def test_folders_of_all_services_are_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whoever looks for services finds the folders that exist, with and without the variable."""
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "chosen"))
    assert default_data_folders() == []
    (tmp_path / "chosen").mkdir()
    assert default_data_folders() == [tmp_path / "chosen"]
    monkeypatch.delenv(DATA_VARIABLE)
    monkeypatch.setattr(platformdirs, "user_data_path", lambda *_, **__: tmp_path)
    (tmp_path / "a file").touch()
    (tmp_path / "another").mkdir()
    assert default_data_folders() == [tmp_path / "another", tmp_path / "chosen"]
