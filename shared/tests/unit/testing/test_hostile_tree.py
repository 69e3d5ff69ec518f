"""What is noticed of the surroundings of a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from session_sharing.testing.hostile_tree import HostileTree


@pytest.fixture
def tree(tmp_path: Path) -> HostileTree:
    return HostileTree(tmp_path, ".log")


def test_what_happens_in_its_own_folders_is_the_server_s_business(tree: HostileTree) -> None:
    """Files of the service come and go."""
    (tree.data / "a.log").write_text("x")
    (tree.allowed / "b.log").write_text("x")
    assert tree.changes() == []


@pytest.mark.parametrize("folder", ["outside", "data-too", "elsewhere", "."])
def test_what_is_made_outside_is_noticed(tree: HostileTree, folder: str) -> None:
    """A file beside the data folder, or where the server was started, is a way out."""
    path = tree.root / folder / "new.log"
    path.touch()
    assert f"{path} was made" in tree.changes()


def test_what_is_changed_or_removed_outside_is_noticed(tree: HostileTree) -> None:
    """So is a file that is opened for writing, by a link, or that goes."""
    victim, other = (tree.root / name / "victim.log" for name in ("outside", "data-too"))
    (tree.data / "to-victim.log").write_text("x")
    other.unlink()
    assert f"{victim} was changed" in tree.changes()
    assert f"{other} was removed" in tree.changes()


def test_files_outside_hold_the_secret(tree: HostileTree) -> None:
    """Who reads one of them by a trap shows that it did."""
    assert tree.secret in (tree.data / "link" / "victim.log").read_text()
