"""What plays the pages: that it finds what is wrong with one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.system import page_player
from tests.system.page_player import Player
from tests.system.page_processes import Shell

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pages are played by bash")

DEADLINE = 20.0
READY = "print('it ready: localhost:1', flush=True)"
STAY = f"{READY}; signal.pause()"
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
        (block("sh any", "false | cat"), "", "page.md:1 ended with 1"),
        (block("sh any", r"printf '\377'; exit 3"), "", "page.md:1 ended with 3:\n\\xff"),
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


def test_a_block_that_hangs_is_named_and_ended(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """A block that does not end fails with its place and output, and its programs end with it.

    Its output would not end, and not be told, before the last of them has ended.
    """
    monkeypatch.setattr(page_player, "BLOCK_SECONDS", 0.5)
    with pytest.raises(AssertionError, match=r"page.md:1 did not end within 0.5 s:\nbegun\n"):
        play(block("sh any", "sleep 300 &\necho begun\nwait"))


def test_what_is_for_others_is_not_run(play: Play) -> None:
    """What needs rights, another platform, minutes or continuous integration is left alone."""
    for words in ("any admin", "any parsed", "any slow", "any ci"):
        play(block(f"sh {words}", "exit 1"), block("text", "another output"))
    play(block("bat windows", "exit 1"), block("python", "1 / 0"))


@pytest.mark.parametrize(
    ("words", "does", "problem"),
    [
        ("any server", STAY, "ended with -15"),
        ("any server", READY, "ended by itself with 0"),
        ("any background", f"{READY}; sys.exit(3)", "ended by itself with 3"),
        ("any background", STAY, ""),
        ("any background", READY, ""),
    ],
)
def test_what_stays_ends_as_it_should(tmp_path: Path, words: str, does: str, problem: str) -> None:
    """A server that ends badly or too early, and a program that fails, are told with their output.

    A program in the background may end before the page does, in good order.
    """
    (tmp_path / "own").mkdir()
    shell = Shell(tmp_path, tmp_path / "own", {})
    page = block(f"sh {words}", f'python -c "import signal, sys; {does}"')
    Player("page.md", page, tmp_path, shell, slow=False).play()
    (program,) = shell.servers
    if "pause" not in does:
        program._process.wait(DEADLINE)
    told = shell.end()
    assert bool(told) is bool(problem)
    assert all(problem in wrong and "it ready: localhost:1" in wrong for wrong in told)
