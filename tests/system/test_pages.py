"""What pages tell their readers to type does what they say."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.system.page_player import has_steps, playing
from tools.packages import ROOT
from tools.pages.files import page_files

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="what Windows has its own form of is parsed, not run"
)


def names(*, slow: bool) -> list[str]:
    pages = (page for page in page_files() if has_steps(page, slow=slow))
    return [page.relative_to(ROOT).as_posix() for page in pages]


@pytest.mark.parametrize("name", names(slow=False))
def test_page_can_be_followed(name: str, tmp_path: Path) -> None:
    """Who types what a page shows, from top to bottom, sees what it says."""
    with playing(ROOT / name, tmp_path, slow=False) as player:
        player.play()


@pytest.mark.reliability
@pytest.mark.parametrize("name", names(slow=True))
def test_page_can_be_followed_on_a_fresh_machine(name: str, tmp_path: Path) -> None:
    """The same with all that takes minutes: new environments, and what is installed into them."""
    with playing(ROOT / name, tmp_path, slow=True) as player:
        player.play()
