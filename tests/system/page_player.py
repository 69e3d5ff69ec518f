"""Plays a page: does what it tells its reader to do, from top to bottom, and compares."""

from __future__ import annotations

import re
import shutil
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from session_sharing.discovery.location import ADDRESS_VARIABLE, HOME_VARIABLE
from tests.system.page_processes import Shell, server_lines
from tools.packages import ROOT
from tools.pages.blocks import Block, blocks_of
from tools.pages.outputs import matches
from tools.pages.rule import exit_code, is_command_block, is_played, shows_output

BLOCK_SECONDS = 60.0
SLOW_SECONDS = 900.0
SUFFIXES = {
    "csv": (".csv",),
    "ini": (".ini", ".cfg", ".service"),
    "json": (".json", ".serviceconfig"),
    "python": (".py",),
    "sql": (".sql",),
    "toml": (".toml",),
    "xml": (".xml", ".pinmap"),
    "yaml": (".yml", ".yaml"),
}
"""How files of a language end."""

_LEFT_OUT = shutil.ignore_patterns(
    *(".git", ".nox", ".venv", "*_cache", ".hypothesis", "__pycache__", "*.egg-info"),
    *("_build", "build", "dist"),
)
_RUNNING = re.compile(r"<!-- running: (.+?) -->")


def has_steps(page: Path, *, slow: bool) -> bool:
    """Say whether there is something on a page that the tests do."""
    blocks = blocks_of(page.read_text("utf-8"))
    return any(_is_step(block, slow=slow) for block in blocks) and (
        not slow or any("slow" in block.words for block in blocks)
    )


def _is_step(block: Block, *, slow: bool) -> bool:
    return is_played(block) and (slow or "slow" not in block.words)


@contextmanager
def playing(page: Path, folder: Path, *, slow: bool) -> Iterator[Player]:
    """Return what plays a page in a copy of the checkout; end afterwards what it started.

    What is slow is done in a new environment, which has nothing but what the page installs.
    """
    checkout, own = folder / "checkout", folder / "own"
    shutil.copytree(ROOT, checkout, ignore=_LEFT_OUT, symlinks=True)
    for needed in (own, folder / "home"):
        needed.mkdir()
    environment = {
        ADDRESS_VARIABLE: "",
        HOME_VARIABLE: str(folder / "station"),
        "SESSION_SHARING_DATA": str(folder / "data"),
        "HOME": str(folder / "home"),
    }
    name = page.relative_to(ROOT).as_posix()
    python = sys.executable
    if slow:
        venv.create(own / "environment", with_pip=True)
        python = str(own / "environment" / "bin" / "python")
        environment["PYTHONPATH"] = ""
    shell = Shell(checkout, own, environment, python)
    player = Player(name, page.read_text("utf-8"), checkout, shell, slow=slow)
    try:
        yield player
    finally:
        wrong = player.shell.end()
    assert not wrong, "\n".join(wrong)


class Player:
    """Plays one page.

    Args:
        name: What the page is called.
        text: What stands in it.
        checkout: Where files are saved.
        shell: Where its commands run.
        slow: Whether to do what takes minutes, too.
    """

    def __init__(self, name: str, text: str, checkout: Path, shell: Shell, *, slow: bool) -> None:
        self._text = text
        self._name = name
        self._checkout = checkout
        self.shell = shell
        self._slow = slow
        self._printed: str | None = None

    def play(self) -> None:
        """Do all steps.

        Raises:
            AssertionError: A step does not end as the page says, or prints something else.
        """
        for before in _RUNNING.findall(self._text):
            for line in before.split(";"):
                self.shell.start(line.strip()).wait_ready()
        for block in blocks_of(self._text):
            self._do(block)

    def _do(self, block: Block) -> None:
        if _is_step(block, slow=self._slow):
            self._printed = self._run(block)
            return
        if block.language == "text" and self._printed is not None and shows_output(block):
            shown = f"{self._name}:{block.line} shows another output than this:\n{self._printed}"
            assert matches(block.text, self._printed), shown
        elif not is_command_block(block):
            self._save(block)
        self._printed = None

    def _save(self, block: Block) -> None:
        names = [
            name for name in block.file_names if name.endswith(SUFFIXES.get(block.language, ()))
        ]
        if names:
            (self._checkout / names[0]).write_text(block.text, "utf-8")

    def _run(self, block: Block) -> str | None:
        if "server" in block.words:
            lines = server_lines(block.text)
            return "".join(self.shell.start(line).wait_ready() for line in lines)
        if "background" in block.words:
            for line in server_lines(block.text):
                self.shell.start(line)
            return None
        code, printed = self._played(block)
        ended = f"{self._name}:{block.line} ended with {code}:\n{printed}"
        assert code == exit_code(block), ended
        return printed

    def _played(self, block: Block) -> tuple[int, str]:
        seconds = SLOW_SECONDS if "slow" in block.words else BLOCK_SECONDS
        script, stdin = ("python -", block.text) if block.language == "python" else (block.text, "")
        try:
            return self.shell.run(script, seconds, stdin)
        except TimeoutError as error:
            raise AssertionError(f"{self._name}:{block.line} {error}") from None
