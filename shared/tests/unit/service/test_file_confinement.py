"""What no name of a client reaches: folders of the service, closed roots, shares of strangers."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from session_sharing.errors import AccessDeniedError
from session_sharing.service import file_locations as locations
from session_sharing.service.file_locations import FileLocations
from session_sharing.service.file_names import FileKind

KIND = FileKind("log file", (".ndjson", ".log", ".txt"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return the data folder, with a folder `sub` in it."""
    (tmp_path / "data" / "sub").mkdir(parents=True)
    return tmp_path / "data"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Return a folder beside the data folder."""
    (tmp_path / "outside").mkdir()
    return tmp_path / "outside"


def test_own_folders_are_no_clients(data: Path) -> None:
    """No name leads into a folder that the service keeps to itself, whatever the spelling."""
    place = FileLocations(KIND, data, own=[data / "sub"])
    for name in ("sub/a.log", "sub/deeper/../a.log", "x/../sub/a.log", str(data / "sub" / "a.log")):
        with pytest.raises(AccessDeniedError, match="keeps to itself"):
            place.locate(name)
    assert place.locate("subs.log").key == str(data / "subs.log")


def test_own_folder_is_closed_in_any_letter_case(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the file system ignores letter case, so does what is kept from clients."""
    monkeypatch.setattr(locations, "_ignores_case", lambda folder: True)
    (data / "SUB").mkdir(exist_ok=True)
    with pytest.raises(AccessDeniedError, match="keeps to itself"):
        FileLocations(KIND, data, own=[data / "sub"]).locate("SUB/a.log")


def test_root_that_is_allowed_no_more_is_closed(data: Path, outside: Path) -> None:
    """What an earlier run located is checked against the folders of this one."""
    address = FileLocations(KIND, data, [outside]).locate(str(outside / "a.log")).address
    FileLocations(KIND, data, [outside]).check_again(address)
    with pytest.raises(AccessDeniedError, match="--allow-root"):
        FileLocations(KIND, data, []).check_again(address)


def test_share_is_refused_before_it_is_looked_at(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows logs in where it looks: a share that is no folder of the service is not asked."""
    place = FileLocations(KIND, data)
    monkeypatch.setattr(locations, "sys", SimpleNamespace(platform="win32"))
    monkeypatch.setattr(locations, "_real", lambda path: pytest.fail(f"looked at {path}"))
    with pytest.raises(AccessDeniedError, match="network share"):
        place.locate("//stranger/share/a.log")
