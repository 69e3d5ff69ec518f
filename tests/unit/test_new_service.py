"""Making a service: all of it, or nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tools import new_service
from tools.packages import ROOT
from tools.service_names import names_of

NAMES = names_of("scope_capture")


@pytest.fixture
def root(tmp_path: Path, monkeypatch) -> Path:
    """Return the root of a project into which services may be made."""
    for folder in ("services", "plugins", "protos", "pin_maps"):
        (tmp_path / folder).mkdir()
    for name in ("pyproject.toml", ".gitignore"):
        shutil.copy(ROOT / name, tmp_path)
    monkeypatch.setattr(new_service, "ROOT", tmp_path)
    monkeypatch.setattr(new_service, "TABLES", tmp_path / "pyproject.toml")
    return tmp_path


def content(root: Path) -> dict[str, bytes]:
    """Return all files, and folders, of a project."""
    return {
        path.relative_to(root).as_posix(): b"" if path.is_dir() else path.read_bytes()
        for path in root.rglob("*")
    }


def fake_render(names, _version: str, folder: Path) -> None:
    """Make a file in each place."""
    for place in names.places:
        (folder / place).parent.mkdir(exist_ok=True)
        if place.endswith(".pinmap"):
            (folder / place).write_text("made", "utf-8")
        else:
            (folder / place).mkdir()
            (folder / place / "file").write_text("made", "utf-8")


def test_names_that_are_refused_exit_2_in_a_line(root: Path, capsys):
    """Who gives a name that is no good is told in one line, and nothing was written."""
    before = content(root)
    for name in ("json", "Scope", "grpc"):
        assert new_service.main([name]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.startswith("new_service: ")
        assert captured.err.count("\n") == 1
    assert content(root) == before


@pytest.mark.parametrize("places", range(5))
def test_what_fails_half_way_is_taken_back(root: Path, monkeypatch, places: int):
    """Whatever goes wrong, also Ctrl-C, and however far it came: nothing is left of it."""
    before, moves = content(root), []

    def fail_later(path: Path, target: Path) -> None:
        if len(moves) == places:
            raise KeyboardInterrupt
        moves.append(target)
        shutil.move(path, target)

    monkeypatch.setattr(new_service, "render", fake_render)
    monkeypatch.setattr(Path, "rename", fail_later)
    monkeypatch.setattr(Path, "replace", fail_later)
    with pytest.raises(KeyboardInterrupt):
        new_service.make(NAMES)
    assert len(moves) == places
    assert content(root) == before


def test_what_somebody_else_made_meanwhile_stays(root: Path, monkeypatch, capsys):
    """A file that has come to a place since the names were looked up is not written over."""

    def slow_render(names, version: str, folder: Path) -> None:
        fake_render(names, version, folder)
        (root / "protos" / NAMES.name).mkdir()
        (root / "pin_maps" / f"{NAMES.name}.pinmap").write_text("of another", "utf-8")

    monkeypatch.setattr(new_service, "render", slow_render)
    assert new_service.main([NAMES.name]) == 2
    assert f"protos/{NAMES.name} exists already" in capsys.readouterr().err
    assert (root / "pin_maps" / f"{NAMES.name}.pinmap").read_text("utf-8") == "of another"
    assert list((root / "services").iterdir()) == list((root / "plugins").iterdir()) == []
    assert (root / "protos" / NAMES.name).is_dir()


def test_of_two_runs_at_once_one_is_refused(root: Path, monkeypatch, capsys):
    """While a service is made, another run waits for nothing and changes nothing."""
    codes = []

    def render(names, version: str, folder: Path) -> None:
        fake_render(names, version, folder)
        codes.append(new_service.main(["pressure_gauge"]))

    monkeypatch.setattr(new_service, "render", render)
    assert new_service.main([NAMES.name]) == 0
    assert codes == [2]
    assert "Another run makes a service here." in capsys.readouterr().err
    made = {path.name for path in (root / "services").iterdir()}
    assert made == {NAMES.name}
    assert not list(root.glob(".new-service-*"))


def test_an_interrupted_rendering_leaves_nothing(root: Path, monkeypatch):
    """What was rendered when Ctrl-C came is removed with its folder."""
    before = content(root)

    def interrupted(_names, _version: str, folder: Path) -> None:
        (folder / "services").mkdir()
        raise KeyboardInterrupt

    monkeypatch.setattr(new_service, "render", interrupted)
    with pytest.raises(KeyboardInterrupt):
        new_service.make(NAMES)
    assert content(root) == before


def test_the_longest_name_is_rendered_as_code_that_passes(tmp_path: Path):
    """With names of any length lines keep to 100 characters, and nothing is left unfilled."""
    names = names_of("a23456789_123456789_123456789", "A" * 40)
    new_service.render(names, "0.1.0", tmp_path)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 30
    for path in files:
        text = path.read_text("utf-8")
        assert "{{" not in text + path.name, path
        if path.suffix == ".py":
            assert max(map(len, text.splitlines()), default=0) <= 100, path
        if path.suffix == ".bat":
            assert path.read_bytes().count(b"\r\n") == text.count("\n")
