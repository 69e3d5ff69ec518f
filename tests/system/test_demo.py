"""The demonstration: what it shows is checked, and nothing is left behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from demo.player import Play
from demo.scenes import SCENES
from session_sharing import Behavior

ROOT = Path(__file__).resolve().parents[2]


def test_demo_shows_the_sharing_and_cleans_up(tmp_path: Path) -> None:
    """It shows every behaviour with one open and one close, exits 0, and leaves only the logs."""
    folder = tmp_path / "a folder with blanks, ü and 表"
    finished = subprocess.run(
        [sys.executable, "-m", "demo", "--folder", str(folder)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    for behavior in Behavior:
        assert f"=== {int(behavior)}. {behavior.name} ===" in finished.stdout
        assert (folder / "logs" / f"{behavior.name.lower()}.ndjson").is_file()
    assert "Everything was as it should be." in finished.stdout
    assert not (folder / "station" / "DiscoveryService.json").exists()
    assert list((folder / "logs").glob(".*.lock")) == []


def test_demo_plays_all_behaviors() -> None:
    """No behaviour is left out."""
    assert [scene.behavior for scene in SCENES] == list(Behavior)


def test_what_is_not_as_expected_is_a_fault() -> None:
    """A demonstration that shows something wrong says so."""
    result = Play(SCENES[0])
    result.expect("opens", 1, 1)
    assert result.faults == []
    result.expect("opens", 1, 2)
    assert result.faults == ["opens: expected 1, found 2"]
