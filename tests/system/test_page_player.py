"""What plays the pages: that it finds what is wrong with one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.system.page_player import Player
from tests.system.page_processes import Shell

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pages are played by bash")

Play = Callable[..., None]


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    """Return what plays a page in an empty folder."""
    checkout, own = tmp_path / "checkout", tmp_path / "own"
    checkout.mkdir()
    own.mkdir()
    shell = Shell(checkout, own, {"GIVEN": "given"})

    def played(*blocks: str) -> None:
        Player("page.md", "\n\n".join(blocks) + "\n", checkout, shell, slow=False).play()

    yield played
    shell.end()


def block(info: str, text: str) -> str:
    return f"```{info}\n{text}\n```"


def test_blocks_go_on_where_the_last_one_ended(play: Play) -> None:
    """Folder, variables and files of a block are there for the next one, after a failure too."""
    play(
        block("sh any exit=3", "mkdir a && cd a\nexport MADE=made\nexit 3"),
        "Save this as `b.py`:",
        block("python", "import os\nprint(os.environ['GIVEN'], os.environ['MADE'])"),
        block("sh posix", "# Linux, macOS\npython ../b.py"),
        "It prints:",
        block("text", "given made"),
        block("python any", "print(6 * 7)"),
        block("text", "42"),
    )


@pytest.mark.parametrize(
    ("first", "second", "problem"),
    [
        (block("sh any", "false\ntrue"), "", "page.md:1 ended with 1"),
        (block("sh any exit=2", "true"), "", "page.md:1 ended with 0"),
        (block("python any", "1 / 0"), "", "ZeroDivisionError"),
        (block("sh any", "echo a"), block("text", "b"), "page.md:5 shows another output"),
        (block("sh any", "echo a >&2"), block("text", "b"), "shows another output"),
        (block("sh any server", "python -c 1"), "", "python -c 1 is not ready"),
    ],
)
def test_what_does_not_happen_as_told_is_found(
    play: Play, first: str, second: str, problem: str
) -> None:
    """A command that fails, another output, and a server that does not start fail the test."""
    with pytest.raises(AssertionError) as caught:
        play(first, second)
    assert problem in str(caught.value)


def test_what_is_for_others_is_not_run(play: Play) -> None:
    """What needs rights, another platform, minutes or continuous integration is left alone."""
    for words in ("any admin", "any parsed", "any slow", "any ci"):
        play(block(f"sh {words}", "exit 1"), block("text", "another output"))
    play(block("bat windows", "exit 1"), block("python", "1 / 0"))


def test_servers_stay_until_the_end(tmp_path: Path) -> None:
    """A server runs while the page is played, and one that ends badly is told with its output."""
    (tmp_path / "own").mkdir()
    shell = Shell(tmp_path, tmp_path / "own", {})
    server = "import signal; print('it ready: localhost:1', flush=True); signal.pause()"
    page = block("sh any server", f'python -c "{server}"')
    Player("page.md", page, tmp_path, shell, slow=False).play()
    (wrong,) = shell.end()
    assert "ended with -15" in wrong
    assert "it ready: localhost:1" in wrong
