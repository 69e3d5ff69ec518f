"""The check of built wheels."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tools.wheels import faults, surprises

METADATA = "Metadata-Version: 2.3\nName: thing\nRequires-Dist: other (>=1,<2)\n\n# Thing\n"
GOOD = {
    "thing/__init__.py": "",
    "thing/py.typed": "",
    "thing-1.0.dist-info/METADATA": METADATA,
}


def wheel(folder: Path, files: dict[str, str]) -> Path:
    path = folder / "thing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_good_wheel_has_no_faults(tmp_path: Path) -> None:
    """A wheel as it should be passes."""
    assert faults(wheel(tmp_path, GOOD)) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"thing-1.0.dist-info/METADATA": METADATA.replace("(", "@ file:///x (")}, "on a place"),
        ({"thing-1.0.dist-info/METADATA": METADATA.replace("# Thing\n", "")}, "no description"),
        ({"thing/tests/test_it.py": ""}, "holds tests"),
        ({"stray/notes.txt": ""}, "other things"),
        ({"second/__init__.py": ""}, "lacks py.typed"),
    ],
)
def test_faults_are_named(tmp_path: Path, changes: dict[str, str], fault: str) -> None:
    """A wheel that would trouble its users is refused, with the reason and its name."""
    (found,) = faults(wheel(tmp_path, GOOD | changes))
    assert fault in found
    assert found.startswith("thing-1.0-py3-none-any.whl ")


def test_missing_type_marker_is_named(tmp_path: Path) -> None:
    """A wheel whose types nobody would see is refused."""
    files = {name: text for name, text in GOOD.items() if not name.endswith("py.typed")}
    assert "lacks py.typed" in faults(wheel(tmp_path, files))[0]


PLUGIN = {
    "thing/__init__.py": "",
    "thing/__main__.py": "",
    "thing/py.typed": "",
    "thing/Thing.serviceconfig": "",
    "thing/start.bat": "",
    "thing/start.sh": "",
    "thing-1.0.dist-info/METADATA": METADATA.replace("thing", "session_sharing.plugin-thing", 1),
}


@pytest.mark.parametrize("name", ["Thing.serviceconfig", "start.bat", "start.sh"])
def test_a_plug_in_that_cannot_be_started_is_named(tmp_path: Path, name: str) -> None:
    """A plug-in's wheel brings what a station starts it by, and what tells the station of it."""
    assert faults(wheel(tmp_path, PLUGIN)) == []
    files = {path: text for path, text in PLUGIN.items() if not path.endswith(f"/{name}")}
    (found,) = faults(wheel(tmp_path, files))
    assert "no station can start the plug-in" in found


def test_surprises() -> None:
    """Distributions that nobody expected, or that are missing, are named; installers are not."""
    assert surprises(["grpcio", "typing-extensions"], ["pip", "grpcio", "typing_extensions"]) == []
    assert surprises(["grpcio", "protobuf"], ["grpcio", "Rich"]) == [
        "expected, but not installed: protobuf",
        "installed, but not expected: rich",
    ]
